"""The log on Kafka: what is acknowledged is held by all replicas in sync; readers own their positions."""

import asyncio
import os
from collections.abc import Collection, Mapping, Sequence

from soundings.events.topics import TopicSpec
from soundings.log.kafka.aiokafka_internals import EARLIEST, LATEST, KafkaError
from soundings.log.kafka.cluster_client import BrokerClient
from soundings.log.kafka.fetcher import PartitionFetcher
from soundings.log.kafka.long_poll import LongPoller
from soundings.log.kafka.producer import BatchingProducer
from soundings.log.kafka.settings import KafkaSettings, kafka_settings
from soundings.log.kafka.topics import ensure_topics
from soundings.log.port import (
    AppendFailed,
    LogClosed,
    LogRecord,
    LogUnavailable,
    RecordBatch,
    RecordPosition,
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
        self._brokers = BrokerClient(settings)
        self._reading = PartitionFetcher(self._brokers)
        self._waiting = LongPoller(self._brokers, self._reading)
        self._closed = False

    @classmethod
    async def open_log(cls, servers: str, options: Mapping[str, str]) -> "KafkaLog":
        """Nothing is connected before it is needed, so that a service starts while the cluster is away."""
        # User name and password are read from the environment, because URLs end up in process lists
        # and logs.
        return cls(kafka_settings(servers, options, os.environ))

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        self._check_open()
        homes = [(topic.name, partition) for topic in topics for partition in range(topic.partitions)]
        try:
            async with asyncio.timeout(_ENSURE_SECONDS):
                await ensure_topics(self._settings, topics)
                await self._brokers.await_leaders(homes)
        except (KafkaError, OSError) as error:  # a timeout is one too
            raise LogUnavailable(f"cannot set up topics: {error or 'no answer in time'}") from error

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        self._check_open()
        count = await self._brokers.partition_counts(topic)
        # The partition is computed here and not by aiokafka, so that a key has the same partition
        # in every adapter.
        addressed = [(_partition_of(record, count), record) for record in within_limits(records)]
        return with_refusals(records, await self._appending.append_addressed(topic, addressed) if addressed else ())

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch:
        self._check_open()
        home = (topic, partition)
        await self._brokers.check_partitions([home])
        return await self._reading.read_records(home, from_position, limit)

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        self._check_open()
        await self._brokers.check_partitions(positions)
        return await self._waiting.wait_for_records(positions, seconds)

    async def partition_count(self, topic: str) -> int:
        self._check_open()
        return await self._brokers.partition_counts(topic)

    async def end_position(self, topic: str, partition: int) -> int:
        self._check_open()
        home = (topic, partition)
        await self._brokers.check_partitions([home])
        return (await self._brokers.list_offsets([home], LATEST))[home]

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._positions(topics, LATEST)

    async def start_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._positions(topics, EARLIEST)

    async def publish_offsets(self, group: str, positions: Mapping[TopicPartition, int]) -> None:
        """Tell the brokers how far a group has read, for tools that show its lag; nothing here ever reads it."""
        self._check_open()
        await self._brokers.commit_offsets(group, positions)

    async def close_log(self) -> None:
        if not self._closed:
            self._closed = True
            # The producer first: its queued appends need the connections that are closed
            # afterwards.
            await self._appending.close_producer()
            await self._reading.close_connections()
            await self._brokers.close_client()

    async def _positions(self, topics: Sequence[str], which: int) -> Mapping[TopicPartition, int]:
        self._check_open()
        homes = [(topic, number) for topic in topics for number in range(await self._brokers.partition_counts(topic))]
        return await self._brokers.list_offsets(homes, which)

    def _check_open(self) -> None:
        if self._closed:
            raise LogClosed("the log is closed")


def _partition_of(record: LogRecord, count: int) -> int:
    partition = partition_of(record.key, count) if record.partition is None else record.partition
    if not 0 <= partition < count:
        raise UnknownTopic(f"there is no partition {partition} of {count}")
    return partition
