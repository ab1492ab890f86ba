"""All that is used of aiokafka, with the types that it lacks; the parts it keeps for its own use are named here only."""

from asyncio import Future
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, cast

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, ProducerClosed, for_code
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition as KafkaPartition

from soundings.log.kafka.settings import KafkaSettings
from soundings.log.port import Headers, TopicPartition

READ_COMMITTED = 1
EARLIEST, LATEST = -2, -1
BATCH_BYTES = 512 << 10
"""The most that is sent to a partition at once, before compression; one larger record is sent alone."""

__all__ = ["KafkaError", "OffsetOutOfRangeError", "ProducerClosed"]


class Answer(Protocol):
    """What a broker answers; which fields it has depends on what it was asked."""

    @property
    def topics(self) -> Sequence[tuple[str, Sequence[Sequence[object]]]]: ...


class Request(Protocol):
    """A question for a broker."""


class Cluster(Protocol):
    """What a client knows of the brokers."""

    def partitions_for_topic(self, topic: str) -> set[int] | None: ...
    def leader_for_partition(self, partition: KafkaPartition) -> int | None: ...


class Client(Protocol):
    """Connections to the brokers; requests of different `group` never wait for each other."""

    cluster: Cluster

    async def bootstrap(self) -> None: ...
    async def close(self) -> None: ...
    async def send(self, node_id: int, request: Request, *, group: object = ...) -> Answer: ...
    async def coordinator_lookup(self, coordinator_type: object, coordinator_key: str) -> int: ...
    def force_metadata_update(self) -> Awaitable[object]: ...


class Packet(Protocol):
    """Records that are sent to a partition together; `append` gives None when there is no room for one more."""

    def append(self, *, timestamp: int, key: bytes, value: bytes | None, headers: Sequence[object]) -> object | None: ...
    def close(self) -> None: ...


class Acknowledged(Protocol):
    """Where the first record of a packet was stored."""

    @property
    def offset(self) -> int: ...


class Producer(Protocol):
    """Sends packets so that each is stored once, however often it must be sent."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def flush(self) -> None: ...
    async def partitions_for(self, topic: str) -> set[int]: ...
    def create_batch(self) -> Packet: ...
    async def send_batch(self, batch: Packet, topic: str, *, partition: int) -> "Future[Acknowledged]": ...


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


class FetchedBatches(Protocol):
    """The whole batches in an answer; one that was cut off at the end is not among them."""

    def has_next(self) -> bool: ...
    def next_batch(self) -> FetchedBatch: ...


def make_client(settings: KafkaSettings) -> Client:
    return cast("Client", AIOKafkaClient(**_connection(settings)))


def make_producer(settings: KafkaSettings) -> Producer:
    made = AIOKafkaProducer(
        **_connection(settings),
        enable_idempotence=True,
        acks="all",
        compression_type=None if settings.compression == "none" else settings.compression,
        max_batch_size=BATCH_BYTES,
    )
    return cast("Producer", made)


def give_up(producer: Producer) -> None:
    """Let go of what a producer has not sent: by itself it would go on trying for ever."""
    producer._message_accumulator.fail_all(ProducerClosed())  # type: ignore[attr-defined] # noqa: SLF001


def fetch_request(positions: Mapping[TopicPartition, int], *, wait_ms: int, most_bytes: int) -> Request:
    """Records from some positions on: as soon as there are any, or none after a while."""
    by_topic = _by_topic((home, (position, most_bytes)) for home, position in positions.items())
    return FetchRequest(wait_ms, 1, most_bytes * len(positions), READ_COMMITTED, by_topic)


def position_request(homes: Iterable[TopicPartition], which: int) -> Request:
    """The `EARLIEST` or `LATEST` position of some partitions."""
    return OffsetRequest(-1, READ_COMMITTED, _by_topic((home, (which,)) for home in homes))


def commit_request(group: str, positions: Mapping[TopicPartition, int]) -> Request:
    """Note positions under the name of a group that nobody is a member of."""
    by_topic = _by_topic((home, (position, "")) for home, position in positions.items())
    return OffsetCommitRequest(group, -1, "", -1, by_topic)


async def coordinator_of(client: Client, group: str) -> int:
    """The broker that keeps the positions of a group."""
    return await client.coordinator_lookup(CoordinationType.GROUP, group)


def leader_of(client: Client, home: TopicPartition) -> int | None:
    """The broker that leads a partition, if one is known."""
    leader = client.cluster.leader_for_partition(KafkaPartition(*home))
    return None if leader is None or leader < 0 else leader


def error_of(code: int) -> KafkaError | None:
    """The error that a code in an answer stands for."""
    return for_code(code)() if code else None


def batches_of(answered: bytes) -> FetchedBatches:
    return cast("FetchedBatches", MemoryRecords(answered))


def is_abort(key: bytes | None) -> bool:
    """Whether the record of a control batch says that its transaction was given up."""
    return key is not None and ControlRecord.parse(key) == ABORT_MARKER


def _by_topic(parts: Iterable[tuple[TopicPartition, tuple[object, ...]]]) -> list[tuple[str, list[tuple[object, ...]]]]:
    by_topic: dict[str, list[tuple[object, ...]]] = {}
    for (topic, partition), rest in parts:
        by_topic.setdefault(topic, []).append((partition, *rest))
    return list(by_topic.items())


def _connection(settings: KafkaSettings) -> dict[str, object]:
    return {
        "bootstrap_servers": settings.servers,
        "client_id": settings.client_id,
        "request_timeout_ms": 10_000,
        "retry_backoff_ms": 100,
        "security_protocol": settings.security_protocol,
        "ssl_context": settings.ssl_context(),
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": settings.sasl_password,
    }
