"""All that is used of aiokafka, with the types that it lacks; what it keeps for its own use is named here only."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypedDict, cast

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import (
    CorruptRecordException,
    InvalidTimestampError,
    KafkaError,
    LeaderNotAvailableError,
    MessageSizeTooLargeError,
    OffsetOutOfRangeError,
    PolicyViolationError,
    ProducerClosed,
    RecordListTooLargeError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition as KafkaPartition

from soundings.log.kafka.settings import KafkaSettings
from soundings.log.port import TopicPartition

# Values of the Kafka protocol. Fetch responses have one field more from version 11 on (preferred
# read replica).
READ_COMMITTED = 1
_REPLICA_SINCE = 11
_SET_FOR_TOPIC = 1
EARLIEST, LATEST = -2, -1
BATCH_BYTES = 512 << 10
"""The most that is sent to a partition at once, before compression; one larger record is sent alone."""

REFUSALS: tuple[type[KafkaError], ...] = (
    InvalidTimestampError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
)
"""What a broker says of records that it will never take."""

__all__ = [
    "CorruptRecordException",
    "KafkaError",
    "OffsetOutOfRangeError",
    "ProducerClosed",
    "UnknownTopicOrPartitionError",
]


class KafkaResponse(Protocol):
    """What a broker answers: by topic, one row for each partition."""

    API_VERSION: int
    topics: Sequence[tuple[str, Sequence[Sequence[object]]]]


class KafkaRequest(Protocol):
    """A question for a broker."""


class ClusterMetadata(Protocol):
    """What a client knows of the brokers."""

    def partitions_for_topic(self, topic: str) -> set[int] | None: ...
    def leader_for_partition(self, partition: KafkaPartition) -> int | None: ...


class KafkaClient(Protocol):
    """Connections to the brokers; requests of different `group` never wait for each other."""

    cluster: ClusterMetadata

    async def bootstrap(self) -> None: ...
    async def close(self) -> None: ...
    async def send(self, node_id: int, request: KafkaRequest, *, group: object = ...) -> KafkaResponse: ...
    async def coordinator_lookup(self, coordinator_type: object, coordinator_key: str) -> int: ...
    def force_metadata_update(self) -> Awaitable[object]: ...


class RecordBatchBuilder(Protocol):
    """Records that are sent to a partition together; `append` returns None when the batch is full."""

    def append(
        self, *, timestamp: int, key: bytes, value: bytes | None, headers: Sequence[object]
    ) -> object | None: ...
    def close(self) -> None: ...


class AcknowledgedBatch(Protocol):
    """Where the first record of a packet was stored."""

    @property
    def offset(self) -> int: ...


class KafkaProducer(Protocol):
    """Sends packets so that each is stored once, however often it must be sent."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def flush(self) -> None: ...
    async def partitions_for(self, topic: str) -> set[int]: ...
    def create_batch(self) -> RecordBatchBuilder: ...
    async def send_batch(
        self, batch: RecordBatchBuilder, topic: str, *, partition: int
    ) -> "Future[AcknowledgedBatch]": ...


class DescribedConfig(TypedDict):
    """A topic as the brokers describe it."""

    topic: str
    partitions: Sequence[object]


class KafkaAdmin(Protocol):
    """Creates and changes topics."""

    async def start(self) -> None: ...
    async def close(self) -> None: ...
    async def describe_topics(self) -> Sequence[DescribedConfig]: ...
    async def create_topics(self, new_topics: Sequence[object]) -> "CreatedTopics": ...
    async def describe_configs(self, config_resources: Sequence[object]) -> Sequence["ConfigResponse"]: ...
    async def alter_configs(self, config_resources: Sequence[object]) -> Sequence["ConfigResponse"]: ...


class CreatedTopics(Protocol):
    """By topic: its name, and the code of what went wrong."""

    topic_errors: Sequence[Sequence[object]]


class ConfigResponse(Protocol):
    """By topic: the code of what went wrong, and for a description as the fifth all settings."""

    resources: Sequence[Sequence[object]]


