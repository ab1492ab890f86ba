"""Copying a log, partition by partition, each record once however often the copy is cut off."""

import asyncio
from collections.abc import Sequence
from typing import Final

from soundings.events.topics import TopicSpec
from soundings.log.port import AppendFailed, EventLog, LogUnavailable
from soundings_embedded.migration.domain import origin_of, with_origin
from soundings_embedded.migration.errors import LogInUse, NotMoved
from soundings_embedded.migration.ports import StepMeter

_AT_ONCE: Final = 500
_TRIES: Final = 30


async def check_ours(target: EventLog, topics: Sequence[TopicSpec], mark: str) -> None:
    """Raises `LogInUse` when the new log holds records that do not come from this home."""
    for topic in topics:
        for partition in range(topic.partitions):
            await _copied_up_to(target, topic.name, partition, mark)


async def copy_log(
    source: EventLog, target: EventLog, topics: Sequence[TopicSpec], mark: str, meter: StepMeter
) -> None:
    """Copy what the new log does not have yet. Only one copy may run at a time, without other producers."""
    for topic in topics:
        for partition in range(topic.partitions):
            await _copy_partition(source, target, (topic.name, partition), mark, meter)


async def _copy_partition(
    source: EventLog, target: EventLog, home: tuple[str, int], mark: str, meter: StepMeter
) -> None:
    tries = 0
    while True:
        try:
            start = await _copied_up_to(target, *home, mark)
            while (batch := await source.read_batch(*home, start, _AT_ONCE)).next > start:
                answers = await target.append_records(home[0], [with_origin(stored, mark) for stored in batch.records])
                _check(home, answers)
                # Progress resets the counter: only consecutive failures give up.
                start, tries = batch.next, 0
                meter.advance(len(batch.records))
            return
        except LogUnavailable as error:
            tries += 1
            if tries > _TRIES:
                raise
            await asyncio.sleep(error.retry_after)  # and then see what has arrived after all


async def _copied_up_to(target: EventLog, topic: str, partition: int, mark: str) -> int:
    """The first position of the source log that the target lacks, derived from the last record of the target."""
    end = await target.end_position(topic, partition)
    if end == 0:
        return 0
    last = (await target.read_batch(topic, partition, end - 1, 1)).records
    origin = origin_of(last[-1]) if last else None
    if origin is None or origin.mark != mark:
        raise LogInUse(
            f"The topic {topic} holds records that do not come from this home. Move into topics and databases that "
            "nobody has used yet."
        )
    return origin.position + 1


def _check(home: tuple[str, int], answers: Sequence[object]) -> None:
    for answer in answers:
        if isinstance(answer, AppendFailed):
            if answer.retryable:
                raise LogUnavailable(str(answer))
            raise NotMoved(f"{home[0]}, partition {home[1]}: a record was not taken: {answer}")
