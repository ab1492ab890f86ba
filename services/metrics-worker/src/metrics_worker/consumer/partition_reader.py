"""Reads and decodes a slice of one partition, in steps short enough for a transaction to progress concurrently."""

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from metrics_worker.aggregation.errors import InconsistentEvent
from metrics_worker.aggregation.facts import home_of
from metrics_worker.aggregation.record_sender import CATALOGUE_SENDER, sender_of
from metrics_worker.aggregation.revisions import Event
from metrics_worker.consumer.catalogue_rows import decode_entity
from metrics_worker.consumer.dead_letter_limit import DeadLetterLimit
from metrics_worker.consumer.event_decoder import decode_log_event
from metrics_worker.consumer.log_checks import check_gap
from metrics_worker.consumer.ports import CatalogueRow, DeadLetter, OffsetAdvance, ParkedRecord, PartitionLease
from metrics_worker.consumer.write_batch import PartitionBatch, dead_letter
from soundings.events.envelope import UndecodableRecord, type_of
from soundings.events.topics import CATALOGUE
from soundings.log.header_codec import pack_headers
from soundings.log.port import EventLog, RecordBatch, StoredRecord, TopicPartition
from soundings.log.read_marks import record_digest
from soundings.telemetry.tracing import traceparents_of

_STEP: Final = 200
"""Events decoded in one go: a few milliseconds."""
_RETRACTED: Final = ".retracted.v1"

T = TypeVar("T")


async def read_slice(
    log: EventLog,
    home: TopicPartition,
    held: PartitionLease,
    most: int,
    limit: DeadLetterLimit,
    routed: frozenset[str] = frozenset(),
) -> PartitionBatch | None:
    """What a partition holds from where it is held; None when that is nothing.

    Records of the sources in `routed` are not read. When a source exceeds the limit of dead letters, the slice ends
    with the event that did it.
    """
    topic, partition = home
    batch = await log.read_batch(topic, partition, held.next, most)
    if batch.next == held.next:
        return None
    await check_gap(log, held.next, batch)
    if topic == CATALOGUE.name:
        entities = _Reader(decode_entity, lambda _: CATALOGUE_SENDER, limit, frozenset[str]())
        end = await entities.read(batch)
        return _partition_batch(batch, held, end, entities, catalogue=entities.events)
    kept = home_of(topic, partition)
    reader = _Reader(lambda record: decode_log_event(record, kept), lambda event: event.fact.source_id, limit, routed)
    end = await reader.read(batch)
    return _partition_batch(batch, held, end, reader, events=reader.events)


def decode_parked(records: list[StoredRecord], move: OffsetAdvance) -> PartitionBatch:
    """Parked records as a slice that moves no position. Refusals among them count against no source."""
    kept = home_of(move.topic, move.partition)
    events: list[Event] = []
    positions: list[int] = []
    letters: list[DeadLetter] = []
    for record in records:
        try:
            events.append(decode_log_event(record, kept))
        except (UndecodableRecord, InconsistentEvent) as error:
            letters.append(dead_letter(record, error.code, str(error)))
        else:
            positions.append(record.position)
    return PartitionBatch(move, events, positions, letters, count=len(records))


def _partition_batch(
    batch: RecordBatch,
    held: PartitionLease,
    end: int,
    reader: "_Reader[Event] | _Reader[CatalogueRow]",
    *,
    events: list[Event] | None = None,
    catalogue: list[CatalogueRow] | None = None,
) -> PartitionBatch:
    last = next((record for record in reversed(batch.records) if record.position < end), None)
    digest = None if last is None else record_digest(last)
    position = None if last is None else last.position
    return PartitionBatch(
        OffsetAdvance(batch.topic, batch.partition, held.epoch, held.next, end, position, digest),
        events or (),
        reader.positions if events else (),
        reader.letters,
        catalogue or (),
        count=len(batch.records),
        newest_at=batch.records[-1].at if batch.records else 0,
        traces=traceparents_of(batch.records),
        parked=reader.parked,
        routed=reader.routed,
    )


class _Reader(Generic[T]):
    """Sorts the records of a batch into events with their positions, dead letters, and what is parked."""

    def __init__(
        self,
        decode: Callable[[StoredRecord], T],
        source_of: Callable[[T], str],
        limit: DeadLetterLimit,
        routed: frozenset[str],
    ) -> None:
        self._decode = decode
        self._source_of = source_of
        self._limit = limit
        self.routed = routed
        self.events: list[T] = []
        self.positions: list[int] = []
        self.letters: list[DeadLetter] = []
        self.parked: list[ParkedRecord] = []
        self._counted = 0

    async def read(self, batch: RecordBatch) -> int:
        """Read until the end, or until a source exceeds its limit; the position to read on at."""
        for start in range(0, len(batch.records), _STEP):
            for record in batch.records[start : start + _STEP]:
                if record.value is None and batch.topic != CATALOGUE.name:
                    continue  # a tombstone means something on a compacted topic only
                if self.routed and self._is_parked(record):
                    continue
                try:
                    self.events.append(self._decode(record))
                except (UndecodableRecord, InconsistentEvent) as error:
                    if self._refuse(record, error):
                        return record.position + 1
                else:
                    self.positions.append(record.position)
            self._accept()
            await asyncio.sleep(0)
        return batch.next

    def _refuse(self, record: StoredRecord, error: UndecodableRecord | InconsistentEvent) -> bool:
        self._accept()
        letter = dead_letter(record, error.code, str(error))
        self.letters.append(letter)
        return self._limit.count_refused(letter.source)

    def _accept(self) -> None:
        """Count the accepted events since the last call; costs nothing while no source is watched."""
        if self._limit.is_watching:
            self._limit.count_accepted(map(self._source_of, self.events[self._counted :]))
        self._counted = len(self.events)

    def _is_parked(self, record: StoredRecord) -> bool:
        """Whether a record goes aside. A retraction is final whenever it comes, so it does not wait; nor may it."""
        sender = sender_of(record.topic, record.key, record.headers)
        if sender not in self.routed or (type_of(record).endswith(_RETRACTED) and self._can_be_read(record)):
            return False
        self.parked.append(_parked(record, sender))
        return True

    def _can_be_read(self, record: StoredRecord) -> bool:
        try:
            self._decode(record)
        except (UndecodableRecord, InconsistentEvent):
            return False
        return True


def _parked(record: StoredRecord, sender: str) -> ParkedRecord:
    return ParkedRecord(
        sender,
        record.topic,
        record.partition,
        record.position,
        record.key,
        pack_headers(record.headers),
        record.value,
        record.at,
    )
