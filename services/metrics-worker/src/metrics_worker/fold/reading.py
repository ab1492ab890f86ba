"""Reading a slice of one partition and decoding it, in steps short enough to let a transaction go on beside it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from metrics_worker.fold.apply import Slice, dead_letter
from metrics_worker.fold.catalogue import decode_entity
from metrics_worker.fold.decoding import decode_event
from metrics_worker.fold.domain import Event
from metrics_worker.fold.errors import Contradiction
from metrics_worker.fold.limits import DeadLetterLimit
from metrics_worker.fold.log_checks import check_gap
from metrics_worker.fold.ports import CatalogueRow, DeadLetter, Held, Move
from metrics_worker.store.facts import home_of
from soundings.events.envelope import Undecodable
from soundings.events.topics import CATALOGUE
from soundings.log.port import Batch, Log, Stored, TopicPartition
from soundings.log.read_marks import record_digest
from soundings.traces import traces_of

_STEP: Final = 200
"""Events decoded in one go: a few milliseconds."""

T = TypeVar("T")


async def read_slice(log: Log, home: TopicPartition, held: Held, most: int, limit: DeadLetterLimit) -> Slice | None:
    """What a partition holds from where it is held; None when that is nothing.

    Once the limit of dead letters is exceeded, the slice ends with the event that did it.
    """
    topic, partition = home
    batch = await log.read(topic, partition, held.next, most)
    if batch.next == held.next:
        return None
    await check_gap(log, held.next, batch)
    if topic == CATALOGUE.name:
        rows, _, letters, end = await _decode(batch, decode_entity, limit)
        return _slice(batch, held, end, catalogue=rows, letters=letters)
    kept = home_of(topic, partition)
    events, positions, letters, end = await _decode(batch, lambda record: decode_event(record, kept), limit)
    return _slice(batch, held, end, events=events, positions=positions, letters=letters)


def _slice(
    batch: Batch,
    held: Held,
    end: int,
    *,
    letters: Sequence[DeadLetter],
    events: Sequence[Event] = (),
    positions: Sequence[int] = (),
    catalogue: Sequence[CatalogueRow] = (),
) -> Slice:
    last = next((record for record in reversed(batch.records) if record.position < end), None)
    digest = None if last is None else record_digest(last)
    position = None if last is None else last.position
    return Slice(
        Move(batch.topic, batch.partition, held.epoch, held.next, end, position, digest),
        events,
        positions,
        letters,
        catalogue,
        count=len(batch.records),
        newest_at=batch.records[-1].at if batch.records else 0,
        traces=traces_of(batch.records),
    )


async def _decode(
    batch: Batch, decode: Callable[[Stored], T], limit: DeadLetterLimit
) -> tuple[list[T], list[int], list[DeadLetter], int]:
    """The events, their positions, the dead letters, and the position after the last that was taken."""
    events: list[T] = []
    positions: list[int] = []
    letters: list[DeadLetter] = []
    for start in range(0, len(batch.records), _STEP):
        fine = 0
        for record in batch.records[start : start + _STEP]:
            if record.value is None and batch.topic != CATALOGUE.name:
                continue  # a tombstone means something on a compacted topic only
            try:
                events.append(decode(record))
            except (Undecodable, Contradiction) as error:
                limit.accept(fine)
                fine = 0
                limit.refuse()
                letters.append(dead_letter(record, error.code, str(error)))
                if limit.exceeded is not None:
                    return events, positions, letters, record.position + 1
            else:
                positions.append(record.position)
                fine += 1
        limit.accept(fine)
        await asyncio.sleep(0)
    return events, positions, letters, batch.next
