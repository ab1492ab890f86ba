"""Which wide rows a set of changes touches, and what becomes of each."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from types import MappingProxyType
from typing import NamedTuple, Protocol

from metrics_worker.aggregation.contribution import MeasureCount
from metrics_worker.aggregation.deltas import Delta, Deltas, RowKey, counted
from metrics_worker.cells.counters import WideRow

RowText = tuple[str, str | None]
"""The columns `counters` and `tallies` of a wide row."""


class RowChanges(NamedTuple):
    """Rows that are new, rows with their new content, and rows of which nothing is left."""

    added: Mapping[RowKey, RowText] = MappingProxyType({})
    changed: Mapping[RowKey, RowText] = MappingProxyType({})
    removed: Sequence[RowKey] = ()


class RowStore(Protocol):
    """The wide rows of one generation in one transaction."""

    async def read_rows(self, generation: int, keys: Collection[RowKey]) -> Mapping[RowKey, RowText]:
        """Those rows that are stored."""
        ...

    async def write_rows(self, generation: int, changes: RowChanges) -> None:
        """Write what `changed_rows` has found to be new, changed and removed."""
        ...


@lru_cache(maxsize=8192)
def _new_row(counts: tuple[MeasureCount, ...]) -> RowText | None:
    """The row of a single contribution. Where times are scattered most rows are such, and many are alike."""
    row = WideRow()
    row.add_counts(zip(counts, repeat(1)))
    return row.dump_row()


async def changed_rows(store: RowStore, generation: int, deltas: Deltas, slot: int = 0) -> RowChanges:
    """The touched rows as they are to be written, from what is stored and what is to be added."""
    touched = deltas.rows(slot)
    if not touched:
        return RowChanges()
    stored = await store.read_rows(generation, touched.keys())
    after = {key: _row_after(stored.get(key), added) for key, added in touched.items()}
    return RowChanges(
        {key: row for key, row in after.items() if row is not None and key not in stored},
        {key: row for key, row in after.items() if row is not None and key in stored},
        [key for key, row in after.items() if row is None and key in stored],
    )


def merge_rows(rows: Sequence[RowText]) -> RowText | None:
    """What rows of one place in several shards of a family hold together; None when they cancel out."""
    if len(rows) == 1:
        return rows[0]
    row = WideRow()
    for counters, tallies in rows:
        other = WideRow.load_row(counters, tallies)
        row.merge_counters(other.counters, other.tallies)
    return row.dump_row()


def _row_after(stored: RowText | None, deltas: Sequence[Delta]) -> RowText | None:
    if stored is None and len(deltas) == 1 and (counts := deltas[0].only()) is not None:
        return _new_row(counts)
    row = WideRow() if stored is None else WideRow.load_row(*stored)
    row.add_counts(counted(deltas))
    for delta in deltas:
        row.report_tallies(delta.tallies)
    return row.dump_row()
