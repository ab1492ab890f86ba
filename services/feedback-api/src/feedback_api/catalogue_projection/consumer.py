"""Consumer that applies the catalogue topic to the projection for the lifetime of the service."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from feedback_api.catalogue_projection.projection import CatalogueProjection
from feedback_api.catalogue_projection.snapshot_file import CatalogueSnapshotFile, KnownCatalogue
from soundings.events.catalogue import CatalogueChanged
from soundings.events.envelope import UndecodableRecord, decode_event
from soundings.events.topics import CATALOGUE, TopicSpec
from soundings.kernel.errors import ServiceUnavailable, safe_error_reason
from soundings.log.port import EventLog, RecordBatch, StoredRecord, TopicPartition
from soundings.log.read_marks import ReadMark, check_marks, end_problem, mark_after
from soundings.telemetry.metrics import LOG_MISMATCH

_HOME: Final[TopicPartition] = (CATALOGUE.name, 0)
_READ_MAX: Final = 1000
_log = structlog.get_logger("feedback_api.catalogue_projection")


class CatalogueConsumer:
    """Applies catalogue events from the log to a projection. Ready once it has read up to the end seen at start-up.

    ``last_known`` is a snapshot of an earlier run. It is loaded when the log fails or takes longer than ``patience``
    seconds. The topic is still read from its beginning afterwards, because entities that were compacted away
    meanwhile must be removed from the projection.

    If the topic is not the one read before (it ends earlier, or holds another record), no entity is removed, and the
    service stays unready until every known entity has been published on it again.
    """

    def __init__(
        self,
        log: EventLog,
        projection: CatalogueProjection,
        *,
        topics: Sequence[TopicSpec] = (),
        last_known: CatalogueSnapshotFile | None = None,
        patience: float = 1.0,
        retry_seconds: float = 1.0,
        look_seconds: float = 10.0,
    ) -> None:
        self._log = log
        self._projection = projection
        self._topics = topics
        self._last_known = last_known
        self._patience = patience
        self._retry_seconds = retry_seconds
        self._look_seconds = look_seconds
        self._prepared = False
        self._tried = asyncio.Event()
        self._knows = asyncio.Event()
        self._caught_up = False
        self._position = 0
        self._newest: dict[bytes, StoredRecord] = {}
        self._seen: set[bytes] = set()
        self._mark = ReadMark()
        self._restored: Sequence[StoredRecord] = ()
        self._compared = last_known is None
        self._mismatch: str | None = None
        self._unsaved = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def load_snapshot(self) -> None:
        """Create the topics if the log answers within ``patience`` seconds; otherwise the consumer retries later."""
        with suppress(ServiceUnavailable, TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._ensure_topics()

    @asynccontextmanager
    async def run_in_background(self) -> AsyncGenerator[None]:
        """Follow the topic in the background for as long as the context lasts."""
        self._tasks = [asyncio.create_task(self._run_until_stopped(), name="follow the catalogue")]
        if self._last_known is not None:
            self._tasks.append(asyncio.create_task(self._keep_saved(self._last_known), name="save the catalogue"))
            self._tasks.append(asyncio.create_task(self._fall_back(self._last_known), name="begin with the last known"))
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
            if self._last_known is not None and self._unsaved.is_set():
                await self._save_snapshot(self._last_known)

    async def unready_reason(self) -> str | None:
        """Why the service is not ready (catalogue not read, or topic mismatch); None when it is ready."""
        if not self._knows.is_set():
            return "the catalogue is still being read"
        return self._mismatch

    async def dead_reason(self) -> str | None:
        """Why the process must be restarted: a consumer task has ended. None when the tasks run."""
        # Only the first two tasks are permanent; the third (snapshot fallback) ends by itself.
        stopped = any(task.done() for task in self._tasks[:2])
        return "the catalogue is not followed any more" if stopped else None

    async def degraded_reason(self) -> str | None:
        """Why the service is degraded but ready: it serves the snapshot of an earlier run. None otherwise."""
        behind = self._knows.is_set() and not self._caught_up
        return "the catalogue is what an earlier run knew, because the log cannot be read" if behind else None

    async def wait_until_ready(self, seconds: float) -> None:
        """Wait until the projection is usable. Raises ServiceUnavailable after ``seconds``."""
        if self._knows.is_set():
            return
        try:
            async with asyncio.timeout(seconds):
                await self._knows.wait()
        except TimeoutError:
            raise ServiceUnavailable("The service has just started and still reads the catalogue.") from None

    # Reading the topic

    async def _run_until_stopped(self) -> None:
        """Read the topic until cancelled. The projection stays unchanged while the log is unavailable."""
        while True:
            try:
                await self._ensure_topics()
                await self._follow_log()
            except ServiceUnavailable as error:
                _log.warning("catalogue_not_followed", reason=safe_error_reason(error))
                self._tried.set()
                await asyncio.sleep(self._retry_seconds)

    async def _ensure_topics(self) -> None:
        if not self._prepared:
            await self._log.ensure_topics(self._topics)
            self._prepared = True

    async def _follow_log(self) -> None:
        await self._compare_topic()
        target = await self._log.end_position(*_HOME)
        while True:
            batch = await self._log.read_batch(*_HOME, self._position, _READ_MAX)
            self._apply_batch(batch)
            if self._position >= target and not self._caught_up:
                self._catch_up()
            if not batch.records:
                await self._log.wait_for_records({_HOME: self._position}, self._look_seconds)
                await self._check_end()

    def _apply_batch(self, batch: RecordBatch) -> None:
        for record in batch.records:
            self._apply_record(record)
            self._store_record(record)
        self._position = max(self._position, batch.next)
        if batch.records:
            self._mark = mark_after(batch.records[-1], self._position)
            self._look_for_missing()

    def _catch_up(self) -> None:
        self._look_for_missing()
        if self._mismatch is None:
            for key in self._missing_keys():
                self._remove_entity(key)
            self._restored = ()
        self._caught_up = True
        self._tried.set()
        self._knows.set()
        self._unsaved.set()

    # Detection of a replaced topic

    async def _compare_topic(self) -> None:
        """Compare the topic with the read mark of the snapshot, or of this run before the connection was lost."""
        if not self._compared and self._last_known is not None:
            known = await asyncio.to_thread(self._last_known.read_records)
            problem = None if known is None else await self._mark_problem(known.mark)
            self._compared = True
            if known is not None and problem is not None:
                self._begin_again(known.records, problem)
        elif (problem := await self._mark_problem(self._mark)) is not None:
            self._begin_again((*self._restored, *self._newest.values()), problem)

    async def _mark_problem(self, mark: ReadMark) -> str | None:
        return (await check_marks(self._log, {_HOME: mark}))[_HOME].problem

    async def _check_end(self) -> None:
        """Restart from the beginning if the topic was recreated while it was being read."""
        problem = end_problem(_HOME, self._position, await self._log.end_position(*_HOME))
        if problem is not None:
            self._begin_again((*self._restored, *self._newest.values()), problem)

    def _begin_again(self, known: Sequence[StoredRecord], problem: str) -> None:
        """Keep the known entities and read the current topic from its beginning."""
        for record in known:
            self._apply_record(record)
        self._restored, self._newest, self._seen = known, {}, set()
        self._position, self._mark = 0, ReadMark()
        self._mismatch = f"{problem}; `soundings recover` announces the catalogue again"
        LOG_MISMATCH.labels("feedback-api").set(1)
        _log.error("catalogue_topic_mismatch", reason=problem, entities=len(known))
        self._knows.set()

    def _missing_keys(self) -> AbstractSet[bytes]:
        return {record.key for record in self._restored} - self._seen

    def _look_for_missing(self) -> None:
        """Clear the mismatch once every known entity has been read from the topic."""
        if self._mismatch is not None and self._missing_keys():
            return
        if self._mismatch is not None:
            _log.warning("catalogue_topic_whole_again", entities=len(self._newest))
            self._mismatch, self._restored = None, ()
            self._unsaved.set()
        LOG_MISMATCH.labels("feedback-api").set(0)

    def _apply_record(self, record: StoredRecord) -> None:
        if record.value is None:
            self._remove_entity(record.key)
            return
        try:
            event = decode_event(record)
            if isinstance(event, CatalogueChanged):
                self._projection.apply_event(event)
        except (UndecodableRecord, ValueError) as error:
            # The event may come from a newer release. It is skipped, because intake must not stop for it.
            _log.warning("catalogue_record_passed_over", position=record.position, reason=safe_error_reason(error))

    def _remove_entity(self, key: bytes) -> None:
        self._projection.remove_key(key.decode("utf-8", "replace"))

    # Snapshot for the next start

    def _store_record(self, record: StoredRecord) -> None:
        self._seen.add(record.key)
        self._newest.pop(record.key, None)
        if record.value is not None:
            self._newest[record.key] = record
        if self._caught_up:
            self._unsaved.set()

    async def _fall_back(self, last_known: CatalogueSnapshotFile) -> None:
        """Load the snapshot of the last run unless the log is read in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._tried.wait()
        if self._knows.is_set():
            return
        restored = await asyncio.to_thread(last_known.read_records)
        if restored is None or self._knows.is_set():
            return
        for record in restored.records:
            self._apply_record(record)
        self._restored = restored.records
        self._knows.set()
        _log.warning("catalogue_from_an_earlier_run", entities=len(restored.records))

    async def _keep_saved(self, last_known: CatalogueSnapshotFile) -> None:
        while True:
            await self._unsaved.wait()
            await self._save_snapshot(last_known)
            await asyncio.sleep(self._retry_seconds)

    async def _save_snapshot(self, last_known: CatalogueSnapshotFile) -> None:
        self._unsaved.clear()
        if self._mismatch is not None:
            return  # the earlier snapshot is still needed to know which entities are missing
        try:
            await asyncio.to_thread(last_known.write_records, KnownCatalogue(tuple(self._newest.values()), self._mark))
        except OSError as error:
            _log.warning("catalogue_not_saved", errno=error.errno)
            self._unsaved.set()
        except asyncio.CancelledError:
            self._unsaved.set()
            raise
