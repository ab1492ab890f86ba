"""The log in one SQLite file: durable by fsync, shared by all threads, event loops and processes that open it."""

import asyncio
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from soundings.events.topics import TopicSpec
from soundings.kernel.clock import Clock, system_clock
from soundings.log.header_codec import pack_headers
from soundings.log.port import (
    AppendFailed,
    LogClosed,
    LogRecord,
    LogUnavailable,
    RecordBatch,
    RecordPosition,
    StoredRecord,
    TopicPartition,
    UnknownTopic,
    partition_of,
)
from soundings.log.size_limit import with_refusals, within_limits
from soundings.log.sqlite.log_file import LOOK_EVERY, LogFile, open_file, release_file
from soundings.log.sqlite.reader import SLICE
from soundings.log.sqlite.retention import (
    STEP,
    KeyCompaction,
    expire_records,
    move_record,
    remove_records,
    remove_up_to,
    touch,
)
from soundings.log.sqlite.topic_index import declare_topics
from soundings.log.sqlite.write_queue import Row

# Bound of one read in memory, as records may have up to MAX_RECORD_BYTES.
_READ_BYTES = 32 << 20


class SqliteLog:
    """See `soundings.log.port.Log`. Handles on one file in one process share its writing thread and wake each other."""

    def __init__(self, file: LogFile) -> None:
        self._held: LogFile | None = file

    @classmethod
    async def open_log(cls, path: Path, *, clock: Clock = system_clock, max_bytes: int | None = None) -> "SqliteLog":
        """Open or create a log; `max_bytes` bounds the file, and appends beyond it raise `LogFull`."""
        try:
            return cls(await asyncio.to_thread(open_file, path, clock, max_bytes))
        except (sqlite3.Error, OSError) as error:
            raise LogUnavailable(f"cannot open {path}: {error}") from error

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        await self._log_file.writer.perform_action(partial(declare_topics, topics=topics))

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        file = self._log_file
        slots = self._topic_slots(topic)
        rows = [_record_row(slots, record) for record in within_limits(records)]
        return with_refusals(records, await file.writer.append_rows(rows) if rows else ())

    async def probe(self) -> None:
        """See `soundings.log.port.ProbesWrites`."""
        await self._log_file.writer.perform_action(touch)

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch:
        file = self._log_file
        slot = self._partition_slot(topic, partition)
        # Looked at first: should nothing be found below it, then what was there has gone, and reading goes on behind.
        end = file.topic_index.ends[slot]
        records: list[StoredRecord] = []
        position, size, more = max(from_position, 0), 0, limit > 0
        while more:
            found = file.open_reader().read_slice((topic, partition), slot, position, min(SLICE, limit - len(records)))
            records += found.records
            size += found.size
            # Short slices with a yield in between: SQLite runs on the event loop thread here, which
            # costs less than a thread switch per read.
            if more := found.more and len(records) < limit and size < _READ_BYTES:
                position = records[-1].position + 1
                await asyncio.sleep(0)
        if records:
            return RecordBatch(topic, partition, records, records[-1].position + 1)
        return RecordBatch(topic, partition, (), max(from_position, end) if limit > 0 else from_position)

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        file = self._log_file
        by_slot = {self._partition_slot(*home): position for home, position in positions.items()}
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        waiter = file.waiters.add_waiter(by_slot)
        try:
            while not (ready := self._has_records(by_slot)) and (left := deadline - loop.time()) > 0:
                # Commits of this process wake the waiter at once; those of others are looked for now and then.
                await waiter.sleep_until_woken(min(left, LOOK_EVERY))
            return ready
        finally:
            file.waiters.remove_waiter(waiter)

    async def partition_count(self, topic: str) -> int:
        return len(self._topic_slots(topic))

    async def end_position(self, topic: str, partition: int) -> int:
        slot = self._partition_slot(topic, partition)
        self._log_file.refresh_index()
        return self._log_file.topic_index.ends[slot]

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        file = self._log_file
        slots = [slot for topic in topics for slot in self._topic_slots(topic)]
        file.refresh_index()
        directory = file.topic_index
        return {directory.topic_partitions[slot]: directory.ends[slot] for slot in slots}

    async def start_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        file = self._log_file
        slots = [slot for topic in topics for slot in self._topic_slots(topic)]
        compacted = {kept.topic for kept in file.open_reader().kept_ranges() if kept.cleanup == "compact"}
        # Looked at before the ends, for what a slot still holds tells more than where it ended a moment ago.
        firsts = {slot: file.open_reader().first(slot) for slot in slots}
        file.refresh_index()
        directory = file.topic_index
        found: dict[TopicPartition, int] = {}
        for slot, first in firsts.items():
            home = directory.topic_partitions[slot]
            found[home] = 0 if home[0] in compacted else directory.ends[slot] if first is None else first
        return found

    async def apply_retention(self, now_ms: int) -> int:
        """Apply retention and compaction as of a time, in short transactions; how many records went."""
        removed = 0
        for kept in self._log_file.open_reader().kept_ranges():
            for partition, slot in enumerate(self._topic_slots(kept.topic)):
                if kept.cleanup == "compact":
                    removed += await self._compact_partition(kept.topic, partition, now_ms)
                elif kept.retention_ms is not None:
                    removed += await self._expire_records(slot, now_ms - kept.retention_ms)
        return removed

    async def trim_before(self, topic: str, partition: int, before: int) -> int:
        """Remove the records before a position, which is how a spool is drained; how many there were."""
        slot = self._partition_slot(topic, partition)
        return await self._log_file.writer.perform_action(partial(remove_up_to, slot=slot, position=before - 1))

    async def drop_records(self, topic: str, partition: int, positions: Sequence[int]) -> int:
        """Remove single records; how many of them there were."""
        slot = self._partition_slot(topic, partition)
        return await self._log_file.writer.perform_action(partial(remove_records, slot=slot, positions=positions))

    async def move_record(self, topic: str, partition: int, position: int, to_topic: str) -> None:
        """Take a record from its place to the end of the same partition of another topic, also in a file that is full.

        Does nothing where there is no such record.
        """
        slot, to_slot = self._partition_slot(topic, partition), self._partition_slot(to_topic, partition)
        await self._log_file.writer.perform_action(partial(move_record, slot=slot, position=position, to_slot=to_slot))

    async def count_records(self, topic: str) -> int:
        """How many records a topic holds; takes time for each of them."""
        return sum(self._log_file.open_reader().count_records(slot) for slot in self._topic_slots(topic))

    async def used_bytes(self) -> int:
        """How much of the file is in use, of what `max_bytes` bounds; what was removed no longer counts."""
        return self._log_file.open_reader().used_bytes()

    async def close_log(self) -> None:
        file, self._held = self._held, None
        if file is not None:
            await asyncio.to_thread(release_file, file)

    @property
    def _log_file(self) -> LogFile:
        if self._held is None:
            raise LogClosed("the log is closed")
        return self._held

    def _topic_slots(self, topic: str) -> Sequence[int]:
        return self._log_file.find_slots(lambda directory: directory.slots_of(topic))

    def _partition_slot(self, topic: str, partition: int) -> int:
        return self._log_file.find_slots(lambda directory: directory.slot_of(topic, partition))

    def _has_records(self, by_slot: Mapping[int, int]) -> Collection[TopicPartition]:
        """Those slots of which the memory says that they go on, and of these those where records are left."""
        file = self._log_file
        file.look_when_due()
        directory = file.topic_index
        further = [slot for slot, position in by_slot.items() if directory.ends[slot] > position]
        return [
            directory.topic_partitions[slot]
            for slot in further
            if file.open_reader().has_record(slot, max(by_slot[slot], 0))
        ]

    async def _expire_records(self, slot: int, before_ms: int) -> int:
        removed = 0
        while self._log_file.open_reader().has_older(slot, before_ms):
            removed += await self._log_file.writer.perform_action(
                partial(expire_records, slot=slot, before_ms=before_ms)
            )
        return removed

    async def _compact_partition(self, topic: str, partition: int, now_ms: int) -> int:
        compaction, batch = KeyCompaction(now_ms), await self.read_batch(topic, partition, 0, STEP)
        while batch.records:
            compaction.take_records(batch.records)
            batch = await self.read_batch(topic, partition, batch.next, STEP)
        dead, slot, removed = compaction.superseded_positions(), self._partition_slot(topic, partition), 0
        # Short transactions, so that appends are not delayed by a large compaction.
        for start in range(0, len(dead), STEP):
            positions = dead[start : start + STEP]
            removed += await self._log_file.writer.perform_action(
                partial(remove_records, slot=slot, positions=positions)
            )
        return removed


def _record_row(slots: Sequence[int], record: LogRecord) -> Row:
    partition = partition_of(record.key, len(slots)) if record.partition is None else record.partition
    if not 0 <= partition < len(slots):
        raise UnknownTopic(f"there is no partition {partition} of {len(slots)}")
    return slots[partition], record.key, pack_headers(record.headers), record.value
