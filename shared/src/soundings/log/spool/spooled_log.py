"""The log with its spool: appends that the log behind does not take at once are durable here, and follow later."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final

import structlog

from soundings.events.topics import TopicSpec
from soundings.log.port import (
    AppendFailed,
    EventLog,
    LogRecord,
    LogUnavailable,
    RecordBatch,
    RecordPosition,
    TopicPartition,
    UnknownTopic,
)
from soundings.log.spool.drain import SpoolDrain
from soundings.log.spool.store import SpoolDepth, SpoolStore

Watch = Callable[[SpoolDepth], None]
"""Is told how much waits, whenever that may have changed."""

_AWAY: Final = (LogUnavailable, UnknownTopic, TimeoutError)
"""How a log behind is away. It may not even have its topics yet, when this process started before it."""
_LOOK_SECONDS: Final = 5.0
_log = structlog.get_logger("soundings.log.spool")


class SpooledLog:
    """See `soundings.log.port.Log`. Belongs to one event loop; `start` it before it is used.

    As soon as one append fails or takes longer than ``patience`` seconds, this and all that come later go into the
    spool, until the log behind answers again and has all that waited: so the records of a key keep the order in which
    they were acknowledged. It has ``answer_seconds`` for each batch of those. A record may reach the log behind twice,
    never not at all. The `Place` of a record in the spool says nothing of where it will stand. Everything but appending
    is up to the log behind.
    """

    def __init__(
        self,
        behind: EventLog,
        spool: SpoolStore,
        *,
        patience: float = 1.5,
        retry_seconds: float = 0.5,
        answer_seconds: float = 10.0,
        watch: Watch = lambda _: None,
    ) -> None:
        self._behind = behind
        self._spool = spool
        self._patience = patience
        self._retry_seconds = retry_seconds
        self._watch = watch
        self._drain = SpoolDrain(behind, spool, answer_seconds=answer_seconds)
        self._depth = SpoolDepth()
        self._away = False
        self._spool_fails = False
        self._under_way: set[asyncio.Timeout] = set()
        self._entering = 0
        self._all_entered = asyncio.Event()
        self._gate = asyncio.Event()
        self._needed = asyncio.Event()
        self._parked_tried = False
        self._task: asyncio.Task[None] | None = None

    async def start_draining(self) -> None:
        """Open the spool and begin to drain what is in it. Raises `SpoolInUse`, or `LogUnavailable` without a disk."""
        await self._spool.open_store()
        self._all_entered.set()
        self._gate.set()
        if await self._spool.waiting_partitions():
            self._pass_by()
        await self._probe_log()
        if self._depth.parked:
            self._needed.set()
        self._task = asyncio.create_task(self._run_drain(), name="tend the spool")

    @property
    def is_unavailable(self) -> bool:
        """Whether records go into the spool at present."""
        return self._away

    @property
    def failing_reason(self) -> bool:
        """Whether neither the log behind nor the spool takes records."""
        return self._away and self._spool_fails

    # What readiness tells

    async def unready_reason(self) -> str | None:
        """Why nothing can be made durable; None as long as the log or the spool takes records."""
        return "neither the log nor its spool takes records" if self.failing_reason else None

    async def dead_reason(self) -> str | None:
        """Why the process should be started again; None when all is well."""
        return "the spool is not drained any more" if self._task is not None and self._task.done() else None

    async def degraded_reason(self) -> str | None:
        """What is out of the ordinary although answers are durable; None when nothing is."""
        notes: list[str] = []
        if self._away:
            notes.append(f"the log is away or catching up; {self._depth.records} records wait in the spool")
        if self._depth.parked:
            notes.append(f"{self._depth.parked} records that the log refuses are parked in the spool")
        return "; ".join(notes) or None

    # The port

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        # Only topics of incoming records are spooled; for all others an outage is an error of the
        # caller.
        if topic not in self._spool.topics:
            return await self._behind.append_records(topic, records)
        if self._away:
            # The gate is closed while the last spooled records are drained; see _turn_back.
            await self._gate.wait()
        if self._away:
            return await self._append_to_spool(topic, records)
        try:
            outcomes = await self._append_with_deadline(topic, records)
        except _AWAY as error:
            self._pass_by(error)
            return await self._append_to_spool(topic, records)
        late = [place for place, outcome in enumerate(outcomes) if _may_do_better(outcome)]
        return await self._keep_late(topic, records, outcomes, late) if late else outcomes

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        await self._behind.ensure_topics(topics)

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch:
        return await self._behind.read_batch(topic, partition, from_position, limit)

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        return await self._behind.wait_for_records(positions, seconds)

    async def partition_count(self, topic: str) -> int:
        return await self._behind.partition_count(topic)

    async def end_position(self, topic: str, partition: int) -> int:
        return await self._behind.end_position(topic, partition)

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._behind.end_positions(topics)

    async def start_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._behind.start_positions(topics)

    async def close_log(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._behind.close_log()
        await self._spool.close_store()

    # The way into the spool

    async def _append_with_deadline(
        self, topic: str, records: Sequence[LogRecord]
    ) -> Sequence[RecordPosition | AppendFailed]:
        async with asyncio.timeout(self._patience) as hurry:
            self._under_way.add(hurry)
            try:
                return await self._behind.append_records(topic, records)
            finally:
                self._under_way.discard(hurry)

    def _pass_by(self, error: Exception | None = None) -> None:
        """Use the spool from now on, also for the appends under way: none has to find out for itself."""
        if not self._away:
            self._away = True
            _log.warning("log_away", error=None if error is None else f"{type(error).__name__}: {error}")
        for hurry in self._under_way:
            # Expire the deadlines of appends in flight: with the log away, waiting for each would
            # only add latency.
            if not hurry.expired():
                hurry.reschedule(0)
        self._needed.set()

    async def _append_to_spool(
        self, topic: str, records: Sequence[LogRecord]
    ) -> Sequence[RecordPosition | AppendFailed]:
        # Counted, so that _turn_back can wait for writes in progress before it drains for the last
        # time.
        self._entering += 1
        self._all_entered.clear()
        try:
            places = await self._spool.append_records(topic, records)
        except LogUnavailable:
            self._spool_fails = True
            raise
        finally:
            self._entering -= 1
            if not self._entering:
                self._all_entered.set()
        self._spool_fails = False
        return places

    async def _keep_late(
        self,
        topic: str,
        records: Sequence[LogRecord],
        outcomes: Sequence[RecordPosition | AppendFailed],
        late: Sequence[int],
    ) -> Sequence[RecordPosition | AppendFailed]:
        """The outcomes, with those that may do better later in the spool; where that fails too they stay failed."""
        self._pass_by()
        settled = list(outcomes)
        with suppress(LogUnavailable):
            for place, outcome in zip(
                late, await self._append_to_spool(topic, [records[place] for place in late]), strict=True
            ):
                settled[place] = outcome
        return settled

    # The way out of the spool

    async def _run_drain(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._needed.wait()
            try:
                await self._tend_once()
            except _AWAY as error:
                with suppress(LogUnavailable):
                    await self._probe_when_failing()
                    await self._probe_log()
                _log.info("spool_not_drained", error=f"{type(error).__name__}: {error}", waiting=self._depth.records)
                await asyncio.sleep(self._retry_seconds)

    async def _tend_once(self) -> None:
        """Drain until nothing waits, and then turn back to the log behind."""
        # An append that was given up may have come through after the last look; nobody was told so.
        if not self._away and not await self._spool.waiting_partitions():
            await self._drain.trim_drained()
            await self._drain_remaining()
            return
        self._pass_by()
        while await self._drain.drain_once():
            await self._probe_log()
        # A cheap read proves that the log answers before traffic is sent to it again.
        await self._behind.end_positions(self._spool.topics)
        await self._turn_back()
        await self._drain_remaining()

    async def _drain_remaining(self) -> None:
        """With nothing left to drain there is time for what was parked, once in the life of a process."""
        if self._depth.parked and not self._parked_tried:
            await self._drain.try_parked_again()
        self._parked_tried = True
        if not self._away:
            self._needed.clear()
        await self._probe_log()

    async def _turn_back(self) -> None:
        """Let no more into the spool until the last of it has passed; if that takes too long, go on as before."""
        self._gate.clear()
        try:
            async with asyncio.timeout(self._patience):
                await self._all_entered.wait()
                while await self._drain.drain_once():
                    pass
            # The disk was too full even for deleting; replacing the empty file frees the space.
            if self._spool.has_untrimmed:
                with suppress(LogUnavailable):
                    await self._spool.reopen_store()
            self._away = self._spool_fails = False
            # The gate opens again in any case, or a failed attempt would block all appends for
            # ever.
            _log.warning("log_back")
        finally:
            self._gate.set()

    async def _probe_when_failing(self) -> None:
        if self._spool_fails:
            await self._spool.probe_writable()
            self._spool_fails = False

    async def _probe_log(self) -> None:
        self._depth = await self._spool.read_depth()
        self._watch(self._depth)


def _may_do_better(outcome: RecordPosition | AppendFailed) -> bool:
    return isinstance(outcome, AppendFailed) and outcome.retryable
