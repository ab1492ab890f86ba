"""The log on Kafka: what is acknowledged is held by all replicas in sync; readers own their positions."""

import asyncio
import os
from collections.abc import Collection, Mapping, Sequence

from soundings.events.topics import Topic
from soundings.log.kafka.aiokafka_internals import EARLIEST, LATEST, KafkaError
from soundings.log.kafka.cluster_client import Brokers
from soundings.log.kafka.fetcher import Fetcher
from soundings.log.kafka.long_poll import LongPoller
from soundings.log.kafka.producer import BatchingProducer
from soundings.log.kafka.settings import KafkaSettings, kafka_settings
from soundings.log.kafka.topics import ensure_topics
from soundings.log.port import (
    AppendFailed,
    Batch,
    LogClosed,
    LogUnavailable,
    Place,
    Record,
    TopicPartition,
    UnknownTopic,
    partition_of,
)
from soundings.log.size_limit import with_refusals, within_limits

_ENSURE_SECONDS = 30


class KafkaLog:
    """See `soundings.log.port.Log`. Belongs to the event loop that it was opened in."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._appending = BatchingProducer(settings)
        self._brokers = Brokers(settings)
        self._reading = Fetcher(self._brokers)
        self._waiting = LongPoller(self._brokers, self._reading)
        self._closed = False

    @classmethod
    async def open(cls, servers: str, options: Mapping[str, str]) -> "KafkaLog":
        """Nothing is connected before it is needed, so that a service starts while the cluster is away."""
        return cls(kafka_settings(servers, options, os.environ))

    async def ensure(self, topics: Sequence[Topic]) -> None:
        self._check_open()
        homes = [(topic.name, partition) for topic in topics for partition in range(topic.partitions)]
        try:
            async with asyncio.timeout(_ENSURE_SECONDS):
                await ensure_topics(self._settings, topics)
                await self._brokers.await_leaders(homes)
        except (KafkaError, OSError) as error:  # a timeout is one too
            raise LogUnavailable(f"cannot set up topics: {error or 'no answer in time'}") from error

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        self._check_open()
        count = await self._brokers.partitions(topic)
        addressed = [(_partition(record, count), record) for record in within_limits(records)]
        return with_refusals(records, await self._appending.append(topic, addressed) if addressed else ())

    async def read(self, topic: str, partition: int, from_position: int, limit: int) -> Batch:
        self._check_open()
        home = (topic, partition)
        await self._brokers.check([home])
        return await self._reading.read(home, from_position, limit)

    async def wait(self, positions: Mapping[TopicPartition, int], seconds: float) -> Collection[TopicPartition]:
        self._check_open()
        await self._brokers.check(positions)
        return await self._waiting.wait(positions, seconds)

    async def partitions(self, topic: str) -> int:
        self._check_open()
        return await self._brokers.partitions(topic)

    async def end(self, topic: str, partition: int) -> int:
        self._check_open()
        home = (topic, partition)
        await self._brokers.check([home])
        return (await self._brokers.positions([home], LATEST))[home]

    async def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._positions(topics, LATEST)

    async def beginnings(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._positions(topics, EARLIEST)

    async def publish_offsets(self, group: str, positions: Mapping[TopicPartition, int]) -> None:
        """Tell the brokers how far a group has read, for tools that show its lag; nothing here ever reads it."""
        self._check_open()
        await self._brokers.note(group, positions)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await self._appending.close()
            await self._reading.close()
            await self._brokers.close()

    async def _positions(self, topics: Sequence[str], which: int) -> Mapping[TopicPartition, int]:
        self._check_open()
        homes = [(topic, number) for topic in topics for number in range(await self._brokers.partitions(topic))]
        return await self._brokers.positions(homes, which)

    def _check_open(self) -> None:
        if self._closed:
            raise LogClosed("the log is closed")


def _partition(record: Record, count: int) -> int:
    partition = partition_of(record.key, count) if record.partition is None else record.partition
    if not 0 <= partition < count:
        raise UnknownTopic(f"there is no partition {partition} of {count}")
    return partition
