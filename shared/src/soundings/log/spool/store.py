"""What waits in the spool: a log of its own on this machine, from which records are taken in their order."""

import asyncio
import fcntl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final, TextIO

from soundings.events.topics import TopicSpec
from soundings.kernel.clock import Clock, system_clock
from soundings.kernel.errors import SoundingsError
from soundings.log.port import (
    AppendFailed,
    LogClosed,
    LogFull,
    LogRecord,
    LogUnavailable,
    RecordBatch,
    RecordPosition,
    StoredRecord,
    TopicPartition,
    UnknownTopic,
    size_of,
)
from soundings.log.sqlite import SqliteLog

MAX_BYTES: Final = 1 << 30
"""How large the spool's file may grow where nothing else is said; about a million responses."""

_BATCH_RECORDS: Final = 500
_BATCH_BYTES: Final = 256 << 10
"""A batch must fit one packet of the log behind, so that no part of it can overtake another."""

_PARKED: Final = "parked."
_PROBE: Final = TopicSpec("probe", 1, "delete", None)
# A whole page: smaller writes may fit into free space of the file while the disk is full.
_PROBE_BYTES: Final = 4096


class SpoolInUse(SoundingsError):
    """Another process works with this spool; two would send its records twice and out of order."""

    code: ClassVar[str] = "spool_in_use"


@dataclass(frozen=True, slots=True)
class SpoolDepth:
    """How much waits: records, bytes of the file in use, and when the oldest was taken in (epoch milliseconds).

    ``parked`` are records that the log behind will never take; they are kept, and do not hold up the others.
    """

    records: int = 0
    bytes: int = 0
    oldest_at: int | None = None
    parked: int = 0