class FetchedRecord(Protocol):
    """A record as the broker gave it."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class FetchedBatch(Protocol):
    """Records that were stored together; read once, in their order."""

    @property
    def base_offset(self) -> int: ...
    @property
    def next_offset(self) -> int: ...
    @property
    def producer_id(self) -> int: ...
    @property
    def is_control_batch(self) -> bool: ...
    @property
    def is_transactional(self) -> bool: ...
    def validate_crc(self) -> bool: ...
    def __iter__(self) -> Iterator[FetchedRecord]: ...


@dataclass(frozen=True, slots=True)
class FetchAnswer:
    """What a broker gave of one partition; `end` is how far it may be read."""

    topic_partition: TopicPartition
    error: KafkaError | None
    end: int
    given_up: Sequence[tuple[int, int]]
    batches: Sequence[FetchedBatch]


class _ProducerSender(Protocol):
    sender_task: asyncio.Task[None] | None


class _BatchAccumulator(Protocol):
    def fail_all(self, exception: Exception) -> None: ...


class _ProducerInside(Protocol):
    _sender: _ProducerSender
    _message_accumulator: _BatchAccumulator


# Their parameters are typed more narrowly than what they take, or not at all.
_make_client = cast("Callable[..., KafkaClient]", AIOKafkaClient)
_make_producer = cast("Callable[..., KafkaProducer]", AIOKafkaProducer)
_make_admin = cast("Callable[..., KafkaAdmin]", AIOKafkaAdminClient)
_make_topic = cast("Callable[..., object]", NewTopic)
_make_resource = cast("Callable[..., object]", ConfigResource)
_fetch_request = cast("Callable[..., KafkaRequest]", FetchRequest)
_position_request = cast("Callable[..., KafkaRequest]", OffsetRequest)
_commit_request = cast("Callable[..., KafkaRequest]", OffsetCommitRequest)


def make_client(settings: KafkaSettings) -> KafkaClient:
    return _make_client(**_connection_options(settings))


def make_producer(settings: KafkaSettings) -> KafkaProducer:
    return _make_producer(
        **_connection_options(settings),
        # Idempotence keeps the order within a partition over retries; acks=all waits for every in-
        # sync replica.
        enable_idempotence=True,
        acks="all",
        compression_type=None if settings.compression == "none" else settings.compression,
        max_batch_size=BATCH_BYTES,
    )


def make_admin(settings: KafkaSettings) -> KafkaAdmin:
    return _make_admin(**_connection_options(settings))


def make_topic(name: str, partitions: int, replication_factor: int, settings: Mapping[str, str]) -> object:
    # An empty plan for the replicas is what lets the brokers choose their number.
    return _make_topic(name, partitions, replication_factor, replica_assignments={}, topic_configs=settings)


def check_created(created: CreatedTopics) -> None:
    """Raise what went wrong; that another was quicker is not wrong."""
    for _, code, *_ in created.topic_errors:
        error = error_of(cast("int", code))
        if error is not None and not isinstance(error, TopicAlreadyExistsError):
            raise error


async def overrides_of(admin: KafkaAdmin, topic: str) -> Mapping[str, str]:
    """The settings that were made for one topic."""
    (configured,) = await admin.describe_configs([_make_resource(ConfigResourceType.TOPIC, topic)])
    ((code, _, _, _, settings),) = configured.resources
    if error := error_of(cast("int", code)):
        raise error
    rows = cast("Sequence[tuple[str, str, bool, int]]", settings)
    return {name: value for name, value, _, source, *_ in rows if source == _SET_FOR_TOPIC}


async def alter_topic(admin: KafkaAdmin, topic: str, settings: Mapping[str, str]) -> None:
    """Give a topic these settings and no others."""
    for configured in await admin.alter_configs([_make_resource(ConfigResourceType.TOPIC, topic, dict(settings))]):
        for code, *_ in configured.resources:
            if error := error_of(cast("int", code)):
                raise error


# aiokafka has no public way to stop a producer without flushing, and a flush waits without bound
# for an unreachable cluster.
async def abort_producer(producer: KafkaProducer) -> None:
    """Let go of what a producer has not sent yet; by itself it would go on trying for as long as it takes."""
    inside = cast("_ProducerInside", producer)
    task = inside._sender.sender_task  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    if task is not None:
        # The first time it still waits for what is under way, the second time it does not.
        task.cancel()
        await asyncio.wait([task], timeout=0.1)
        task.cancel()
        await asyncio.wait([task])
    inside._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def fetch_request(positions: Mapping[TopicPartition, int], *, wait_ms: int, most_bytes: int) -> KafkaRequest:
    """Records from some positions on: as soon as there are any, or none after a while."""
    by_topic = _by_topic((home, (position, most_bytes)) for home, position in positions.items())
    # A minimum of one byte: the broker answers as soon as any record is there. The maximum grows
    # with the partitions, so that one of them cannot take the share of the others.
    return _fetch_request(wait_ms, 1, most_bytes * len(positions), READ_COMMITTED, by_topic)


def position_request(homes: Iterable[TopicPartition], which: int) -> KafkaRequest:
    """The `EARLIEST` or `LATEST` position of some partitions."""
    return _position_request(-1, READ_COMMITTED, _by_topic((home, (which,)) for home in homes))


def commit_request(group: str, positions: Mapping[TopicPartition, int]) -> KafkaRequest:
    """Commit offsets for a group without members."""
    by_topic = _by_topic((home, (position, "")) for home, position in positions.items())
    # Generation -1 and an empty member id are what the protocol requires of a commit from outside a
    # group.
    return _commit_request(group, -1, "", -1, by_topic)


async def coordinator_of(client: KafkaClient, group: str) -> int:
    """The broker that keeps the positions of a group."""
    return await client.coordinator_lookup(CoordinationType.GROUP, group)


def leader_of(client: KafkaClient, home: TopicPartition) -> int:
    """The broker that leads a partition; raises `KafkaError` if none is known."""
    leader = client.cluster.leader_for_partition(KafkaPartition(*home))
    if leader is None or leader < 0:
        raise LeaderNotAvailableError(home)
    return leader


def error_of(code: int) -> KafkaError | None:
    """The exception of an error code in a response; None for success."""
    return for_code(code)() if code else None


def fetch_answers(answer: KafkaResponse) -> Iterator[FetchAnswer]:
    """What a broker gave, by partition. A batch that was cut off at the end is left out."""
    for topic, rows in answer.topics:
        for row in rows:
            partition, code, _, end = cast("tuple[int, int, int, int]", row[:4])
            # Version 11 put one more field before the records, which stand last.
            given_up = cast(
                "Sequence[tuple[int, int]] | None", row[-3] if answer.API_VERSION >= _REPLICA_SINCE else row[-2]
            )
            batches = _fetched_batches(cast("bytes | None", row[-1]))
            yield FetchAnswer((topic, partition), error_of(code), end, given_up or (), batches)


def position_answers(answer: KafkaResponse) -> Iterator[tuple[TopicPartition, int]]:
    """The positions that a broker gave; raises what it says is wrong."""
    for topic, rows in answer.topics:
        for row in rows:
            partition, code, _, position = cast("tuple[int, int, int, int]", row[:4])
            if error := error_of(code):
                raise error
            yield (topic, partition), position


def check_commit(answer: KafkaResponse) -> None:
    """Raise what the broker says is wrong with positions to be noted."""
    for _, rows in answer.topics:
        for row in rows:
            if error := error_of(cast("int", row[1])):
                raise error


def _fetched_batches(answered: bytes | None) -> Sequence[FetchedBatch]:
    records = MemoryRecords(answered or b"")
    batches: list[FetchedBatch] = []
    while records.has_next():
        batches.append(cast("FetchedBatch", records.next_batch()))
    return batches


def is_abort(key: bytes | None) -> bool:
    """Whether the record of a control batch says that its transaction was given up."""
    return key is not None and ControlRecord.parse(key) == ABORT_MARKER


def _by_topic(parts: Iterable[tuple[TopicPartition, tuple[object, ...]]]) -> list[tuple[str, list[tuple[object, ...]]]]:
    by_topic: dict[str, list[tuple[object, ...]]] = {}
    for (topic, partition), rest in parts:
        by_topic.setdefault(topic, []).append((partition, *rest))
    return list(by_topic.items())


def _connection_options(settings: KafkaSettings) -> dict[str, object]:
    return {
        "bootstrap_servers": settings.servers,
        "client_id": settings.client_id,
        "request_timeout_ms": 10_000,
        "retry_backoff_ms": 200,
        "security_protocol": settings.security_protocol,
        "ssl_context": settings.ssl_context(),
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": settings.sasl_password,
    }
