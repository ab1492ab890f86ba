"""The log port: what every adapter promises, the values it speaks in, and how it fails."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, runtime_checkable
from zlib import crc32

from soundings.events.topics import TopicSpec
from soundings.kernel.errors import ServiceUnavailable, SoundingsError

Headers = tuple[tuple[str, bytes], ...]
TopicPartition = tuple[str, int]

MAX_RECORD_BYTES = 900_000
"""Key, value and headers of one record together; well below what a Kafka broker takes unless it is told otherwise."""
OWN_HEADERS = ("dl_", "moved_")
"""How headers begin that say where a record has been. They do not count, or a record could be too large to pass on."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """What is to be appended; without a `partition` the key chooses it. A `value` of None is a tombstone."""

    key: bytes
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as the log keeps it; `at` is the time of appending in epoch milliseconds."""

    topic: str
    partition: int
    position: int
    key: bytes
    value: bytes | None
    headers: Headers
    at: int


@dataclass(frozen=True, slots=True)
class RecordPosition:
    """The partition and offset of an appended record."""

    partition: int
    position: int


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records of one partition in order of position; reading goes on at `next`, never behind what was asked."""

    topic: str
    partition: int
    records: Sequence[StoredRecord]
    next: int


class LogUnavailable(ServiceUnavailable):
    """The log cannot be reached or does not keep up."""

    code: ClassVar[str] = "log_unavailable"


class LogFull(LogUnavailable):
    """The log is full; it accepts records again once there is space."""

    code: ClassVar[str] = "log_full"


class LogClosed(LogUnavailable):
    """The log was closed before or while it was asked."""

    code: ClassVar[str] = "log_closed"


class AppendFailed(SoundingsError):
    """One record was not stored, for a stable `reason`; `retryable` says whether a retry may succeed."""

    code: ClassVar[str] = "append_failed"

    def __init__(self, reason: str, detail: str = "", *, retryable: bool = False) -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.retryable = retryable


class UnknownTopic(SoundingsError):
    """The topic was never ensured, or it has no such partition."""

    code: ClassVar[str] = "unknown_topic"


class TopicConflict(SoundingsError):
    """A topic exists with another number of partitions, which it keeps for life, or with another cleanup."""

    code: ClassVar[str] = "topic_conflict"


class BadLogUrl(SoundingsError):
    """A URL that names no log, or an option that its kind of log does not have."""

    code: ClassVar[str] = "bad_log_url"


class EventLog(Protocol):
    """Topics of partitions of records, each partition in one order that never changes.

    Positions increase within a partition, may leave gaps and are never used twice, not even for records that have
    gone by retention. Every method may raise `LogUnavailable`; all but `ensure` raise `UnknownTopic`.
    """

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        """Create what is missing and bring retention up to date; raises `TopicConflict` and then changes nothing."""
        ...

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        """Store records; what has a `Place` in the answer is durable. The answer is as long as `records`.

        Records of one key keep the order of the calls and, within a call, of the sequence. Raises `LogUnavailable` or
        `LogFull` when none of the records is known to be stored (a retry may then store one twice, never lose it).
        """
        ...

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch:
        """At most `limit` records at or after a position, without waiting for more; empty at or beyond the end."""
        ...

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        """Partitions with a record at or after their position, as soon as there is one; none after `seconds`."""
        ...

    async def partition_count(self, topic: str) -> int:
        """The number of partitions, which a topic keeps for life."""
        ...

    async def end_position(self, topic: str, partition: int) -> int:
        """The position that lies behind the last record."""
        ...

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """The end of every partition of some topics in one cheap call, for telling how far a reader lags."""
        ...

    async def start_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """The position before which nothing is left of every partition of some topics: its end where it is empty.

        Retention moves it. Compaction does not: it takes only what newer records have replaced.
        """
        ...

    async def close_log(self) -> None:
        """Let go of files, threads and connections; appends that were taken are finished first. May be called twice."""
        ...


@runtime_checkable
class PublishesOffsets(Protocol):
    """A log that comes with tools which show how far groups of readers are behind."""

    async def publish_offsets(self, group: str, positions: Mapping[TopicPartition, int]) -> None:
        """Tell those tools how far a group has read; nothing else reads it. May raise `LogUnavailable`."""
        ...


@runtime_checkable
class ProbesWrites(Protocol):
    """A log that can tell at little cost whether it stores anything."""

    async def probe(self) -> None:
        """Make a minimal durable write that is never read; raises `LogUnavailable` where that fails."""
        ...


def partition_of(key: bytes, partitions: int) -> int:
    """The partition a key belongs to, the same for every adapter, process and machine."""
    # CRC-32 is stable over processes and versions; hash() of Python is salted per process.
    return crc32(key) % partitions


def fits_limit(record: LogRecord) -> bool:
    """Whether every adapter takes the record."""
    if size_of(record) <= MAX_RECORD_BYTES:
        return True
    # A record of the maximum size must still fit after a dead-letter header was added to it.
    counted = tuple(header for header in record.headers if not header[0].startswith(OWN_HEADERS))
    return size_of(replace(record, headers=counted)) <= MAX_RECORD_BYTES


def size_of(record: LogRecord) -> int:
    """The bytes of key, value and headers."""
    size = len(record.key) + len(record.value or b"")
    for name, value in record.headers:
        size += len(name) + len(value)
    return size
