"""Whether a log is still the one that a consumer has read: positions alone cannot tell, so a digest goes with them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar, Final

from soundings.events.topics import ALL
from soundings.kernel.errors import SoundingsError
from soundings.log.port import EventLog, StoredRecord, TopicPartition

_COMPACTED: Final = frozenset(topic.name for topic in ALL if topic.cleanup == "compact")


class LogMismatch(SoundingsError):
    """The log is not the one that was read before: records are missing from it, or others stand in their places."""

    code: ClassVar[str] = "log_mismatch"


@dataclass(frozen=True, slots=True)
class ReadMark:
    """How far a partition was read: on from ``next``, up to the record at ``last``, whose digest is ``digest``.

    Both are None where no record was read, or by a version that kept no digests. A ``next`` of 0 is the beginning,
    wherever that lies.
    """

    next: int = 0
    last: int | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class CheckedMark:
    """A mark held against its partition. ``problem`` is a sentence when they do not fit, else None.

    ``adopted`` is the mark to go on with where they fit: the same, one with a digest in place of one without, or the
    beginning of a compacted topic that no longer holds the last record.
    """

    mark: ReadMark
    beginning: int
    end: int
    problem: str | None
    adopted: ReadMark


def record_digest(stored: StoredRecord) -> bytes:
    """16 bytes that stand for the position, key, headers and value of a record; its time is left out."""
    digest = blake2b(digest_size=16)
    parts = [str(stored.position).encode(), stored.key, b"-" if stored.value is None else b"+" + stored.value]
    parts += [part for name, value in stored.headers for part in (name.encode(), value)]
    for part in parts:
        # Length prefixes, so that no bytes can move from one field to the next without changing the
        # digest.
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part)
    return digest.digest()


def mark_after(stored: StoredRecord, following: int) -> ReadMark:
    """The mark of a consumer whose last record was this, and who reads on at ``following``."""
    return ReadMark(following, stored.position, record_digest(stored))


async def check_marks(log: EventLog, marks: Mapping[TopicPartition, ReadMark]) -> Mapping[TopicPartition, CheckedMark]:
    """Hold marks against the log, which must have their topics. Reads one record of each partition."""
    topics = sorted({topic for topic, _ in marks})
    # The start_positions first: should retention move one meanwhile, then an earlier beginning accuses nobody.
    start_positions, ends = await log.start_positions(topics), await log.end_positions(topics)
    checked = await asyncio.gather(
        *(_check(log, home, mark, start_positions.get(home, 0), ends.get(home, 0)) for home, mark in marks.items())
    )
    return dict(zip(marks, checked, strict=True))


def end_problem(home: TopicPartition, following: int, end: int) -> str | None:
    """What is wrong with an end below the position at which a consumer reads on; None when it is not below."""
    if end >= following:
        return None
    return (
        f"{_named(home)} ends at {end}, but was read up to {following}: records were lost, or an older log was restored"
    )


def beginning_problem(home: TopicPartition, following: int, beginning: int) -> str | None:
    """What is wrong with a beginning above the position at which a consumer reads on; None when it is not above."""
    if following == 0 or beginning <= following:
        return None
    return (
        f"{_named(home)} begins at {beginning}, but was read up to {following}: what stood between them was removed "
        "before it was read"
    )


async def _check(log: EventLog, home: TopicPartition, mark: ReadMark, beginning: int, end: int) -> CheckedMark:
    problem = end_problem(home, mark.next, end) or beginning_problem(home, mark.next, beginning)
    if problem is not None or mark.next == 0:
        return CheckedMark(mark, beginning, end, problem, mark)
    # A mark of a version without digests: trust it once and adopt the record before it.
    if mark.last is None:
        found = await _record_at(log, home, mark.next - 1)
        return CheckedMark(mark, beginning, end, None, mark if found is None else mark_after(found, mark.next))
    found = await _record_at(log, home, mark.last)
    if found is not None:
        problem = None if record_digest(found) == mark.digest else _other_record(home, mark.last)
        return CheckedMark(mark, beginning, end, problem, mark)
    if mark.last < beginning:  # retention took it, and nothing that was not read
        return CheckedMark(mark, beginning, end, None, mark)
    if home[0] in _COMPACTED:  # nothing proves that it is the same topic, and reading it again costs little
        return CheckedMark(mark, beginning, end, None, ReadMark())
    return CheckedMark(mark, beginning, end, _other_record(home, mark.last), mark)


def _other_record(home: TopicPartition, position: int) -> str:
    return (
        f"{_named(home)} does not hold the record at {position} that was read there: it is another log, or an older "
        "one that has grown since"
    )


async def _record_at(log: EventLog, home: TopicPartition, position: int) -> StoredRecord | None:
    records = (await log.read_batch(*home, position, 1)).records
    return records[0] if records and records[0].position == position else None


def _named(home: TopicPartition) -> str:
    return f"{home[0]}, partition {home[1]},"
