"""What waits in the spool: a log of its own on this machine, from which records are taken in their order."""

import asyncio
import fcntl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final, TextIO

from soundings.events.topics import Topic
from soundings.kernel.clock import Clock, system_clock
from soundings.kernel.errors import SoundingsError
from soundings.log.port import (
    AppendFailed,
    Batch,
    LogClosed,
    LogFull,
    LogUnavailable,
    Place,
    Record,
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
_PROBE: Final = Topic("probe", 1, "delete", None)
_PROBE_BYTES: Final = 4096


class SpoolInUse(SoundingsError):
    """Another process works with this spool; two would send its records twice and out of order."""

    code: ClassVar[str] = "spool_in_use"


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits: records, bytes of the file in use, and when the oldest was taken in (epoch milliseconds).

    ``parked`` are records that the log behind will never take; they are kept, and do not hold up the others.
    """

    records: int = 0
    bytes: int = 0
    oldest_at: int | None = None
    parked: int = 0


class Spool:
    """Records of some topics in a folder of its own. One process, and in it one event loop, may have it open."""

    def __init__(
        self, folder: Path, topics: Sequence[Topic], *, max_bytes: int = MAX_BYTES, clock: Clock = system_clock
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

    async def open(self) -> None:
        """Find what an earlier process left. Raises `SpoolInUse`, or `LogUnavailable` when the disk does not serve."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._folder / "spool.lock")
        except OSError as error:
            raise LogUnavailable(f"the spool in {self._folder} cannot be opened: {error}") from error
        await self._log()

    async def renew(self) -> None:
        """Begin with an empty file, which frees a disk that this one has filled to the last byte.

        Only when nothing waits: what has passed is all that goes. Does nothing where records are parked.
        """
        log = await self._log()
        if await self._parked_records(log):
            return
        async with self._opening:
            self._held = None
            await log.close()
            # In this order a process that ends in between leaves nothing that SQLite would take for a part of the next.
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        await self._log()

    async def close(self) -> None:
        """What waits stays for the next process."""
        lock, self._lock = self._lock, None
        log, self._held = self._held, None
        if log is not None:
            with suppress(LogUnavailable):
                await self._trim(log)
            await log.close()
        if lock is not None:
            lock.close()

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        """See `soundings.log.port.Log.append`; the places are those in the spool."""
        return await (await self._log()).append(topic, records)

    async def waiting(self) -> Sequence[TopicPartition]:
        """The partitions of which records wait."""
        log = await self._log()
        return [home for home, end in (await log.ends(self.topics)).items() if end > self._next[home]]

    async def batch(self, home: TopicPartition) -> Batch:
        """The next records of a partition: at least one if any wait, and no more than go into one packet."""
        batch = await (await self._log()).read(*home, self._next[home], _BATCH_RECORDS)
        size = 0
        for count, stored in enumerate(batch.records):
            size += size_of(as_record(stored))
            if count and size > _BATCH_BYTES:
                return Batch(*home, batch.records[:count], stored.position)
        return batch

    def next_of(self, home: TopicPartition) -> int:
        """The position of the next record of a partition that has not passed."""
        return self._next[home]

    def passed(self, home: TopicPartition, position: int) -> None:
        """The records before a position are where they belong; the next batch begins there."""
        self._next[home] = position

    async def trim(self) -> None:
        """Make room of what has passed; raises `LogUnavailable` while the disk is full, and then changes nothing."""
        await self._trim(await self._log())

    @property
    def untrimmed(self) -> bool:
        """Whether there was no room to make room of what has passed."""
        return self._next != self._trimmed

    async def park(self, stored: StoredRecord) -> None:
        """Put aside the next record of a partition, in one step and without taking more room."""
        log = await self._log()
        await log.move(stored.topic, stored.partition, stored.position, _PARKED + stored.topic)
        self.passed((stored.topic, stored.partition), stored.position + 1)

    async def parked(self) -> Sequence[StoredRecord]:
        """The records that were put aside, each as if it still stood in its own topic."""
        log = await self._log()
        found: list[StoredRecord] = []
        for topic, partition in self._next:
            batch = await log.read(_PARKED + topic, partition, 0, _BATCH_RECORDS)
            found += [replace(stored, topic=topic) for stored in batch.records]
        return found

    async def unpark(self, stored: StoredRecord) -> None:
        """Let go of a record that was put aside: it is where it belongs after all."""
        await (await self._log()).drop(_PARKED + stored.topic, stored.partition, [stored.position])

    async def probe(self) -> None:
        """Raises `LogUnavailable` when nothing can be stored."""
        log = await self._log()
        (place,) = await log.append(_PROBE.name, [Record(b"", bytes(_PROBE_BYTES))])
        if isinstance(place, Place):
            await log.trim(_PROBE.name, place.partition, place.position + 1)

    async def depth(self) -> Depth:
        log = await self._log()
        ends = await log.ends(self.topics)
        oldest = [
            batch.records[0].at
            for home in await self.waiting()
            if (batch := await log.read(*home, self._next[home], 1)).records
        ]
        records = sum(end - self._next[home] for home, end in ends.items())
        parked = await self._parked_records(log)
        used = await log.used_bytes() if records or parked else 0
        return Depth(records, used, min(oldest, default=None), parked)

    async def _parked_records(self, log: SqliteLog) -> int:
        return sum([await log.count(_PARKED + topic) for topic in self.topics])

    @property
    def _file(self) -> Path:
        return self._folder / "spool.db"

    async def _log(self) -> SqliteLog:
        """The file, opened again where that failed before. Raises `LogUnavailable`."""
        if self._lock is None:
            raise LogClosed("the spool is closed")
        if self._held is None:
            async with self._opening:
                if self._held is None:
                    self._held = await self._opened()
        return self._held

    async def _opened(self) -> SqliteLog:
        log = await SqliteLog.open(self._file, clock=self._clock, max_bytes=self._max_bytes)
        try:
            await _declare(log, self._declared)
            firsts = {home: await _first(log, home, end) for home, end in (await log.ends(self.topics)).items()}
        except BaseException:
            await log.close()
            raise
        self._next, self._trimmed = firsts, dict(firsts)
        return log

    async def _trim(self, log: SqliteLog) -> None:
        for home, position in self._next.items():
            if position > self._trimmed[home]:
                await log.trim(*home, position)
                self._trimmed[home] = position


def as_record(stored: StoredRecord) -> Record:
    """The record as it was given, bound for the partition that it was in."""
    return Record(stored.key, stored.value, stored.headers, stored.partition)


async def _declare(log: SqliteLog, topics: Sequence[Topic]) -> None:
    parked = [replace(topic, name=_PARKED + topic.name) for topic in topics]
    try:
        await log.ensure([*topics, *parked, _PROBE])
    except LogFull:
        # A file that an earlier process has filled knows its topics, and must be drained all the same.
        with suppress(UnknownTopic):
            await log.ends([topic.name for topic in parked])
            return
        raise


async def _first(log: SqliteLog, home: TopicPartition, end: int) -> int:
    """The position of the first record of a partition, or its end where it has none."""
    batch = await log.read(*home, 0, 1)
    return batch.records[0].position if batch.records else end


def _locked(path: Path) -> TextIO:
    """A file that nobody else has locked; the lock ends with the process, however that ends."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise SpoolInUse(f"another process works with the spool in {path.parent}") from error
    return file
