"""Reading from a log file: short synchronous queries, each far shorter than the wait for a thread of a pool."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundings.log.header_codec import unpack_headers
from soundings.log.port import StoredRecord, TopicPartition
from soundings.log.record_columns import build_records
from soundings.log.sqlite.schema import POSITION_BITS, POSITION_MASK, open_reader
from soundings.log.sqlite.topic_index import TopicIndex, look_up

SLICE = 512
_SLICE_BYTES = 4 << 20
_STEP = 64

_ROWS = "SELECT place - ?, key, value, headers, at FROM records WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?"
_ANY = "SELECT 1 FROM records WHERE place BETWEEN ? AND ? LIMIT 1"
_COUNT = "SELECT count(*) FROM records WHERE place BETWEEN ? AND ?"
_FIRST = "SELECT min(place) FROM records WHERE place BETWEEN ? AND ?"
_OLDEST = "SELECT at FROM records WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1"

Row = tuple[int, bytes, bytes | None, bytes, int]


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How a topic is cleaned; `retention_ms` is None where age is no reason to go."""

    topic: str
    cleanup: str
    retention_ms: int | None


@dataclass(frozen=True, slots=True)
class RecordSlice:
    """Some records in their order; `size` is the bytes of their values, `more` whether others may follow."""

    records: Sequence[StoredRecord]
    size: int
    more: bool


class LogReader:
    """One connection for reading, to be used by one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = open_reader(path)
        self._version = -1

    def read_slice(self, home: TopicPartition, slot: int, position: int, limit: int) -> RecordSlice:
        """The next records of a slot: `limit` of them, or fewer when there are no more or they come to 4 MiB."""
        base = slot << POSITION_BITS
        cursor = self._connection.execute(_ROWS, (base, base + position, base | POSITION_MASK, limit))
        rows: list[Row] = []
        size = 0
        step: list[Row] = cursor.fetchmany(_STEP)
        while step:
            # Fetched in steps: the byte bound is checked before large values of the rest are
            # loaded.
            rows += step
            size += sum([len(row[2] or b"") for row in step])
            if size >= _SLICE_BYTES or len(rows) >= limit:
                break
            step = cursor.fetchmany(_STEP)
        cursor.close()
        return RecordSlice(_stored_records(home, rows), size, more=bool(step))

    def has_record(self, slot: int, position: int) -> bool:
        """Whether there is a record at a position or behind it."""
        base = slot << POSITION_BITS
        return self._connection.execute(_ANY, (base + position, base | POSITION_MASK)).fetchone() is not None

    def has_older(self, slot: int, before_ms: int) -> bool:
        """Whether the oldest record of a slot was appended before a time."""
        base = slot << POSITION_BITS
        oldest = self._connection.execute(_OLDEST, (base, base | POSITION_MASK)).fetchone()
        return oldest is not None and oldest[0] < before_ms

    def first(self, slot: int) -> int | None:
        """The position of the oldest record of a slot; None where there is none."""
        base = slot << POSITION_BITS
        place = self._connection.execute(_FIRST, (base, base | POSITION_MASK)).fetchone()[0]
        return None if place is None else place & POSITION_MASK

    def changed_ends(self) -> TopicIndex | None:
        """The directory if anything was committed since the last look, by whatever process."""
        # data_version changes when another connection commits, and costs far less than a query of
        # the ends.
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return None
        directory = look_up(self._connection)
        self._version = version
        return directory

    def kept_ranges(self) -> Sequence[RetentionPolicy]:
        rows = self._connection.execute("SELECT topic, cleanup, retention_ms FROM topics").fetchall()
        return [RetentionPolicy(*row) for row in rows]

    def count_records(self, slot: int) -> int:
        """How many records a slot holds."""
        base = slot << POSITION_BITS
        return int(self._connection.execute(_COUNT, (base, base | POSITION_MASK)).fetchone()[0])

    def used_bytes(self) -> int:
        """The bytes of the pages in use."""
        size, pages, free = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_size", "page_count", "freelist_count")
        )
        return int(size * (pages - free))

    def close_reader(self) -> None:
        self._connection.close()


def _stored_records(home: TopicPartition, rows: Sequence[Row]) -> Sequence[StoredRecord]:
    if not rows:
        return ()
    positions, keys, values, headers, ats = zip(*rows, strict=True)
    return build_records(
        *home, positions=positions, keys=keys, values=values, headers=map(unpack_headers, headers), ats=ats
    )
