"""B4: our fold beside the same counting by other projects, from the same topic into the same PostgreSQL."""

import asyncio
import contextlib
import sys
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from benchmarks.backends import Engines, Mode
from benchmarks.event_generator import Written, fill
from benchmarks.peers.registry import OUR_DEFAULT, OURS, PEERS, PLAIN_LARGE, Contestant, EnvironmentFailed
from benchmarks.peers.run_contestant import Clean, Course, Killed, Stuck, killed, undisturbed
from benchmarks.report import Line, Spread, ratio
from benchmarks.run_size import Extent

_LAST_WORDS: Final = 1000


@dataclass(slots=True)
class Score:
    """What came of a contestant's runs, and why it was given up, if it was."""

    contestant: Contestant
    clean: list[Clean] = field(default_factory=list)
    killed: list[Killed] = field(default_factory=list)
    given_up: str | None = None

    @property
    def rates(self) -> Spread:
        return Spread([one.rate for one in self.clean])

    @property
    def costs(self) -> Spread:
        """Microseconds of the processor for an event, in the process and in its sessions in the database."""
        return Spread([1e6 / one.processor_rate for one in self.clean])

    @property
    def text(self) -> str:
        return f"{self.rates.text('events/s')}, {self.costs.text('µs')} of processor time each"


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where all of them run: each time with a new database, group and folder."""

    engines: Engines
    folder: Path
    written: Written
    numbers: Iterator[int] = field(default_factory=count)

    def course(self, contestant: Contestant) -> Course:
        group = f"{contestant.name}-{next(self.numbers)}"
        folder = self.folder / group
        folder.mkdir()
        brokers = urlsplit(self.engines.log_url).netloc
        return Course(brokers, self.engines.database_url(), folder, group, self.written)


def peers(extent: Extent, mode: Mode) -> Sequence[Line]:
    """B4: first all run undisturbed, in turn, round by round; then they are killed."""
    ours, theirs = Score(OURS), [Score(peer) for peer in PEERS]
    large = Score(OUR_DEFAULT), Score(PLAIN_LARGE)
    for score in (*theirs, *large):
        try:
            score.contestant.prepare()
        except EnvironmentFailed as error:
            score.given_up = str(error)
    with mode.open(extent.folder) as engines:
        written = asyncio.run(fill(engines.log_url, extent.peer_events))
        ground = _Ground(engines, extent.folder, written)
        asyncio.run(_race([ours, *theirs, *large], ground, extent.peer_rounds))
        asyncio.run(_kills(ours, theirs, ground, extent.peer_rounds))
    for score in (ours, large[0]):
        if score.given_up is not None:
            raise Stuck(f"our worker: {score.given_up}")
    return [
        *_our_lines(ours, large[0], written),
        *(_peer_line(ours, score) for score in theirs),
        _peer_line(*large),
    ]


async def _race(scores: Sequence[Score], ground: _Ground, rounds: int) -> None:
    for _ in range(rounds):
        for score in scores:
            await _run_clean(score, ground)


async def _kills(ours: Score, theirs: Sequence[Score], ground: _Ground, rounds: int) -> None:
    """Others are killed in turn too, but what they wait for afterwards is mostly time, so they share it."""
    turn = asyncio.Lock()
    for _ in range(rounds):
        await _kill(ours, ground, turn)
    await asyncio.gather(*(_kill(score, ground, turn) for score in theirs))


async def _run_clean(score: Score, ground: _Ground) -> None:
    with _course(score, ground) as course:
        if course is not None:
            score.clean.append(await undisturbed(score.contestant, course))


async def _kill(score: Score, ground: _Ground, turn: asyncio.Lock) -> None:
    with _course(score, ground) as course:
        if course is not None:
            score.killed.append(await killed(score.contestant, course, turn))


@contextlib.contextmanager
def _course(score: Score, ground: _Ground) -> Generator[Course | None]:
    """None for who was given up. Who gets stuck is given up, and shows what it last said."""
    if score.given_up is not None:
        yield None
        return
    course = ground.course(score.contestant)
    try:
        yield course
    except Stuck as stuck:
        score.given_up = str(stuck)
        said = (course.folder / "output.log").read_text("utf-8", "replace")[-_LAST_WORDS:]
        print(f"{score.contestant.label}: {stuck}; it said:\n{said}", file=sys.stderr, flush=True)


def _our_lines(ours: Score, large: Score, written: Written) -> Sequence[Line]:
    clean = [*ours.clean, *large.clean]
    errors = [one.surplus for one in clean] + [one.surplus for one in ours.killed]
    idle = Spread([one.idle for one in ours.killed])
    loaded = Spread([one.loaded for one in ours.killed if one.loaded is not None])
    what = f"our worker, {len(clean)} clean runs and {len(ours.killed)} with kill -9 at half: scores counted"
    truth = f"the truth: {written.responses:,} responses once each, in {written.records:,} events"
    again = "our worker after kill -9: from the new start of its process until it counts again"
    loading = f"until Python has loaded its modules: {loaded.text('s')}"
    return [
        Line("B4", what, truth, _error(errors), "exact; no other Python one after a kill"),
        Line("B4", again, loading, idle.text("s"), "≤ 1 s"),
    ]


def _peer_line(ours: Score, peer: Score) -> Line:
    must, measured = "> 1 ×", f"our worker, batches of {ours.contestant.batch:,}: {ours.text}"
    if not peer.clean:
        return Line("B4", measured, f"{peer.contestant.label}: left out: {peer.given_up}", "–", must)
    parts = [
        f"{peer.contestant.label}: {peer.text}",
        f"clean: {_error([one.surplus for one in peer.clean])}",
        *(f"after kill -9: {_error([one.surplus])}, counting again after {one.idle:.1f} s" for one in peer.killed),
    ]
    if peer.given_up is not None:
        parts.append(f"then given up: {peer.given_up}")
    both = min(len(ours.clean), len(peer.clean))
    figure = ratio(Spread(ours.rates.runs[:both]), Spread(peer.rates.runs[:both]))
    return Line("B4", measured, "; ".join(parts), figure, must)


def _error(surpluses: Sequence[int]) -> str:
    """The worst result of several runs, in scores."""
    worst = max(surpluses, key=abs)
    return "exact" if worst == 0 else f"{abs(worst):,} too {'many' if worst > 0 else 'few'}"
