"""The worker: takes partitions, reads them, and folds batch after batch, two of different partitions side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from time import perf_counter
from typing import Final

import structlog

from metrics_worker.aggregation.rules_version import RulesDiffer
from metrics_worker.consumer.batch_metrics import show_batch, show_parked
from metrics_worker.consumer.dead_letter_limit import DeadLetterLimit
from metrics_worker.consumer.errors import LeaseLost, TooManyDeadLetters, WorkerEnds
from metrics_worker.consumer.log_checks import check_ends, checked_partitions
from metrics_worker.consumer.parked_backlog import fold_parked
from metrics_worker.consumer.parking_state import (
    NOTHING_PARKED,
    Backlog,
    ParkingChanged,
    ParkingState,
    parkable,
    stop_reason,
)
from metrics_worker.consumer.partition_assignment import LEASE_BEATS, assigned_partitions, worker_rank
from metrics_worker.consumer.partition_reader import read_slice
from metrics_worker.consumer.ports import DeadLetter, FoldStore, OffsetAdvance, PartitionLease
from metrics_worker.consumer.worker_status import WorkerOptions, WorkerStatus
from metrics_worker.consumer.write_batch import Applied, PartitionBatch, Terms, apply_batch, without_partition
from soundings.events.topics import CATALOGUE, MEASURED
from soundings.kernel.clock import Clock, epoch_ms
from soundings.kernel.errors import safe_error_reason
from soundings.log.port import EventLog, LogUnavailable, StoredRecord, TopicPartition
from soundings.log.read_marks import LogMismatch
from soundings.telemetry.metrics import FOLD_STOPPED, LAG_EVENTS, LOG_MISMATCH

TOPICS: Final = tuple(topic.name for topic in (*MEASURED, CATALOGUE))
_log = structlog.get_logger("metrics_worker.consumer")

_FEW: Final = 500
_SIDE_BY_SIDE: Final = 2
"""Batches of different partitions that are written at once: while the database works on one, we work on the other."""
_FIRST_EVENTS: Final = 500
_GROWTH: Final = 4
"""A first batch is small, so that figures move soon after a start; as long as more waits, each is so much larger."""
_LONGEST_WAIT_S: Final = 1.0
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0
_MISMATCH_PAUSE_S: Final = 2.0


Prepare = Callable[[Callable[[str], None]], Awaitable[None]]
"""Called before folding begins, with what tells others how far it is and raises `WorkerEnds` when it is to stop."""


async def is_prepared(_tell: Callable[[str], None]) -> None:
    """There is nothing to prepare."""


class FoldWorker:
    """Folds until it is stopped. Runs in one event loop; `status` may be read from any thread."""

    def __init__(
        self,
        log: EventLog,
        store: FoldStore,
        clock: Clock,
        options: WorkerOptions,
        *,
        prepare: Prepare = is_prepared,
        on_dead_letters: Callable[[], None] = lambda: None,
        on_idle: Callable[[bool], None] = lambda _: None,
        on_moved: Callable[[Mapping[TopicPartition, int]], object] = lambda _: None,
    ) -> None:
        self._log = log
        self._store = store
        self._clock = clock
        self._options = options
        self._prepare = prepare
        self._on_dead_letters = on_dead_letters
        self._on_idle = on_idle
        self._on_moved = on_moved
        self._held: dict[TopicPartition, PartitionLease] = {}
        self._limit = DeadLetterLimit()
        self._parking = NOTHING_PARKED
        self._unparked: Mapping[str, str] = {}
        self._next_beat = 0
        self._slot = 0
        self._stopping = asyncio.Event()
        self._writing: set[asyncio.Task[None]] = set()
        self._busy: set[TopicPartition] = set()
        self._behind = False
        self._most = options.most_events
        self._waiting: asyncio.Task[Collection[TopicPartition]] | None = None
        self.status = WorkerStatus()

    def request_stop(self) -> None:
        """Let it end after the batch in hand. To be called in its own loop."""
        self._stopping.set()
        if self._waiting is not None:
            self._waiting.cancel()

    async def run_until_stopped(self) -> None:
        """Fold until `stop`; errors of the log and the database are waited out."""
        pause = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                await self._fold_on()
                pause = _FIRST_PAUSE_S
            except WorkerEnds:
                break
            except TooManyDeadLetters as error:
                await self._stand_still(error)
            except LogMismatch as error:
                _log.error("log_mismatch", worker=self._options.id, reason=str(error))
                LOG_MISMATCH.labels("metrics-worker").set(1)
                await self._pause_after_error(str(error), _MISMATCH_PAUSE_S)
            except RulesDiffer as error:
                _log.warning("fold_waits", worker=self._options.id, reason=str(error))
                await self._pause_after_error(str(error), pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            except LogUnavailable as error:
                await self._pause_after_error(f"the log cannot be read: {error}", max(error.retry_after, pause))
            except Exception as error:  # noqa: BLE001 - the message loop: whatever it was, the next try begins afresh
                _log.error("fold_failed", worker=self._options.id, exc_info=error)
                await self._pause_after_error(f"the fold failed: {safe_error_reason(error)}", pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
        await self._release_leases()

    async def _fold_on(self) -> None:
        """Read batch after batch, writing each while the next is read, until the assignment must be taken anew."""
        await self._prepare(self._report_preparation)
        self._held.clear()
        self._next_beat = 0
        self._behind = True  # as long as nobody knows
        self._most = min(_FIRST_EVENTS, self._options.most_events)
        try:
            while not self._stopping.is_set():
                if self._beat_is_due() or self._unparked:
                    await self._settle_writes(0)
                if self._unparked:
                    raise TooManyDeadLetters(stop_reason(self._unparked))
                if self._beat_is_due():
                    await self._send_heartbeat()
                resumed = await self._fold_parked()
                slices = await self._read_batches()
                if slices:
                    await self._begin_writing(slices)
                elif self._writing:
                    await self._settle_writes(len(self._writing) - 1)
                elif not resumed:
                    await self._wait_for_records()
        finally:
            await asyncio.gather(*self._writing, return_exceptions=True)
            self._writing.clear()

    async def _read_batches(self) -> list[PartitionBatch]:
        """Read the held partitions that are not being written; read positions advance before the write.

        While the log holds more than a batch, half of the partitions are read, so that the other half can be written.
        """
        waiting = {(one.topic, one.partition) for one in self._parking.drainable(self._held.keys())}
        open_ = {home: held.next for home, held in self._held.items() if home not in waiting}
        ready = await self._log.wait_for_records(open_, 0) if open_ else ()
        share = -(-len(ready) // _SIDE_BY_SIDE) if self._behind else len(ready)
        homes = sorted(home for home in ready if home in self._held and home not in self._busy)[:share]
        most = max(1, self._most // max(1, len(homes)))
        slices: list[PartitionBatch] = []
        for home in homes:
            exceeded = frozenset(self._limit.exceeded)
            routed = self._parking.routed(home) | exceeded
            part = await read_slice(self._log, home, self._held[home], most, self._limit, routed)
            if part is None:
                continue
            slices.append(part)
            self._held[home] = self._held[home]._replace(next=part.move.next)
            if len(self._limit.exceeded) != len(exceeded):
                break  # it is written by itself, or what it holds could not be written without what comes behind it
        if homes:
            self._behind = any(part.count >= most for part in slices)
            if self._behind:
                self._most = min(_GROWTH * self._most, self._options.most_events)
        return slices

    async def _begin_writing(self, slices: Sequence[PartitionBatch]) -> None:
        """Write a batch concurrently with the next read; pause after a small one that emptied the backlog."""
        homes = {(part.move.topic, part.move.partition) for part in slices}
        self._busy |= homes
        self._writing.add(asyncio.create_task(self._write_slices(slices, homes)))
        await self._settle_writes(_SIDE_BY_SIDE - 1)
        if self._options.linger_s and not self._behind and sum(part.count for part in slices) < _FEW:
            await self._sleep_or_stop(self._options.linger_s)

    async def _settle_writes(self, most: int) -> None:
        """Until at most so many batches are still being written. Raises what any of them has raised."""
        while len(self._writing) > most:
            done, self._writing = await asyncio.wait(self._writing, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*done)

    async def _write_slices(self, slices: Sequence[PartitionBatch], homes: set[TopicPartition]) -> None:
        """Write a batch, without what turns out to belong to another worker by now."""
        self._become_idle(idle=False)
        try:
            while slices:
                slices = await self._try_to_write(slices)
        finally:
            self._busy -= homes

    async def _try_to_write(self, slices: Sequence[PartitionBatch]) -> Sequence[PartitionBatch]:
        """Write slices in one transaction; those that are left to write when one of them is no longer mine."""
        began, at = perf_counter(), epoch_ms(self._clock())
        terms = Terms(at, self._options.rules, dict(self._limit.exceeded))
        try:
            async with self._store.begin_transaction(self._slot) as transaction:
                applied = await apply_batch(transaction, slices, terms, self._original_record)
        except LeaseLost as lost:
            self._lose(lost)
            return without_partition(slices, *lost.home)
        except ParkingChanged as changed:
            self._read_again(slices, changed.state)
            return []
        self._note_parking(applied, terms)
        self._on_moved({(part.move.topic, part.move.partition): part.move.next for part in slices})
        letters = [*(letter for part in slices for letter in part.dead_letters), *applied.refused]
        self._observe_metrics(slices, letters, perf_counter() - began, at)
        return []

    def _lose(self, lost: LeaseLost) -> None:
        _log.info("partition_lost", worker=self._options.id, topic=lost.home[0], partition=lost.home[1])
        self._held.pop(lost.home, None)
        LAG_EVENTS.labels(lost.home[0], str(lost.home[1])).set(0)

    def _read_again(self, slices: Sequence[PartitionBatch], state: ParkingState) -> None:
        """Go back to where slices began that were read without knowing which sources are parked."""
        for part in slices:
            home = (part.move.topic, part.move.partition)
            if home in self._held:
                self._held[home] = self._held[home]._replace(next=part.move.start)
        # Who cannot be parked is counted anew: what was one too many may be among what is read again.
        self._limit.forget(self._limit.exceeded.keys() - parkable(state, self._limit.exceeded).keys())
        self._show_parking(state)

    def _note_parking(self, applied: Applied, terms: Terms) -> None:
        """What a batch that is written has parked, and what only its fold has refused."""
        parked = terms.exceeded.keys() - applied.unparked.keys()
        for source in parked & applied.parking.parked:
            _log.error("source_parked", worker=self._options.id, source=source, reason=terms.exceeded[source])
        self._limit.forget(parked)
        self._unparked = {**self._unparked, **applied.unparked}
        for letter in applied.refused:
            self._limit.count_refused(letter.source)
        self._show_parking(applied.parking)

    def _show_parking(self, state: ParkingState) -> None:
        self._parking = state
        records = state.records()
        if records or self.status.parked:
            show_parked(records)
        self.status.parked = records

    async def _fold_parked(self) -> bool:
        """Fold some of what was parked of a source that resumes; whether there was any in partitions of mine."""
        if not self._parking.resuming:
            return False
        await self._settle_writes(0)
        mine = self._parking.drainable(self._held.keys())
        if mine:
            self._become_idle(idle=False)
            await self._fold_backlog(mine[0])
        elif self._parking.is_drained and (done := await self._store.end_resuming()):
            _log.info("sources_resumed", worker=self._options.id, sources=done)
        self._show_parking(await self._store.parking())
        return bool(mine)

    async def _fold_backlog(self, backlog: Backlog) -> None:
        began, at = perf_counter(), epoch_ms(self._clock())
        home = (backlog.topic, backlog.partition)
        held = self._held[home]
        move = OffsetAdvance(*home, held.epoch, held.next, held.next)
        try:
            async with self._store.begin_transaction(self._slot) as transaction:
                letters = await fold_parked(transaction, backlog, move, Terms(at, self._options.rules))
        except LeaseLost as lost:
            self._lose(lost)
            return
        self._observe_metrics([PartitionBatch(move)], letters, perf_counter() - began, at)

    async def _original_record(self, topic: str, partition: int, position: int) -> StoredRecord:
        return (await self._log.read_batch(topic, partition, position, 1)).records[0]

    def _observe_metrics(
        self, slices: Sequence[PartitionBatch], letters: Sequence[DeadLetter], seconds: float, at: int
    ) -> None:
        self.status.unready = None
        show_batch(slices, letters, seconds, at)
        if letters:
            self._on_dead_letters()

    async def _wait_for_records(self) -> None:
        """Until there is more to read, a beat is due, or it is time to stop."""
        if self._stopping.is_set():
            return
        self._become_idle(idle=True)
        self.status.unready = None
        if self.status.parked:
            self._show_parking(await self._store.parking())
            if self._parking.drainable(self._held.keys()):
                return
        now = epoch_ms(self._clock())
        seconds = min(_LONGEST_WAIT_S, max(0.0, (self._next_beat - now) / 1000))
        if not self._held:
            await self._sleep_or_stop(seconds)
            return
        self._waiting = asyncio.create_task(
            self._log.wait_for_records({home: held.next for home, held in self._held.items()}, seconds)
        )
        try:
            await self._waiting
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
        finally:
            self._waiting = None

    async def _sleep_or_stop(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _become_idle(self, *, idle: bool) -> None:
        if self.status.idle is not idle:
            self.status.idle = idle
            self._on_idle(idle)

    def _beat_is_due(self) -> bool:
        return epoch_ms(self._clock()) >= self._next_beat

    async def _send_heartbeat(self) -> None:
        """Say that I live, and take what is my share of the partitions and not in my hands."""
        now = epoch_ms(self._clock())
        until = now + LEASE_BEATS * self._options.beat_ms
        alive = await self._store.heartbeat(self._options.id, now, until, self._options.rules.version)
        self._next_beat = now + self._options.beat_ms
        homes = [(topic, number) for topic in TOPICS for number in range(await self._log.partition_count(topic))]
        share = assigned_partitions(self._options.id, alive, homes)
        self._slot = worker_rank(self._options.id, alive)
        for home in self._held.keys() - share:
            del self._held[home]
            LAG_EVENTS.labels(home[0], str(home[1])).set(0)  # whoever has it now shows it
        missing = sorted(share - self._held.keys())
        if missing:
            taken = await self._store.take_partitions(missing, self._options.id, now)
            self._held.update(await checked_partitions(self._log, self._store, taken, now))
        self._show_parking(await self._store.parking())
        self._on_moved({home: held.next for home, held in self._held.items()})
        await self._show_lag()

    async def _show_lag(self) -> None:
        ends: Mapping[TopicPartition, int] = await self._log.end_positions(TOPICS)
        await check_ends(self._store, self._held, ends)
        for home, held in self._held.items():
            LAG_EVENTS.labels(home[0], str(home[1])).set(max(0, ends[home] - held.next))

    async def _stand_still(self, error: TooManyDeadLetters) -> None:
        """Stop folding, let others know why, and wait to be resumed."""
        _log.error("fold_stopped", worker=self._options.id, reason=str(error))
        FOLD_STOPPED.set(1)
        self.status.stopped = self.status.unready = str(error)
        self._become_idle(idle=True)
        try:
            await self._store.mark_stopped(self._options.id, str(error))
            while not self._stopping.is_set() and await self._store.is_stopped(self._options.id):
                await self._sleep_or_stop(_LONGEST_WAIT_S)
        finally:
            self._limit, self._unparked = DeadLetterLimit(), {}
        FOLD_STOPPED.set(0)
        self.status.stopped = None

    def _report_preparation(self, reason: str) -> None:
        """Say what folding waits for. Raises `WorkerEnds` when it is time to stop."""
        self.status.unready = reason
        if self._stopping.is_set():
            raise WorkerEnds("the worker ends")

    async def _pause_after_error(self, reason: str, seconds: float) -> None:
        self.status.unready = reason
        self._limit, self._unparked = DeadLetterLimit(), {}
        await self._sleep_or_stop(seconds)

    async def _release_leases(self) -> None:
        try:
            await self._store.remove_worker(self._options.id)
        except Exception as error:  # noqa: BLE001 - ending anyway; the lease runs out by itself
            _log.warning("leave_failed", worker=self._options.id, reason=safe_error_reason(error))
