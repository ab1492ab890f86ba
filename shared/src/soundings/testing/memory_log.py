"""A log in memory for tests: the whole port, without files, threads of its own, or anything to wait for."""

import asyncio
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from soundings.events.topics import TopicSpec
from soundings.kernel.clock import Clock, epoch_ms, system_clock
from soundings.log.port import (
    AppendFailed,
    LogClosed,
    LogRecord,
    LogUnavailable,
    RecordBatch,
    RecordPosition,
    StoredRecord,
    TopicConflict,
    TopicPartition,
    UnknownTopic,
    fits_limit,
    partition_of,
)

_Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Event]


@dataclass(slots=True)
class MemoryStore:
    """What handles on one log share: topics and their records. `fault` makes every append fail, until it is None."""

    topics: dict[str, TopicSpec] = field(default_factory=dict[str, TopicSpec])
    records: dict[TopicPartition, list[StoredRecord]] = field(default_factory=dict[TopicPartition, list[StoredRecord]])
    removed: dict[TopicPartition, int] = field(default_factory=dict[TopicPartition, int])
    """How many of the first records of a partition retention has removed."""
    waiters: set[_Waiter] = field(default_factory=set[_Waiter])
    lock: threading.Lock = field(default_factory=threading.Lock)
    fault: LogUnavailable | None = None
    refusing: frozenset[bytes] = frozenset()
    """Keys whose records fail alone, as a broker may fail some of a batch."""
    appends: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Every append that was taken: its topic, and how many records it had."""

    def wake_readers(self) -> None:
        """Let everybody who waits look again."""
        for loop, event in tuple(self.waiters):
            loop.call_soon_threadsafe(event.set)


class MemoryLog:
    """See `soundings.log.port.Log`. Handles on one store see each other's records, also from other event loops."""

    def __init__(self, store: MemoryStore | None = None, *, clock: Clock = system_clock) -> None:
        self.store = store or MemoryStore()
        self._clock = clock
        self._closed = False

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        with self._require_open().lock:
            for topic in topics:
                known = self.store.topics.get(topic.name, topic)
                if (known.partitions, known.cleanup) != (topic.partitions, topic.cleanup):
                    raise TopicConflict(f"{topic.name} has {known.partitions} partitions, cleanup {known.cleanup}")
            for topic in topics:
                self.store.topics[topic.name] = topic
                for partition in range(topic.partitions):
                    self.store.records.setdefault((topic.name, partition), [])

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        store = self._require_open()
        if store.fault is not None:
            raise store.fault
        with store.lock:
            homes = [self._topic_partition(topic, record) for record in records]
            self._topic_store(topic)
            places = [self._put_record(topic, home, record) for home, record in zip(homes, records, strict=True)]
            store.appends.append((topic, len(records)))
        store.wake_readers()
        return places

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch:
        records = self._partition_store(topic, partition)
        first = max(from_position, self.store.removed.get((topic, partition), 0))
        found = records[first : first + limit]
        return RecordBatch(topic, partition, found, first + len(found))

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        event = asyncio.Event()
        waiter = (asyncio.get_running_loop(), event)
        self.store.waiters.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                while not (ready := self._has_records(positions)):
                    event.clear()
                    await event.wait()
                return ready
        except TimeoutError:
            return []
        finally:
            self.store.waiters.discard(waiter)

    async def partition_count(self, topic: str) -> int:
        return self._topic_store(topic).partitions

    async def end_position(self, topic: str, partition: int) -> int:
        return len(self._partition_store(topic, partition))

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        homes = [(topic, partition) for topic in topics for partition in range(self._topic_store(topic).partitions)]
        return {home: len(self.store.records[home]) for home in homes}

    async def start_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return {home: self.store.removed.get(home, 0) for home in await self.end_positions(topics)}

    async def close_log(self) -> None:
        self._closed = True
        self.store.wake_readers()

    def remove_before(self, topic: str, partition: int, position: int) -> None:
        """Remove the records below a position, as retention does."""
        self._partition_store(topic, partition)
        self.store.removed[topic, partition] = position

    def all_records(self, topic: str) -> list[StoredRecord]:
        """All records of a topic: by partition, each in its order. For tests to look at."""
        count = self.store.topics[topic].partitions
        return [record for partition in range(count) for record in self.store.records[topic, partition]]

    def _put_record(self, topic: str, home: int, record: LogRecord) -> RecordPosition | AppendFailed:
        if not fits_limit(record):
            return AppendFailed("record_too_large")
        if record.key in self.store.refusing:
            return AppendFailed("refused", "this key is refused", retryable=True)
        held = self.store.records[topic, home]
        at = epoch_ms(self._clock())
        held.append(StoredRecord(topic, home, len(held), record.key, record.value, record.headers, at))
        return RecordPosition(home, len(held) - 1)

    def _has_records(self, positions: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        return [home for home, position in positions.items() if len(self._partition_store(*home)) > position]

    def _topic_partition(self, topic: str, record: LogRecord) -> int:
        count = self._topic_store(topic).partitions
        home = partition_of(record.key, count) if record.partition is None else record.partition
        self._partition_store(topic, home)
        return home

    def _topic_store(self, name: str) -> TopicSpec:
        topic = self._require_open().topics.get(name)
        if topic is None:
            raise UnknownTopic(f"no topic {name}")
        return topic

    def _partition_store(self, topic: str, partition: int) -> list[StoredRecord]:
        records = self._require_open().records.get((topic, partition))
        if records is None:
            raise UnknownTopic(f"no partition {partition} of {topic}")
        return records

    def _require_open(self) -> MemoryStore:
        if self._closed:
            raise LogClosed("the log was closed")
        return self.store
