"""Appending and reading in tests: every record must find its position, and a partition is read to its end."""

from collections.abc import Sequence
from typing import Final

from soundings.log.port import EventLog, LogRecord, RecordPosition, StoredRecord

DEADLINE: Final = 30.0
"""Seconds within which something happens that must; a test ends as soon as it does."""


async def append_all(log: EventLog, topic: str, *records: LogRecord) -> Sequence[RecordPosition]:
    """Append records and check that each has a position."""
    places = await log.append_records(topic, records)
    stored = [place for place in places if isinstance(place, RecordPosition)]
    assert len(stored) == len(records), places
    return stored


async def read_all(
    log: EventLog, topic: str, partition: int, *, limit: int = 1000, start: int = 0
) -> list[StoredRecord]:
    """All records from a position up to the present end, read in batches."""
    records: list[StoredRecord] = []
    end = await log.end_position(topic, partition)
    position = start
    while position < end:
        batch = await log.read_batch(topic, partition, position, limit)
        assert len(batch.records) <= limit
        records += batch.records
        if batch.next == position:
            await log.wait_for_records({(topic, partition): position}, DEADLINE)
        position = batch.next
    return records
