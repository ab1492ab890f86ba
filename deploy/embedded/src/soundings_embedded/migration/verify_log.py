"""Comparing a copied log with the original, record by record, and carrying positions over from one to the other."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from soundings.events.topics import TopicSpec
from soundings.log.port import EventLog, StoredRecord, TopicPartition
from soundings.log.read_marks import ReadMark, mark_after
from soundings_embedded.migration.domain import is_copy, origin_of
from soundings_embedded.migration.errors import NotMoved
from soundings_embedded.migration.ports import CopyComparison, StepMeter

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ProvenLog:
    """How the topics compare, and for each position that was asked for the mark that means the same in the new log."""

    topics: Sequence[CopyComparison]
    marks: Mapping[TopicPartition, ReadMark]


async def prove_log(
    source: EventLog,
    target: EventLog,
    topics: Sequence[TopicSpec],
    positions: Mapping[TopicPartition, int],
    meter: StepMeter,
) -> ProvenLog:
    """Read both logs side by side. A record that arrived twice counts once: readers know it again by its revision."""
    found: list[CopyComparison] = []
    carried: dict[TopicPartition, ReadMark] = {}
    for topic in topics:
        sides = [_Side(topic.name, partition) for partition in range(topic.partitions)]
        for side in sides:
            home = (topic.name, side.partition)
            carried[home] = await side.compare(source, target, positions.get(home, 0), meter)
        here, there = sum(side.here for side in sides), sum(side.there for side in sides)
        found.append(CopyComparison(topic.name, here, there, is_equal=not any(side.differs for side in sides)))
    return ProvenLog(found, carried)


class _Side:
    """One partition in both logs: how many records either has, and whether any differs."""

    def __init__(self, topic: str, partition: int) -> None:
        self.partition = partition
        self.here = self.there = 0
        self.differs = False
        self._topic = topic

    async def compare(self, source: EventLog, target: EventLog, position: int, meter: StepMeter) -> ReadMark:
        """Read both to their ends; where to read on in the new log so as to begin with the first at a position."""
        # Both sides are streams, so that memory does not grow with the log.
        moved = _records(target, self._topic, self.partition)
        place: int | None = None
        last: StoredRecord | None = None
        copy = await self._next(moved, -1)
        async for original in _records(source, self._topic, self.partition):
            self.here += 1
            meter.advance(1)
            while copy is not None and copy[0] < original.position:  # the home does not keep it any longer
                copy = await self._next(moved, copy[0])
            if copy is None or copy[0] != original.position or not is_copy(original, copy[1]):
                self.differs = True
                continue
            self.there += 1
            if place is None and original.position >= position:
                place = copy[1].position
            elif place is None:
                last = copy[1]
        following = await target.end_position(self._topic, self.partition) if place is None else place
        return ReadMark(following) if last is None else mark_after(last, following)

    async def _next(self, moved: AsyncGenerator[StoredRecord, None], last: int) -> tuple[int, StoredRecord] | None:
        """The next record of the new log that came from behind `last`, with the position that it came from."""
        async for stored in moved:
            origin = origin_of(stored)
            if origin is None:
                raise NotMoved(f"{self._topic} holds a record at {stored.position} that does not come from this home.")
            if origin.position > last:
                return origin.position, stored
        return None


async def _records(log: EventLog, topic: str, partition: int) -> AsyncGenerator[StoredRecord, None]:
    start = 0
    while (batch := await log.read_batch(topic, partition, start, _AT_ONCE)).next > start:
        for stored in batch.records:
            yield stored
        start = batch.next
