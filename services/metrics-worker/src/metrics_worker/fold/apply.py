"""Writing one batch in one transaction: fence, look up, fold, write the facts, and add to the rows."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from metrics_worker.fold.domain import Event
from metrics_worker.fold.errors import WrongPartition
from metrics_worker.fold.folding import Folded, Folding, Known
from metrics_worker.fold.ports import CatalogueRow, Changes, DeadLetter, FoldTransaction, Move
from metrics_worker.store.wide_rows import Deltas, changed_rows
from soundings.log.headers import pack_headers
from soundings.log.port import Stored

Original = Callable[[str, int, int], Awaitable[Stored]]
"""Reads the record at a position of a topic's partition."""
Refusal = tuple[Move, int, WrongPartition]


@dataclass(frozen=True, slots=True)
class Slice:
    """What was read of one partition: `events` stood at `positions`. What else they were on the log is let go."""

    move: Move
    events: Sequence[Event] = ()
    positions: Sequence[int] = ()
    dead_letters: Sequence[DeadLetter] = ()
    catalogue: Sequence[CatalogueRow] = ()
    count: int = 0
    newest_at: int = 0
    traces: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a batch asks of the database before it can be folded."""

    keys: Sequence[bytes]
    units: Sequence[bytes]


def prepare(slices: Iterable[Slice]) -> Prepared:
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
    return Prepared(sorted(keys), sorted(units))


async def apply_batch(
    transaction: FoldTransaction, slices: Sequence[Slice], at: int, original: Original
) -> Sequence[DeadLetter]:
    """Fold slices of several partitions and write all that follows. The answer is what only the fold could refuse.

    `original` reads such a record again. Raises `FenceLost` when a partition is no longer mine; the caller lets the
    transaction be undone.
    """
    await transaction.fence([part.move for part in slices], at)
    asked = prepare(slices)
    known = Known(
        await transaction.records(asked.keys) if asked.keys else {},
        await transaction.roots(asked.units) if asked.units else {},
    )
    folded, refusals = fold(known, slices)
    refused = [
        dead_letter(await original(move.topic, move.partition, position), error.code, str(error))
        for move, position, error in refusals
    ]
    changes = Changes(
        added=folded.added,
        changed=folded.changed,
        voices=folded.voices,
        dead_letters=[letter for part in slices for letter in part.dead_letters] + refused,
        catalogue=[row for part in slices for row in part.catalogue],
    )
    await transaction.write(changes, at)
    await _add_to_rows(transaction, folded.deltas)
    return refused


async def _add_to_rows(transaction: FoldTransaction, deltas: Deltas) -> None:
    """Last, since from here on another batch that adds to the same rows has to wait for the end of this one."""
    generation = await transaction.generation()
    slot = await transaction.claim(deltas.families)
    await transaction.rows.write(generation, await changed_rows(transaction.rows, generation, deltas, slot))


def fold(known: Known, slices: Iterable[Slice]) -> tuple[Folded, list[Refusal]]:
    """The batch folded onto what is known; events on a partition that is not theirs are refused."""
    folding = Folding(known)
    refusals: list[Refusal] = []
    for part in slices:
        for event, position in zip(part.events, part.positions, strict=True):
            try:
                folding.take(event)
            except WrongPartition as error:
                refusals.append((part.move, position, error))
    return folding.result(), refusals


def dead_letter(record: Stored, reason: str, detail: str) -> DeadLetter:
    """A record that could not be folded, with why."""
    headers = pack_headers(record.headers)
    return DeadLetter(
        record.topic, record.partition, record.position, record.key, headers, record.value, reason, detail[:1000]
    )


def without(slices: Sequence[Slice], topic: str, partition: int) -> list[Slice]:
    """The slices but that of one partition."""
    return [part for part in slices if (part.move.topic, part.move.partition) != (topic, partition)]
