"""One contestant at a time: drain the topic and be watched, undisturbed or killed at half."""

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.event_generator import Written
from benchmarks.peers.progress_probe import Counts, open_counts
from benchmarks.peers.registry import Contestant, Run

_LOOK_EVERY: Final = 0.05
_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
_NEARLY: Final = 0.7
_QUIET_SECONDS: Final = 6.0
"""Longer than any of them holds back what it has read."""
_START_SECONDS: Final = 45.0
_AGAIN_SECONDS: Final = 180.0
_SLOWEST: Final = 300.0
"""Events a second below which a contestant counts as hung, beside the time for its start."""


class Stuck(RuntimeError):
    """A contestant ended by itself or did not get anywhere."""


@dataclass(frozen=True, slots=True)
class Course:
    """The log to drain, a database of its own, and a folder for what the contestant writes."""

    brokers: str
    dsn: str
    folder: Path
    group: str
    written: Written


class Sight(NamedTuple):
    """When the progress changed, to what, and the processor seconds until then of the process and its sessions."""

    at: float
    progress: int
    processor: float


@dataclass(frozen=True, slots=True)
class Clean:
    """Events by the clock and by the processor's, once it counts; seconds from its start to the end; its error."""

    rate: float
    processor_rate: float
    seconds: float
    surplus: int


@dataclass(frozen=True, slots=True)
class Killed:
    """Seconds from its new start until it counted again, until Python had loaded it (where it says so); its error."""

    idle: float
    loaded: float | None
    surplus: int


async def undisturbed(contestant: Contestant, course: Course) -> Clean:
    """Start it in front of a full topic. Raises `Stuck`."""
    async with _watched(contestant, course) as counts:
        with _started(contestant, course) as process:
            began = time.perf_counter()
            limit = began + _START_SECONDS + course.written.records / _SLOWEST
            sights = await _watch(counts, process, limit, lambda now, _: now >= counts.goal)
            await asyncio.sleep(1)
        events, seconds, processor = _stretch(sights, counts.goal, course.written.records)
        whole, surplus = sights[-1].at - began, await counts.surplus()
    return Clean(events / seconds, events / max(processor, _TICK), whole, surplus)


async def killed(contestant: Contestant, course: Course, turn: asyncio.Lock) -> Killed:
    """Kill it when it has half and start it again at once. Others may have their turn once it was. Raises `Stuck`."""
    async with _watched(contestant, course) as counts:
        async with turn:
            with _started(contestant, course) as process:
                limit = time.perf_counter() + _START_SECONDS + course.written.records / _SLOWEST
                await _watch(counts, process, limit, lambda now, _: now >= counts.goal / 2)
            began, at = time.perf_counter(), time.time()
            process = _start(contestant, course)
        idle, surplus = await _after_kill(process, counts, began)
    loaded = course.folder / "loaded"
    return Killed(idle, loaded.stat().st_mtime - at if loaded.exists() else None, surplus)


async def _after_kill(process: subprocess.Popen[bytes], counts: Counts, began: float) -> tuple[float, int]:
    with _ending(process):
        # What the killed one had asked of the database may just have been done.
        before = await counts.progress()
        limit = began + _AGAIN_SECONDS
        again = await _watch(counts, process, limit, lambda now, _: now > before)
        await _watch(counts, process, limit, lambda now, quiet: now >= counts.goal and quiet >= _QUIET_SECONDS)
        return again[-1].at - began, await counts.surplus()


@contextlib.asynccontextmanager
async def _watched(contestant: Contestant, course: Course) -> AsyncGenerator[Counts]:
    counts = await open_counts(course.dsn, contestant, course.written)
    try:
        yield counts
    finally:
        await counts.connection.close()


async def _watch(
    counts: Counts, process: subprocess.Popen[bytes], limit: float, is_enough: Callable[[int, float], bool]
) -> list[Sight]:
    """Look until it is enough, by the progress and the seconds for which it has not changed."""
    sights = [Sight(time.perf_counter(), await counts.progress(), 0.0)]
    while not is_enough(sights[-1].progress, time.perf_counter() - sights[-1].at):
        await asyncio.sleep(_LOOK_EVERY)
        progress, now = await counts.progress(), time.perf_counter()
        if progress != sights[-1].progress:
            used = sum(map(_processor_seconds, [process.pid, *await counts.sessions()]))
            sights.append(Sight(now, progress, used))
        if process.poll() is not None:
            raise Stuck(f"it ended with {process.returncode}")
        if now > limit:
            raise Stuck(f"it had counted {progress / counts.goal:.1%} when the time was up")
    return sights


def _stretch(sights: Sequence[Sight], goal: int, events: int) -> tuple[float, float, float]:
    """Events, seconds and processor seconds from the first change to nearly all: some hold back a last, small batch."""
    first = sights[1]
    last = next(sight for sight in sights if sight.progress >= _NEARLY * goal)
    if last is first:
        first = sights[0]
    return (last.progress - first.progress) / goal * events, last.at - first.at, last.processor - first.processor


def _processor_seconds(process: int) -> float:
    """The processor time that a process has used (Linux); 0 when it has ended."""
    try:
        after_name = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) * _TICK


def _start(contestant: Contestant, course: Course) -> subprocess.Popen[bytes]:
    run = Run(course.brokers, course.dsn, course.group, contestant.batch, course.folder)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (course.folder / "output.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command lines
            contestant.command(run),
            env=environment,
            cwd=course.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def _started(contestant: Contestant, course: Course) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    return _ending(_start(contestant, course))


@contextlib.contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Generator[subprocess.Popen[bytes]]:
    """SIGKILL at the end of the block, whatever happened."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()
