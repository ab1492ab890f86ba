"""What waits in the spool: a log of its own on this machine, from which records are taken in their order."""

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
    LogUnavailable,
    Place,
    Record,
    Stored,
    TopicPartition,
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
        self._next: dict[TopicPartition, int] = {}
        self._trimmed: dict[TopicPartition, int] = {}

    async def open(self) -> None:
        """Find what an earlier process left. Raises `SpoolInUse`, or `LogUnavailable` when the disk does not serve."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._folder / "spool.lock")
        except OSError as error:
            raise LogUnavailable(f"the spool in {self._folder} cannot be opened: {error}") from error
        log = self._held = await SqliteLog.open(self._folder / "spool.db", clock=self._clock, max_bytes=self._max_bytes)
        parked = [replace(topic, name=_PARKED + topic.name) for topic in self._declared]
        await log.ensure([*self._declared, *parked, _PROBE])
        for home, end in (await log.ends(self.topics)).items():
            first = await log.read(*home, 0, 1)
            self._next[home] = self._trimmed[home] = first.records[0].position if first.records else end

    async def close(self) -> None:
        """What waits stays for the next process."""
        log, self._held = self._held, None
        if log is not None:
            with suppress(LogUnavailable):
                await self._trim(log)
            await log.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        """See `soundings.log.port.Log.append`; the places are those in the spool."""
        return await self._log.append(topic, records)

    async def waiting(self) -> Sequence[TopicPartition]:
        """The partitions of which records wait."""
        return [home for home, end in (await self._log.ends(self.topics)).items() if end > self._next[home]]

    async def batch(self, home: TopicPartition) -> Batch:
        """The next records of a partition: at least one if any wait, and no more than go into one packet."""
        batch = await self._log.read(*home, self._next[home], _BATCH_RECORDS)
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
        await self._trim(self._log)

    async def park(self, stored: Stored) -> None:
        """Put aside the next record of a partition, in one step and without taking more room."""
        await self._log.move(stored.topic, stored.partition, stored.position, _PARKED + stored.topic)
        self.passed((stored.topic, stored.partition), stored.position + 1)

    async def parked(self) -> Sequence[Stored]:
        """The records that were put aside, each as if it still stood in its own topic."""
        found: list[Stored] = []
        for topic, partition in self._next:
            batch = await self._log.read(_PARKED + topic, partition, 0, _BATCH_RECORDS)
            found += [replace(stored, topic=topic) for stored in batch.records]
        return found

    async def unpark(self, stored: Stored) -> None:
        """Let go of a record that was put aside: it is where it belongs after all."""
        await self._log.drop(_PARKED + stored.topic, stored.partition, [stored.position])

    async def probe(self) -> None:
        """Raises `LogUnavailable` when nothing can be stored."""
        (place,) = await self._log.append(_PROBE.name, [Record(b"", bytes(_PROBE_BYTES))])
        if isinstance(place, Place):
            await self._log.trim(_PROBE.name, place.partition, place.position + 1)

    async def depth(self) -> Depth:
        ends = await self._log.ends(self.topics)
        oldest = [
            batch.records[0].at
            for home in await self.waiting()
            if (batch := await self._log.read(*home, self._next[home], 1)).records
        ]
        records = sum(end - self._next[home] for home, end in ends.items())
        parked = sum([await self._log.count(_PARKED + topic) for topic in self.topics])
        used = await self._log.used_bytes() if records or parked else 0
        return Depth(records, used, min(oldest, default=None), parked)

    @property
    def _log(self) -> SqliteLog:
        if self._held is None:
            raise LogClosed("the spool is closed")
        return self._held

    async def _trim(self, log: SqliteLog) -> None:
        for home, position in self._next.items():
            if position > self._trimmed[home]:
                await log.trim(*home, position)
                self._trimmed[home] = position


def as_record(stored: Stored) -> Record:
    """The record as it was given, bound for the partition that it was in."""
    return Record(stored.key, stored.value, stored.headers, stored.partition)


def _locked(path: Path) -> TextIO:
    """A file that nobody else has locked; the lock ends with the process, however that ends."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise SpoolInUse(f"another process works with the spool in {path.parent}") from error
    return file
