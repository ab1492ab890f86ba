"""Appending to Kafka: what comes for a partition while a packet is under way goes into the next one."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from time import monotonic, time

from soundings.log.kafka.aiokafka_internals import (
    REFUSALS,
    KafkaError,
    KafkaProducer,
    RecordBatchBuilder,
    UnknownTopicOrPartitionError,
    abort_producer,
    make_producer,
)
from soundings.log.kafka.lazy_resource import LazyResource
from soundings.log.kafka.settings import KafkaSettings
from soundings.log.port import AppendFailed, LogRecord, LogUnavailable, RecordPosition, TopicPartition, size_of

# Back-pressure: beyond this bound appends fail at once instead of filling the memory.
MOST_WAITING_BYTES = 64 << 20
_UNREACHABLE = "unreachable"
_REFUSED = "refused_by_broker"
_LONGEST = 3
"""How many deadlines an append may take while the cluster goes on acknowledging others."""
# The outcome of a record that was never acknowledged. Retryable, because it may or may not have
# been stored.
_LATE = AppendFailed(_UNREACHABLE, "not acknowledged in time", retryable=True)


class PendingAppend:
    """One call of append: what becomes of its records, and who waits for that."""

    __slots__ = ("began", "failed", "left", "outcomes", "settled")

    def __init__(self, records: int, loop: asyncio.AbstractEventLoop) -> None:
        self.began = monotonic()
        self.outcomes: list[RecordPosition | AppendFailed] = [_LATE] * records
        self.left = records
        self.failed = False
        self.settled: asyncio.Future[None] = loop.create_future()

    def note_outcome(self, index: int, outcome: RecordPosition | AppendFailed) -> None:
        self.outcomes[index] = outcome
        self.left -= 1
        if self.left == 0:
            self.settle_future()

    def settle_future(self) -> None:
        """The caller has given up: records that are not sent yet are dropped."""
        if not self.settled.done():
            self.settled.set_result(None)


Item = tuple[LogRecord, int, PendingAppend, int]
"""A record, its size, and where its outcome is noted."""


class ProducerState:
    """What all partitions of a log share: the bytes that wait, and when the cluster last answered."""

    def __init__(self) -> None:
        self.waiting_bytes = 0
        self.heard = 0.0
        self.silent = False

    def mark_reply(self) -> None:
        self.heard = monotonic()
        self.silent = False


class PartitionQueue:
    """The records on their way to one partition, one packet at a time, so that none overtakes another."""

    def __init__(self, home: TopicPartition, producer: LazyResource[KafkaProducer], traffic: ProducerState) -> None:
        self._topic, self._partition = home
        self._producer = producer
        self._traffic = traffic
        self._queue: deque[Item] = deque()
        self.sending: asyncio.Task[None] | None = None

    def put_item(self, item: Item) -> None:
        """Send a record with the next packet."""
        self._queue.append(item)
        self._traffic.waiting_bytes += item[1]
        # One sending task per partition: records that arrive meanwhile form the next batch, so
        # batches grow with the load.
        if self.sending is None or self.sending.done():
            self.sending = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        while self._queue:
            try:
                producer = await self._producer.get_or_open()
            except LogUnavailable as error:
                self._fail_items([self._pop_items() for _ in range(len(self._queue))], _UNREACHABLE, str(error))
            else:
                await self._send_batch(producer)

    async def _send_batch(self, producer: KafkaProducer) -> None:
        """Send the next packet and note what became of it. After an error the next one gets a new producer."""
        items: list[Item] = []
        try:
            # aiokafka would wait for metadata of an unknown partition until its own time-out.
            if self._partition not in await producer.partitions_for(self._topic):
                raise UnknownTopicOrPartitionError(f"{self._topic} {self._partition}")
            packet = producer.create_batch()
            items = self._fill_batch(packet)
            if items:
                first = (await (await producer.send_batch(packet, self._topic, partition=self._partition))).offset
                self._mark_stored(items, first)
        except KafkaError as error:
            # After an error the state of an idempotent producer is unknown; a new one gets a new
            # producer id.
            self._producer.discard_broken(producer)
            items = items or [self._pop_items() for _ in range(len(self._queue))]
            self._fail_items(items, _REFUSED if isinstance(error, REFUSALS) else _UNREACHABLE, str(error))

    def _fill_batch(self, packet: RecordBatchBuilder) -> list[Item]:
        """As many of the waiting records as one packet holds, without those that were given up."""
        items: list[Item] = []
        now = int(time() * 1000)
        while self._queue:
            record, _, ticket, _ = self._queue[0]
            # Records whose caller has given up are dropped here, so that a retry of the caller does
            # not store them twice.
            if not ticket.settled.done():
                fits = packet.append(timestamp=now, key=record.key, value=record.value, headers=list(record.headers))
                if fits is None:
                    break
                items.append(self._queue[0])
            self._pop_items()
        packet.close()
        return items

    def _pop_items(self) -> Item:
        item = self._queue.popleft()
        self._traffic.waiting_bytes -= item[1]
        return item

    def _mark_stored(self, items: Iterable[Item], first: int) -> None:
        self._traffic.mark_reply()
        for position, (_, _, ticket, index) in enumerate(items, first):
            ticket.note_outcome(index, RecordPosition(self._partition, position))

    def _fail_items(self, items: Iterable[Item], reason: str, detail: str) -> None:
        self._traffic.silent = False
        for _, _, ticket, index in items:
            ticket.failed = True
            ticket.note_outcome(index, AppendFailed(reason, detail, retryable=reason != _REFUSED))


class BatchingProducer:
    """The way in: one producer, and a lane for every partition that is written to."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer = LazyResource(self._start_producer, self._stop_producer, deadline=settings.deadline)
        self._traffic = ProducerState()
        self._lanes: dict[TopicPartition, PartitionQueue] = {}
        self._open: dict[PendingAppend, None] = {}
        self._alarm: asyncio.TimerHandle | None = None

    async def append_addressed(
        self, topic: str, addressed: Sequence[tuple[int, LogRecord]]
    ) -> Sequence[RecordPosition | AppendFailed]:
        """Store records, each in its given partition; returns an outcome for each, or `LogUnavailable` for all."""
        self._refuse_what_is_hopeless()
        ticket = PendingAppend(len(addressed), asyncio.get_running_loop())
        self._open[ticket] = None
        if self._alarm is None:
            self._watch_replies()
        try:
            for index, (partition, record) in enumerate(addressed):
                self._partition_queue((topic, partition)).put_item((record, size_of(record), ticket, index))
            await ticket.settled
        finally:
            ticket.settle_future()
            del self._open[ticket]
        return _append_outcomes(ticket) if ticket.failed else ticket.outcomes

    def _refuse_what_is_hopeless(self) -> None:
        """While records that the cluster was given are not acknowledged, no others are queued behind them."""
        if self._traffic.silent:
            raise LogUnavailable("the Kafka cluster does not answer")
        # The check precedes queuing, so one call may exceed the bound by its own size at most.
        if self._traffic.waiting_bytes > MOST_WAITING_BYTES:
            raise LogUnavailable("more is waiting to be sent than the Kafka cluster keeps up with")

    def _partition_queue(self, home: TopicPartition) -> PartitionQueue:
        lane = self._lanes.get(home)
        if lane is None:
            lane = self._lanes[home] = PartitionQueue(home, self._producer, self._traffic)
        return lane

    def _watch_replies(self) -> None:
        # One timer for all open appends; a timer for each would cost more than the append itself.
        self._alarm = asyncio.get_running_loop().call_later(self._settings.deadline / 4, self._look_after_all)

    def _look_after_all(self) -> None:
        """Give up on a cluster that has been silent for a whole deadline; one that is busy gets more time."""
        deadline, now = self._settings.deadline, monotonic()
        for ticket in self._open:  # the oldest first
            silent = max(self._traffic.heard, ticket.began) + deadline <= now
            # Insertion order is order of age, so the first append that may still wait ends the
            # scan.
            if not silent and ticket.began + _LONGEST * deadline > now:
                break
            self._traffic.silent = silent
            ticket.failed = True
            ticket.settle_future()
        self._alarm = None
        if self._open:
            self._watch_replies()

    async def close_producer(self) -> None:
        """Send what waits if that can be done in time."""
        if self._alarm is not None:
            self._alarm.cancel()
        sending = [lane.sending for lane in self._lanes.values() if lane.sending is not None]
        if sending:
            await asyncio.wait(sending, timeout=self._settings.deadline)
        await self._producer.close_resource()
        await asyncio.gather(*sending)

    async def _start_producer(self) -> KafkaProducer:
        producer = make_producer(self._settings)
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def _stop_producer(self, producer: KafkaProducer) -> None:
        try:
            async with asyncio.timeout(self._settings.deadline):
                await producer.flush()
        except TimeoutError:
            await abort_producer(producer)
        await producer.stop()


def _append_outcomes(ticket: PendingAppend) -> Sequence[RecordPosition | AppendFailed]:
    failures = [outcome for outcome in ticket.outcomes if isinstance(outcome, AppendFailed)]
    if len(failures) == len(ticket.outcomes) and all(failure.reason == _UNREACHABLE for failure in failures):
        raise LogUnavailable(f"the Kafka cluster did not take the records: {failures[0]}")
    return ticket.outcomes
