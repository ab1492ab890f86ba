"""What leaves a log: records past their retention, and those that a newer one of the same key has replaced."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from soundings.log.port import StoredRecord
from soundings.log.sqlite.schema import POSITION_BITS, POSITION_MASK

STEP = 2_000
"""How many records one transaction removes, so that appends never wait long for it."""

# Several pages, so that the probe fails on a full disk; a smaller value could reuse free space.
_TOUCHED_BYTES = 16_384
TOMBSTONE_MS = 86_400_000
"""A tombstone stays for a day, so that readers who are not far behind learn of it."""

# What is removed must not free its positions for others: the slot notes its end first.
_NOTE_END = """
UPDATE slots SET floor = max(floor, coalesce((
    SELECT (max(place) & :mask) + 1 FROM records WHERE place BETWEEN :first AND :last
), 0)) WHERE slot = :slot
"""


def expire_records(connection: sqlite3.Connection, slot: int, before_ms: int) -> int:
    """Remove the oldest records if they were appended before a time; how many, at most `STEP`."""
    rows = connection.execute(
        "SELECT place, at FROM records WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?", (*_slot_bounds(slot), STEP)
    ).fetchall()
    old = [place for place, at in rows if at < before_ms]
    return remove_up_to(connection, slot, old[-1] & POSITION_MASK) if old else 0


def remove_up_to(connection: sqlite3.Connection, slot: int, position: int) -> int:
    """Remove the records of a slot up to and with a position; how many there were."""
    _note_end(connection, slot)
    first = slot << POSITION_BITS
    return connection.execute("DELETE FROM records WHERE place BETWEEN ? AND ?", (first, first + position)).rowcount


def remove_records(connection: sqlite3.Connection, slot: int, positions: Sequence[int]) -> int:
    """Remove single records of a slot; how many there were."""
    _note_end(connection, slot)
    places = [(slot << POSITION_BITS | position,) for position in positions]
    return connection.executemany("DELETE FROM records WHERE place = ?", places).rowcount


def move_record(connection: sqlite3.Connection, slot: int, position: int, to_slot: int) -> None:
    """Give one record the next place of another slot."""
    _note_end(connection, slot)
    _note_end(connection, to_slot)
    (end,) = connection.execute("SELECT floor FROM slots WHERE slot = ?", (to_slot,)).fetchone()
    connection.execute(
        "UPDATE records SET place = ? WHERE place = ?",
        (to_slot << POSITION_BITS | end, slot << POSITION_BITS | position),
    )


def touch(connection: sqlite3.Connection) -> None:
    """Write a record and take it back, so that the commit has pages to store; no slot has such a place."""
    connection.execute(
        "INSERT INTO records (place, at, key, headers, value) VALUES (-1, 0, x'', x'', zeroblob(?))", (_TOUCHED_BYTES,)
    )
    connection.execute("DELETE FROM records WHERE place = -1")


def _note_end(connection: sqlite3.Connection, slot: int) -> None:
    first, last = _slot_bounds(slot)
    connection.execute(_NOTE_END, {"slot": slot, "first": first, "last": last, "mask": POSITION_MASK})


def _slot_bounds(slot: int) -> tuple[int, int]:
    return slot << POSITION_BITS, slot << POSITION_BITS | POSITION_MASK


@dataclass(slots=True)
class KeyCompaction:
    """Reads the records of a partition in order and reports which of them have been superseded."""

    now_ms: int
    _newest: dict[bytes, StoredRecord] = field(default_factory=dict[bytes, StoredRecord])
    _replaced: list[int] = field(default_factory=list[int])

    def take_records(self, records: Iterable[StoredRecord]) -> None:
        for record in records:
            older = self._newest.get(record.key)
            if older is not None:
                self._replaced.append(older.position)
            self._newest[record.key] = record

    def superseded_positions(self) -> list[int]:
        """The positions that may go, in their order: a tombstone never goes before what it buries."""
        # Tombstones go later than what they delete: a slow reader must not miss a deletion.
        buried = [
            record.position
            for record in self._newest.values()
            if record.value is None and record.at < self.now_ms - TOMBSTONE_MS
        ]
        return sorted(self._replaced + buried)
