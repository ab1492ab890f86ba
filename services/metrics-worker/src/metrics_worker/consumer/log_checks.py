"""Whether the log is the one that was folded so far: asked when partitions are taken, and while they are read."""

from collections.abc import Mapping
from typing import Final

from metrics_worker.consumer.ports import FoldStore, PartitionLease
from soundings.events.topics import CATALOGUE
from soundings.log.port import EventLog, RecordBatch, TopicPartition
from soundings.log.read_marks import (
    CheckedMark,
    LogMismatch,
    ReadMark,
    beginning_problem,
    check_marks,
    end_problem,
)
from soundings.telemetry.metrics import LAG_EVENTS, LOG_MISMATCH

ADVICE: Final = "`soundings recover` shows what is missing and reads the log again"


async def checked_partitions(
    log: EventLog, store: FoldStore, taken: Mapping[TopicPartition, PartitionLease], at: int
) -> Mapping[TopicPartition, PartitionLease]:
    """Partitions that were taken, each with the mark to go on with; raises `LogMismatch` if one does not fit."""
    marks = {home: ReadMark(held.next, held.last, held.digest) for home, held in taken.items()}
    checked = await check_marks(log, marks)
    problems = {home: one.problem for home, one in checked.items() if one.problem is not None}
    if problems:
        await refuse(store, problems)
    await store.adopt({home: (taken[home].epoch, one.adopted) for home, one in checked.items()}, at)
    LOG_MISMATCH.labels("metrics-worker").set(0)
    return {home: _held(taken[home].epoch, one) for home, one in checked.items()}


async def check_ends(
    store: FoldStore, held: Mapping[TopicPartition, PartitionLease], ends: Mapping[TopicPartition, int]
) -> None:
    """Raise `LogMismatch` if a partition ends below where it is read on: it was made again while it was read."""
    found = {home: end_problem(home, mine.next, ends[home]) for home, mine in held.items()}
    if problems := {home: problem for home, problem in found.items() if problem is not None}:
        await refuse(store, problems)


async def check_gap(log: EventLog, following: int, batch: RecordBatch) -> None:
    """Raise `LogMismatch` if a batch begins behind ``following`` because records were removed before they were read.

    Other gaps are legal: compaction makes them, and on Kafka the marks of transactions.
    """
    first = batch.records[0].position if batch.records else batch.next
    if following in {0, first} or batch.topic == CATALOGUE.name:
        return
    home = (batch.topic, batch.partition)
    problem = beginning_problem(home, following, (await log.start_positions([batch.topic]))[home])
    if problem is not None:
        raise LogMismatch(f"{problem}; {ADVICE}")


async def refuse(store: FoldStore, problems: Mapping[TopicPartition, str]) -> None:
    """Store the mismatch, so that queries can report it, and raise `LogMismatch`."""
    LOG_MISMATCH.labels("metrics-worker").set(1)
    for topic, partition in problems:
        LAG_EVENTS.labels(topic, str(partition)).set(float("nan"))  # nobody knows
    await store.accuse(problems)
    first, *others = sorted(problems.values())
    more = f" (and {len(others)} more partitions)" if others else ""
    raise LogMismatch(f"{first}{more}; {ADVICE}")


def _held(epoch: int, checked: CheckedMark) -> PartitionLease:
    return PartitionLease(epoch, checked.adopted.next, checked.adopted.last, checked.adopted.digest)
