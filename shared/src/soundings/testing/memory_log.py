"""A log in memory for tests: the whole port, without files, threads of its own, or anything to wait for."""

import asyncio
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from soundings.events.topics import Topic
from soundings.kernel.clock import Clock, epoch_ms, system_clock
from soundings.log.port import (
    AppendFailed,
    Batch,
    LogClosed,
    LogUnavailable,
    Place,
    Record,
    Stored,
    TopicConflict,
    TopicPartition,
    UnknownTopic,
    fits,
    partition_of,
)

_Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Event]


@dataclass(slots=True)
class MemoryStore:
    """What handles on one log share: topics and their records. `fault` makes every append fail, until it is None."""

    topics: dict[str, Topic] = field(default_factory=dict[str, Topic])
    records: dict[TopicPartition, list[Stored]] = field(default_factory=dict[TopicPartition, list[Stored]])
    removed: dict[TopicPartition, int] = field(default_factory=dict[TopicPartition, int])
    """How many of the first records of a partition retention has removed."""
    waiters: set[_Waiter] = field(default_factory=set[_Waiter])
    lock: threading.Lock = field(default_factory=threading.Lock)
    fault: LogUnavailable | None = None
    refusing: frozenset[bytes] = frozenset()
    """Keys whose records fail alone, as a broker may fail some of a batch."""
    appends: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Every append that was taken: its topic, and how many records it had."""

    def wake(self) -> None:
        """Let everybody who waits look again."""
        for loop, event in tuple(self.waiters):
            loop.call_soon_threadsafe(event.set)


class MemoryLog:
    """See `soundings.log.port.Log`. Handles on one store see each other's records, also from other event loops."""

    def __init__(self, store: MemoryStore | None = None, *, clock: Clock = system_clock) -> None:
        self.store = store or MemoryStore()
        self._clock = clock
        self._closed = False

    async def ensure(self, topics: Sequence[Topic]) -> None:
        with self._open().lock:
            for topic in topics:
                known = self.store.topics.get(topic.name, topic)
                if (known.partitions, known.cleanup) != (topic.partitions, topic.cleanup):
                    raise TopicConflict(f"{topic.name} has {known.partitions} partitions, cleanup {known.cleanup}")
            for topic in topics:
                self.store.topics[topic.name] = topic
                for partition in range(topic.partitions):
                    self.store.records.setdefault((topic.name, partition), [])

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        store = self._open()
        if store.fault is not None:
            raise store.fault
        with store.lock:
            homes = [self._home(topic, record) for record in records]
            self._topic(topic)
            places = [self._put(topic, home, record) for home, record in zip(homes, records, strict=True)]
            store.appends.append((topic, len(records)))
        store.wake()
        return places

    async def read(self, topic: str, partition: int, from_position: int, limit: int) -> Batch:
        records = self._partition(topic, partition)
        first = max(from_position, self.store.removed.get((topic, partition), 0))
        found = records[first : first + limit]
        return Batch(topic, partition, found, first + len(found))

    async def wait(self, positions: Mapping[TopicPartition, int], seconds: float) -> Collection[TopicPartition]:
        event = asyncio.Event()
        waiter = (asyncio.get_running_loop(), event)
        self.store.waiters.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                while not (ready := self._ready(positions)):
                    event.clear()
                    await event.wait()
                return ready
        except TimeoutError:
            return []
        finally:
            self.store.waiters.discard(waiter)

    async def partitions(self, topic: str) -> int:
        return self._topic(topic).partitions

    async def end(self, topic: str, partition: int) -> int:
        return len(self._partition(topic, partition))

    async def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        homes = [(topic, partition) for topic in topics for partition in range(self._topic(topic).partitions)]
        return {home: len(self.store.records[home]) for home in homes}

    async def beginnings(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return {home: self.store.removed.get(home, 0) for home in await self.ends(topics)}

    async def close(self) -> None:
        self._closed = True
        self.store.wake()

    def remove_before(self, topic: str, partition: int, position: int) -> None:
        """Remove the records below a position, as retention does."""
        self._partition(topic, partition)
        self.store.removed[topic, partition] = position

    def everything(self, topic: str) -> list[Stored]:
        """All records of a topic: by partition, each in its order. For tests to look at."""
        count = self.store.topics[topic].partitions
        return [record for partition in range(count) for record in self.store.records[topic, partition]]

    def _put(self, topic: str, home: int, record: Record) -> Place | AppendFailed:
        if not fits(record):
            return AppendFailed("record_too_large")
        if record.key in self.store.refusing:
            return AppendFailed("refused", "this key is refused", retryable=True)
        held = self.store.records[topic, home]
        at = epoch_ms(self._clock())
        held.append(Stored(topic, home, len(held), record.key, record.value, record.headers, at))
        return Place(home, len(held) - 1)

    def _ready(self, positions: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        return [home for home, position in positions.items() if len(self._partition(*home)) > position]

    def _home(self, topic: str, record: Record) -> int:
        count = self._topic(topic).partitions
        home = partition_of(record.key, count) if record.partition is None else record.partition
        self._partition(topic, home)
        return home

    def _topic(self, name: str) -> Topic:
        topic = self._open().topics.get(name)
        if topic is None:
            raise UnknownTopic(f"no topic {name}")
        return topic

    def _partition(self, topic: str, partition: int) -> list[Stored]:
        records = self._open().records.get((topic, partition))
        if records is None:
            raise UnknownTopic(f"no partition {partition} of {topic}")
        return records

    def _open(self) -> MemoryStore:
        if self._closed:
            raise LogClosed("the log was closed")
        return self.store