class SpoolStore:
    """Records of some topics in a folder of its own. One process, and in it one event loop, may have it open."""

    def __init__(
        self, folder: Path, topics: Sequence[TopicSpec], *, max_bytes: int = MAX_BYTES, clock: Clock = system_clock
    ) -> None:
        self.topics: Final = tuple(topic.name for topic in topics)
        self._declared = topics
        self._folder = folder
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock: TextIO | None = None
        self._held: SqliteLog | None = None
        self._opening = asyncio.Lock()
        self._next: dict[TopicPartition, int] = {}
        self._trimmed: dict[TopicPartition, int] = {}

    async def open_store(self) -> None:
        """Find what an earlier process left. Raises `SpoolInUse`, or `LogUnavailable` when the disk does not serve."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock_file(self._folder / "spool.lock")
        except OSError as error:
            raise LogUnavailable(f"the spool in {self._folder} cannot be opened: {error}") from error
        await self._open_log()

    async def reopen_store(self) -> None:
        """Begin with an empty file, which frees a disk that this one has filled to the last byte.

        Only when nothing waits: what has passed is all that goes. Does nothing where records are parked.
        """
        log = await self._open_log()
        if await self._parked_records(log):
            return
        async with self._opening:
            self._held = None
            await log.close_log()
            # In this order a process that ends in between leaves nothing that SQLite would take for a part of the next.
            for suffix in ("", "-wal", "-shm"):
                self._file_path.with_name(self._file_path.name + suffix).unlink(missing_ok=True)
        await self._open_log()

    async def close_store(self) -> None:
        """What waits stays for the next process."""
        lock, self._lock = self._lock, None
        log, self._held = self._held, None
        if log is not None:
            with suppress(LogUnavailable):
                await self._trim_log(log)
            await log.close_log()
        if lock is not None:
            lock.close()

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        """See `soundings.log.port.Log.append`; the places are those in the spool."""
        return await (await self._open_log()).append_records(topic, records)

    async def waiting_partitions(self) -> Sequence[TopicPartition]:
        """The partitions of which records wait."""
        log = await self._open_log()
        return [home for home, end in (await log.end_positions(self.topics)).items() if end > self._next[home]]

    async def read_batch(self, home: TopicPartition) -> RecordBatch:
        """The next records of a partition: at least one if any wait, and no more than go into one packet."""
        batch = await (await self._open_log()).read_batch(*home, self._next[home], _BATCH_RECORDS)
        size = 0
        for count, stored in enumerate(batch.records):
            size += size_of(as_record(stored))
            # At least one record, even one larger than the bound, or the drain would never advance.
            if count and size > _BATCH_BYTES:
                return RecordBatch(*home, batch.records[:count], stored.position)
        return batch

    def next_of(self, home: TopicPartition) -> int:
        """The position of the next record of a partition that has not passed."""
        return self._next[home]

    def mark_drained(self, home: TopicPartition, position: int) -> None:
        """The records before a position are where they belong; the next batch begins there."""
        self._next[home] = position

    async def trim_drained(self) -> None:
        """Free the space of drained records; raises `LogUnavailable` and changes nothing while the disk is full."""
        await self._trim_log(await self._open_log())

    @property
    def has_untrimmed(self) -> bool:
        """Whether drained records could not be removed yet."""
        return self._next != self._trimmed

    async def park_record(self, stored: StoredRecord) -> None:
        """Park the next record of a partition, atomically and without using more space."""
        log = await self._open_log()
        await log.move_record(stored.topic, stored.partition, stored.position, _PARKED + stored.topic)
        self.mark_drained((stored.topic, stored.partition), stored.position + 1)

    async def parked_records(self) -> Sequence[StoredRecord]:
        """The parked records, each with its original topic."""
        log = await self._open_log()
        found: list[StoredRecord] = []
        for topic, partition in self._next:
            batch = await log.read_batch(_PARKED + topic, partition, 0, _BATCH_RECORDS)
            found += [replace(stored, topic=topic) for stored in batch.records]
        return found

    async def unpark_record(self, stored: StoredRecord) -> None:
        """Let go of a record that was put aside: it is where it belongs after all."""
        await (await self._open_log()).drop_records(_PARKED + stored.topic, stored.partition, [stored.position])

    async def probe_writable(self) -> None:
        """Raises `LogUnavailable` when nothing can be stored."""
        log = await self._open_log()
        (place,) = await log.append_records(_PROBE.name, [LogRecord(b"", bytes(_PROBE_BYTES))])
        if isinstance(place, RecordPosition):
            await log.trim_before(_PROBE.name, place.partition, place.position + 1)

    async def read_depth(self) -> SpoolDepth:
        log = await self._open_log()
        ends = await log.end_positions(self.topics)
        oldest = [
            batch.records[0].at
            for home in await self.waiting_partitions()
            if (batch := await log.read_batch(*home, self._next[home], 1)).records
        ]
        records = sum(end - self._next[home] for home, end in ends.items())
        parked = await self._parked_records(log)
        # An empty file keeps free pages; they are not what an operator wants to see as depth.
        used = await log.used_bytes() if records or parked else 0
        return SpoolDepth(records, used, min(oldest, default=None), parked)

    async def _parked_records(self, log: SqliteLog) -> int:
        return sum([await log.count_records(_PARKED + topic) for topic in self.topics])

    @property
    def _file_path(self) -> Path:
        return self._folder / "spool.db"

    async def _open_log(self) -> SqliteLog:
        """The file, opened again where that failed before. Raises `LogUnavailable`."""
        if self._lock is None:
            raise LogClosed("the spool is closed")
        if self._held is None:
            async with self._opening:
                if self._held is None:
                    self._held = await self._opened_log()
        return self._held

    async def _opened_log(self) -> SqliteLog:
        log = await SqliteLog.open_log(self._file_path, clock=self._clock, max_bytes=self._max_bytes)
        try:
            await _declare_topics(log, self._declared)
            firsts = {
                home: await _first_position(log, home, end)
                for home, end in (await log.end_positions(self.topics)).items()
            }
        except BaseException:
            await log.close_log()
            raise
        # The read position is not stored: drained records are deleted, so the first one left is the
        # next. After a crash some are sent twice.
        self._next, self._trimmed = firsts, dict(firsts)
        return log

    async def _trim_log(self, log: SqliteLog) -> None:
        for home, position in self._next.items():
            if position > self._trimmed[home]:
                await log.trim_before(*home, position)
                self._trimmed[home] = position


def as_record(stored: StoredRecord) -> LogRecord:
    """The record as it was given, bound for the partition that it was in."""
    return LogRecord(stored.key, stored.value, stored.headers, stored.partition)


async def _declare_topics(log: SqliteLog, topics: Sequence[TopicSpec]) -> None:
    parked = [replace(topic, name=_PARKED + topic.name) for topic in topics]
    try:
        await log.ensure_topics([*topics, *parked, _PROBE])
    except LogFull:
        # A file that an earlier process has filled knows its topics, and must be drained all the same.
        with suppress(UnknownTopic):
            await log.end_positions([topic.name for topic in parked])
            return
        raise


async def _first_position(log: SqliteLog, home: TopicPartition, end: int) -> int:
    """The position of the first record of a partition, or its end where it has none."""
    batch = await log.read_batch(*home, 0, 1)
    return batch.records[0].position if batch.records else end


def _lock_file(path: Path) -> TextIO:
    """Open a file with an exclusive lock, which the kernel releases with the process."""
    file = path.open("w")
    try:
        # flock and not a pid file: the kernel releases it even after SIGKILL, and pids are reused.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise SpoolInUse(f"another process works with the spool in {path.parent}") from error
    return file
