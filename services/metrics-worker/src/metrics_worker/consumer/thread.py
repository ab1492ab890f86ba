"""The worker in a thread and event loop of its own, so that folding never holds up who answers requests."""

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog

from metrics_worker.consumer.offset_publisher import OffsetPublisher
from metrics_worker.consumer.sql import open_fold_store, session_name
from metrics_worker.consumer.worker import FoldWorker, is_prepared
from metrics_worker.consumer.worker_status import WorkerOptions
from soundings.db import Database, open_database
from soundings.events.topics import ALL
from soundings.kernel.clock import Clock, system_clock
from soundings.kernel.errors import safe_error_reason
from soundings.log.factory import open_log
from soundings.log.lazy import OpenLog
from soundings.log.port import EventLog, PublishesOffsets

BackgroundTask = Callable[[EventLog, Database, asyncio.Event], Awaitable[None]]
"""What runs beside the worker until it is cancelled; the event is set whenever there are new dead letters."""

Preparation = Callable[[Database, Callable[[str], None]], Awaitable[None]]
"""Brings the database into the state that folding needs; told the second argument's way how far it is."""

_log = structlog.get_logger("metrics_worker.consumer")
_STOP_SECONDS: Final = 30.0
_RETRY_SECONDS: Final = 1.0
_YOUNG_OBJECTS: Final = 100_000
_LINGER_S: Final = 0.1
_SQLITE_BEAT_MS: Final = 10_000
"""One process has a file to itself, so nobody waits for its beats; but they are writes, by which readiness notices
that the disk takes no more."""


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """Where the log and the metrics database are, and who this worker is."""

    log_url: str
    database_url: str
    worker_id: str = "worker"
    most_events: int = 20_000


def _tune_gc() -> None:
    """Let the garbage collector look less often, and not at what the start of the process has left.

    A batch holds hundreds of thousands of small objects that all go when it is written, without any help; looking
    through them again and again took a fifth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)


class ConsumerThread:
    """Starts and stops the thread and reports the worker's status. All methods are thread-safe."""

    def __init__(
        self,
        settings: RunnerSettings,
        *,
        companions: Sequence[BackgroundTask] = (),
        prepare: Preparation | None = None,
        open_log: OpenLog = open_log,
        clock: Clock = system_clock,
    ) -> None:
        self._settings = settings
        self._companions = companions
        self._prepare = prepare
        self._open_log = open_log
        self._clock = clock
        self._idle = threading.Event()
        self._ending = threading.Event()
        self._failed: str | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: FoldWorker | None = None
        self._thread = threading.Thread(target=self._run_event_loop, name="fold", daemon=True)

    def start_thread(self) -> None:
        _tune_gc()
        self._thread.start()

    def stop_thread(self) -> None:
        """End after the batch in hand. Blocks until then; may be called twice."""
        self._ending.set()
        worker, loop = self._worker, self._loop
        if worker is not None and loop is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(worker.request_stop)
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def unready_reason(self) -> str | None:
        """Why figures may be out of date; None when the worker keeps up or is on its way."""
        if self._failed is not None:
            return self._failed
        if not self._thread.is_alive():
            return "the worker does not run"
        return "the worker is starting" if self._worker is None else self._worker.status.unready

    @property
    def stopped_reason(self) -> str | None:
        """Why the worker has stopped and waits to be resumed, if it does."""
        return None if self._worker is None else self._worker.status.stopped

    @property
    def parked(self) -> Mapping[str, int]:
        """How many records of each parked source wait."""
        return {} if self._worker is None else self._worker.status.parked

    def caught_up(self, seconds: float) -> bool:
        """Wait until everything that was on the log is folded, at most so long; whether it is."""
        return self._idle.wait(seconds)

    def _run_event_loop(self) -> None:
        while not self._ending.is_set():
            try:
                asyncio.run(self._run_worker())
            except Exception as error:  # noqa: BLE001 - the thread must not die while the process serves
                _log.error("worker_failed", exc_info=error)
                self._failed = f"the worker cannot start: {safe_error_reason(error)}"
                self._ending.wait(_RETRY_SECONDS)

    async def _run_worker(self) -> None:
        async with AsyncExitStack() as stack:
            log = await self._open_log(self._settings.log_url)
            stack.push_async_callback(log.close_log)
            await log.ensure_topics(ALL)
            database = open_database(self._settings.database_url, name=session_name(self._settings.worker_id))
            stack.push_async_callback(database.close_engine)
            letters = asyncio.Event()
            hints = OffsetPublisher()
            self._loop = asyncio.get_running_loop()
            self._worker = worker = FoldWorker(
                log,
                open_fold_store(database),
                self._clock,
                self._worker_options(database),
                prepare=is_prepared if self._prepare is None else partial(self._prepare, database),
                on_dead_letters=letters.set,
                on_idle=self._show_idle,
                on_moved=hints.note_positions,
            )
            self._failed = None
            if self._ending.is_set():
                return
            beside = [companion(log, database, letters) for companion in self._companions]
            await self._run_companions(
                worker, [*beside, hints.run_publisher(log)] if isinstance(log, PublishesOffsets) else beside
            )

    async def _run_companions(self, worker: FoldWorker, companions: Iterable[Awaitable[None]]) -> None:
        beside = [asyncio.ensure_future(companion) for companion in companions]
        try:
            await worker.run_until_stopped()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _worker_options(self, database: Database) -> WorkerOptions:
        options = WorkerOptions(self._settings.worker_id, self._settings.most_events, linger_s=_LINGER_S)
        return replace(options, beat_ms=_SQLITE_BEAT_MS) if database.dialect == "sqlite" else options

    def _show_idle(self, idle: bool) -> None:
        if idle:
            self._idle.set()
        else:
            self._idle.clear()
