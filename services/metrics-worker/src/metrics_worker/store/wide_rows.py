"""Which wide rows a set of changes touches, and what becomes of each."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

from metrics_worker.contributions.counts import Bucket, Contribution, Count, Place
from metrics_worker.store.counters import Delta, WideRow, counted
from metrics_worker.store.facts import TALLIES


class RowKey(NamedTuple):
    """The key of a wide row within its generation, in the order of the index."""

    grain: str
    service: str
    bucket: str
    channel: str
    touchpoint: str
    shard: str


RowText = tuple[str, str | None]
"""The columns `counters` and `tallies` of a wide row."""


class RowChanges(NamedTuple):
    """Rows that are new, rows with their new content, and rows of which nothing is left."""

    added: Mapping[RowKey, RowText] = MappingProxyType({})
    changed: Mapping[RowKey, RowText] = MappingProxyType({})
    removed: Sequence[RowKey] = ()


class RowStore(Protocol):
    """The wide rows of one generation in one transaction."""

    async def read(self, generation: int, keys: Collection[RowKey]) -> Mapping[RowKey, RowText]:
        """Those rows that are stored."""
        ...

    async def write(self, generation: int, changes: RowChanges) -> None:
        """Write what `changed_rows` has found to be new, changed and removed."""
        ...


class Deltas:
    """What is to be added to the cells, by family of shards and place."""

    __slots__ = ("_by_family",)

    def __init__(self) -> None:
        self._by_family: dict[str, dict[Place, Delta]] = {}

    def add(self, family: str, contribution: Contribution, times: Literal[1, -1] = 1) -> None:
        """Add a contribution, or take it away with `times` -1."""
        places = self._by_family.get(family)
        if places is None:
            places = self._by_family[family] = {}
        delta = places.get(contribution.place)
        if delta is None:
            delta = places[contribution.place] = Delta()
        delta.add(contribution, times)

    def __len__(self) -> int:
        """The number of places."""
        return sum(map(len, self._by_family.values()))

    @property
    def families(self) -> frozenset[str]:
        """The families of shards that are touched."""
        return frozenset(self._by_family)

    def rows(self, slot: int) -> Mapping[RowKey, Sequence[Delta]]:
        """The wide rows of a slot that are touched, in the order of their index, with what is to be added to each."""
        touched: dict[RowKey, list[Delta]] = {}
        for family, places in self._by_family.items():
            shard = shard_of(family, slot)
            for (service, channel, touchpoint, bucket), deltas in _by_bucket(places).items():
                touched[RowKey(bucket[0], service, bucket[1], channel, touchpoint, shard)] = deltas
        return dict(sorted(touched.items()))


def _by_bucket(places: Mapping[Place, Delta]) -> Mapping[tuple[str, str, str, Bucket], list[Delta]]:
    found: dict[tuple[str, str, str, Bucket], list[Delta]] = {}
    for (service, channel, touchpoint, buckets), delta in places.items():
        for bucket in buckets:
            key = (service, channel, touchpoint, bucket)
            if (known := found.get(key)) is None:
                found[key] = [delta]
            else:
                known.append(delta)
    return found


@lru_cache(maxsize=8192)
def _new_row(counts: tuple[Count, ...]) -> RowText | None:
    """The row of a single contribution. Where times are scattered most rows are such, and many are alike."""
    row = WideRow()
    row.add(zip(counts, repeat(1)))
    return row.dump()


def shard_of(family: str, slot: int) -> str:
    """The shard of a slot. Tallies have one for all slots: only in one row can it be seen that they add up to none."""
    return f"{family}{0 if family == TALLIES else slot}"


async def changed_rows(store: RowStore, generation: int, deltas: Deltas, slot: int = 0) -> RowChanges:
    """The touched rows as they are to be written, from what is stored and what is to be added."""
    touched = deltas.rows(slot)
    if not touched:
        return RowChanges()
    stored = await store.read(generation, touched.keys())
    after = {key: _after(stored.get(key), added) for key, added in touched.items()}
    return RowChanges(
        {key: row for key, row in after.items() if row is not None and key not in stored},
        {key: row for key, row in after.items() if row is not None and key in stored},
        [key for key, row in after.items() if row is None and key in stored],
    )


def merged(rows: Sequence[RowText]) -> RowText | None:
    """What rows of one place in several shards of a family hold together; None when they cancel out."""
    if len(rows) == 1:
        return rows[0]
    row = WideRow()
    for counters, tallies in rows:
        other = WideRow.load(counters, tallies)
        row.merge(other.counters, other.tallies)
    return row.dump()


def _after(stored: RowText | None, deltas: Sequence[Delta]) -> RowText | None:
    if stored is None and len(deltas) == 1 and (counts := deltas[0].only()) is not None:
        return _new_row(counts)
    row = WideRow() if stored is None else WideRow.load(*stored)
    row.add(counted(deltas))
    for delta in deltas:
        row.report(delta.tallies)
    return row.dump()
