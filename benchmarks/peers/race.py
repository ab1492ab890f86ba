"""One contestant at a time: drain the topic and be watched, undisturbed or killed at half."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.peers.contestants import Contestant, Run
from benchmarks.peers.counts import Counts, open_counts
from benchmarks.stream import Written

_LOOK_EVERY: Final = 0.05
_NEARLY: Final = 0.9
_QUIET_SECONDS: Final = 6.0
"""Longer than any of them holds back what it has read."""
_START_SECONDS: Final = 45.0
_AGAIN_SECONDS: Final = 120.0
_SLOWEST: Final = 1000.0
"""Events a second below which a contestant counts as hung, beside the time for its start."""
Sights = list[tuple[float, int]]
"""When the progress changed, and to what."""


class Stuck(RuntimeError):
    """A contestant ended by itself or did not get anywhere."""


@dataclass(frozen=True, slots=True)
class Course:
    """The log to drain, a database of its own, and a folder for what the contestant writes."""

    brokers: str
    dsn: str
    folder: Path
    group: str
    batch: int
    written: Written

    def command_line(self) -> Run:
        return Run(self.brokers, self.dsn, self.group, self.batch, self.folder)


@dataclass(frozen=True, slots=True)
class Clean:
    """Events a second once it counts, the seconds from its start until all was counted, and the error of its result."""

    rate: float
    seconds: float
    surplus: int


@dataclass(frozen=True, slots=True)
class Killed:
    """The seconds from the restart until it counted again, and the error of its result in the end."""

    idle: float
    surplus: int


async def undisturbed(contestant: Contestant, course: Course) -> Clean:
    """Start it in front of a full topic. Raises `Stuck`."""
    async with _watched(contestant, course) as counts:
        with _started(contestant, course) as process:
            began = time.perf_counter()
            limit = began + _START_SECONDS + course.written.records / _SLOWEST
            sights = await _watch(counts, process, limit, lambda now, _: now >= counts.goal)
            await asyncio.sleep(1)
        return Clean(_rate(sights, counts.goal, course.written.records), sights[-1][0] - began, await counts.surplus())


async def killed(contestant: Contestant, course: Course, turn: asyncio.Lock) -> Killed:
    """Kill it when it has half and start it again at once. Others may have their turn once it was. Raises `Stuck`."""
    async with _watched(contestant, course) as counts:
        async with turn:
            with _started(contestant, course) as process:
                limit = time.perf_counter() + _START_SECONDS + course.written.records / _SLOWEST
                await _watch(counts, process, limit, lambda now, _: now >= counts.goal / 2)
            began = time.perf_counter()
            process = _start(contestant, course)
        return await _after_kill(process, counts, began)


async def _after_kill(process: subprocess.Popen[bytes], counts: Counts, began: float) -> Killed:
    with _ending(process):
        # What the killed one had asked of the database may just have been done.
        before = await counts.progress()
        limit = began + _AGAIN_SECONDS
        again = await _watch(counts, process, limit, lambda now, _: now > before)
        await _watch(counts, process, limit, lambda now, quiet: now >= counts.goal and quiet >= _QUIET_SECONDS)
    return Killed(again[-1][0] - began, await counts.surplus())


@contextlib.asynccontextmanager
async def _watched(contestant: Contestant, course: Course) -> AsyncGenerator[Counts]:
    counts = await open_counts(course.dsn, contestant, course.written)
    try:
        yield counts
    finally:
        await counts.connection.close()


async def _watch(
    counts: Counts, process: subprocess.Popen[bytes], limit: float, is_enough: Callable[[int, float], bool]
) -> Sights:
    """Look until it is enough, by the progress and the seconds for which it has not changed."""
    sights = [(time.perf_counter(), await counts.progress())]
    while not is_enough(sights[-1][1], time.perf_counter() - sights[-1][0]):
        await asyncio.sleep(_LOOK_EVERY)
        progress, now = await counts.progress(), time.perf_counter()
        if progress != sights[-1][1]:
            sights.append((now, progress))
        if process.poll() is not None:
            raise Stuck(f"it ended with {process.returncode}")
        if now > limit:
            raise Stuck(f"it hung with {progress / counts.goal:.0%} counted")
    return sights


def _rate(sights: Sights, goal: int, events: int) -> float:
    """From the first change to nearly all, for some hold back a last, small batch for seconds."""
    began, first = sights[1]
    ended, last = next((at, progress) for at, progress in sights if progress >= _NEARLY * goal)
    if ended == began:
        began, first = sights[0]
    return (last - first) / goal * events / (ended - began)


def _start(contestant: Contestant, course: Course) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (course.folder / "output.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command lines
            contestant.command(course.command_line()),
            env=environment,
            cwd=course.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _started(contestant: Contestant, course: Course) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    return _ending(_start(contestant, course))


@contextlib.contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Generator[subprocess.Popen[bytes]]:
    """SIGKILL at the end of the block, whatever happened."""
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
