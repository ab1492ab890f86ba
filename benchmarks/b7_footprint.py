"""B7: how soon an embedded Soundings is ready, how much memory it takes, and how soon it is back after a kill."""

import asyncio
import contextlib
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final, cast

from benchmarks.b6_freshness import DOOR, arrivals_at
from benchmarks.backends import Mode
from benchmarks.event_generator import fill
from benchmarks.fixture_catalogue import FIRST, LAST, settle_town
from benchmarks.http_load import GRACE_SECONDS, LoadFailed, steady, within
from benchmarks.report import Line, Spread
from benchmarks.run_size import Extent
from benchmarks.server_process import Serving, embedded
from soundings.client import Soundings
from soundings.client.transport import Json

PER_SECOND: Final = 200
_MIB: Final = 2**20
_SLOWEST: Final = 300.0
"""Events a second below which draining counts as hung."""


def small(extent: Extent, _mode: Mode) -> Sequence[Line]:
    """B7: start, memory and recovery."""
    return [*_starts(extent), *_memory(extent), *_recovery(extent)]


def _starts(extent: Extent) -> Sequence[Line]:
    first: list[float] = []
    again: list[float] = []
    with _home(extent) as home, embedded(home) as server:
        server.start()  # compiles modules that are new
    for _ in range(extent.starts):
        with _home(extent) as home, embedded(home) as server:
            first.append(server.start())
            server.stop()
            again.append(server.start())
    return [
        Line("B7", "start to ready on an empty home (makes keys and tables)", "–", Spread(first).text("s"), "≤ 4 s"),
        Line("B7", "start to ready, later", "–", Spread(again).text("s"), "≤ 4 s"),
    ]


def _memory(extent: Extent) -> Sequence[Line]:
    with _home(extent) as home:
        settle_town(_log_url(home))
        with embedded(home) as server:
            server.start()
            time.sleep(extent.rest_seconds)
            idle = server.resident_bytes() / _MIB
            with _watched(server) as seen:
                _load(server, extent.steady_seconds)
    what = f"resident memory at {PER_SECOND} events/s for {extent.steady_seconds:.0f} s (the most)"
    return [
        Line("B7", "resident memory, idle", "–", f"{idle:.0f} MiB", "≤ 250 MB (238 MiB)"),
        Line("B7", what, "–", f"{max(seen):.0f} MiB", "≤ 250 MB (238 MiB)"),
    ]


def _recovery(extent: Extent) -> Sequence[Line]:
    """Killed at the end of a load, with many events folded before; then until ready, and until nothing lags."""
    with _home(extent) as home:
        settle_town(_log_url(home))
        asyncio.run(fill(_log_url(home), extent.recovery_events))
        with embedded(home) as server:
            server.start()
            _wait_until_current(server, home, extent.recovery_events / _SLOWEST + 60)
            acknowledged = _load(server, extent.rest_seconds)
            server.kill()
            began = time.perf_counter()
            ready = server.start()
            counted = _wait_until_current(server, home, 60)
            current = time.perf_counter() - began
    if counted != acknowledged:
        raise LoadFailed(f"after the kill {counted} of {acknowledged} acknowledged responses were counted")
    what = f"after kill -9 with {extent.recovery_events:,} events in the log and the facts"
    return [
        Line("B7", f"{what}: start to ready", "–", f"{ready:.1f} s", "≤ 10 s"),
        Line("B7", f"{what}: start to ready and nothing lags", "–", f"{current:.1f} s", "≤ 10 s"),
    ]


@contextlib.contextmanager
def _home(extent: Extent) -> Generator[Path]:
    with tempfile.TemporaryDirectory(dir=extent.folder) as name:
        yield Path(name) / "home"


def _log_url(home: Path) -> str:
    return f"sqlite:///{home / 'log.db'}"


def _load(server: Serving, seconds: float) -> int:
    """The number of responses that were acknowledged."""
    run = steady(
        server.port, arrivals_at(f"/api/feedback{DOOR}"), per_second=PER_SECOND, seconds=seconds, connections=8
    )
    return within(run, seconds + GRACE_SECONDS).answers


@contextlib.contextmanager
def _watched(server: Serving) -> Generator[list[float]]:
    """The resident memory in MiB, looked at four times a second."""
    seen: list[float] = [server.resident_bytes() / _MIB]
    ending = threading.Event()

    def watch() -> None:
        while not ending.wait(0.25):
            seen.append(server.resident_bytes() / _MIB)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ending.set()
        thread.join()


def _wait_until_current(server: Serving, home: Path, seconds: float) -> int:
    """The number of responses to the town once nothing lags."""
    end = time.perf_counter() + seconds
    token = (home / "admin.token").read_text("ascii").strip()
    with Soundings(f"http://127.0.0.1:{server.port}", token=token) as client:
        while time.perf_counter() < end:
            answer = client.metric("count.v1", measure="responses", agency="town", from_=FIRST, to=LAST)
            if _lag(answer) == 0:
                (row,) = cast("list[Json]", answer["rows"])
                return int(str(row["n"] or 0))
            time.sleep(0.02)
    raise LoadFailed(f"the fold did not catch up within {seconds:.0f} s")


def _lag(answer: Json) -> int:
    return int(str(cast("Json", answer["as_of"])["lag_events"]))
