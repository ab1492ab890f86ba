"""A moved record says where it came from, so that a copy goes on where it stopped and positions can be carried over."""

from dataclasses import dataclass, replace

from soundings.log.port import LogRecord, StoredRecord

HEADER = "moved_from"


@dataclass(frozen=True, slots=True)
class RecordOrigin:
    """The identity of the source data directory, and the position of the record in its log."""

    mark: str
    position: int


def with_origin(stored: StoredRecord, mark: str) -> LogRecord:
    """The record as it goes onto the new log, to the same partition."""
    origin = (HEADER, f"{mark}:{stored.position}".encode())
    return LogRecord(stored.key, stored.value, (*stored.headers, origin), stored.partition)


def origin_of(stored: StoredRecord) -> RecordOrigin | None:
    """Where a record of the new log came from; None for one that was not moved."""
    for name, value in reversed(stored.headers):
        if name == HEADER:
            mark, _, position = value.decode("ascii", "replace").rpartition(":")
            return RecordOrigin(mark, int(position)) if position.isdecimal() else None
    return None


def is_copy(original: StoredRecord, moved: StoredRecord) -> bool:
    """Whether a moved record says the same as the one it came from."""
    bare = replace(moved, headers=tuple(header for header in moved.headers if header[0] != HEADER))
    return (original.key, original.value, original.headers) == (bare.key, bare.value, bare.headers)
