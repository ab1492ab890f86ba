"""Writing one batch in one transaction: fence, look up, fold, write the facts, and add to the rows."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from metrics_worker.aggregation.batch_fold import BatchFold, FoldResult, StoredFacts
from metrics_worker.aggregation.deltas import Deltas
from metrics_worker.aggregation.errors import WrongPartition
from metrics_worker.aggregation.facts import FAMILIES
from metrics_worker.aggregation.record_sender import sender_of
from metrics_worker.aggregation.revisions import Event
from metrics_worker.aggregation.rules_version import CURRENT_RULES, ContributionRules, RulesDiffer
from metrics_worker.cells.wide_rows import changed_rows
from metrics_worker.consumer.parking_state import ParkingChanged, ParkingState, parkable, unparkable
from metrics_worker.consumer.ports import (
    BatchChanges,
    CatalogueRow,
    DeadLetter,
    FoldTransaction,
    OffsetAdvance,
    ParkedRecord,
)
from soundings.log.header_codec import pack_headers
from soundings.log.port import StoredRecord

Original = Callable[[str, int, int], Awaitable[StoredRecord]]
"""Reads the record at a position of a topic's partition."""
Refusal = tuple[OffsetAdvance, int, WrongPartition]


@dataclass(frozen=True, slots=True)
class PartitionBatch:
    """What was read of one partition: `events` and their `positions`; no other log metadata is kept.

    Records of the sources in `routed` were not decoded but are in `parked`.
    """

    move: OffsetAdvance
    events: Sequence[Event] = ()
    positions: Sequence[int] = ()
    dead_letters: Sequence[DeadLetter] = ()
    catalogue: Sequence[CatalogueRow] = ()
    count: int = 0
    newest_at: int = 0
    traces: Sequence[str] = ()
    parked: Sequence[ParkedRecord] = ()
    routed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch.

    `refused` are the dead letters that only the fold found, `parking` is which sources are parked since, and `unparked`
    those over their limit that could not be, with why.
    """

    refused: Sequence[DeadLetter]
    parking: ParkingState
    unparked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """By which rules a batch is counted, when (epoch milliseconds), and which sources are over their limit by now."""

    at: int
    rules: ContributionRules = CURRENT_RULES
    exceeded: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """What a batch asks of the database before it can be folded."""

    keys: Sequence[bytes]
    units: Sequence[bytes]


def prepare_batch(slices: Iterable[PartitionBatch]) -> PreparedBatch:
    """The keys to look up, each once and in order, which is kindest to an index."""
    keys: set[bytes] = set()
    units: set[bytes] = set()
    for part in slices:
        for event in part.events:
            fact = event.fact
            if fact.unit is None:
                keys.add(fact.key)
            else:
                units.add(fact.unit)
    return PreparedBatch(sorted(keys), sorted(units))


async def apply_batch(
    transaction: FoldTransaction, slices: Sequence[PartitionBatch], terms: Terms, original: Original
) -> Applied:
    """Fold slices of several partitions and write all that follows.

    `original` reads a record again that only the fold could refuse. Raises `FenceLost` when a partition is no longer
    mine, `ParkingChanged` or `RulesDiffer`; the caller lets the transaction be undone.
    """
    await transaction.advance_positions([part.move for part in slices], terms.at)
    parking, unparked = await _park(transaction, slices, terms)
    refused = await write_batch(transaction, slices, terms, original)
    return Applied(refused, parking, unparked)


async def _park(
    transaction: FoldTransaction, slices: Sequence[PartitionBatch], terms: Terms
) -> tuple[ParkingState, Mapping[str, str]]:
    """Park sources over their limit, put aside what was not read, and see that it is what had to be put aside."""
    store = transaction.parking
    if terms.exceeded:
        await store.lock()
    before = after = await store.state()
    if new := parkable(before, terms.exceeded):
        await store.park(new, terms.at)
        after = await store.state()
    for part in slices:
        home = (part.move.topic, part.move.partition)
        if not before.routed(home) <= part.routed <= after.routed(home) and part.move.topic in FAMILIES:
            raise ParkingChanged(before)
    records = [record for part in slices for record in part.parked]
    if records:
        await store.add(records)
        after = await store.state()
    return after, unparkable(after, terms.exceeded)


async def write_batch(
    transaction: FoldTransaction, slices: Sequence[PartitionBatch], terms: Terms, original: Original
) -> Sequence[DeadLetter]:
    """Fold the events of slices and write what follows, but positions and parking; what only the fold could refuse."""
    asked = prepare_batch(slices)
    known = StoredFacts(
        await transaction.facts_by_key(asked.keys) if asked.keys else {},
        await transaction.facts_by_root(asked.units) if asked.units else {},
    )
    folded, refusals = fold_batch(known, slices, terms.rules)
    refused = [
        dead_letter(await original(move.topic, move.partition, position), error.code, str(error))
        for move, position, error in refusals
    ]
    changes = BatchChanges(
        added=folded.added,
        changed=folded.changed,
        voices=folded.voices,
        dead_letters=[letter for part in slices for letter in part.dead_letters] + refused,
        catalogue=[row for part in slices for row in part.catalogue],
    )
    await transaction.write_changes(changes, terms.at)
    await _add_to_rows(transaction, folded.deltas, terms.rules.version)
    return refused


async def _add_to_rows(transaction: FoldTransaction, deltas: Deltas, rules: int) -> None:
    """Last, since from here on another batch that adds to the same rows has to wait for the end of this one."""
    generation = await transaction.current_generation()
    if generation.rules != rules:
        raise RulesDiffer(generation.rules, rules)
    slot = await transaction.claim_slot(deltas.families)
    await transaction.row_store.write_rows(
        generation.current, await changed_rows(transaction.row_store, generation.current, deltas, slot)
    )


def fold_batch(
    known: StoredFacts, slices: Iterable[PartitionBatch], rules: ContributionRules = CURRENT_RULES
) -> tuple[FoldResult, list[Refusal]]:
    """The batch folded onto what is known; events on a partition that is not theirs are refused."""
    folding = BatchFold(known, rules)
    refusals: list[Refusal] = []
    for part in slices:
        for event, position in zip(part.events, part.positions, strict=True):
            try:
                folding.apply_event(event)
            except WrongPartition as error:
                refusals.append((part.move, position, error))
    return folding.fold_result(), refusals


def dead_letter(record: StoredRecord, reason: str, detail: str) -> DeadLetter:
    """A record that could not be folded, with why."""
    headers = pack_headers(record.headers)
    sender = sender_of(record.topic, record.key, record.headers)
    return DeadLetter(
        record.topic,
        record.partition,
        record.position,
        record.key,
        headers,
        record.value,
        reason,
        detail[:1000],
        sender,
    )


def without_partition(slices: Sequence[PartitionBatch], topic: str, partition: int) -> list[PartitionBatch]:
    """The slices but that of one partition."""
    return [part for part in slices if (part.move.topic, part.move.partition) != (topic, partition)]
