"""Which wide rows a set of changes touches, and what becomes of each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from metrics_worker.contributions.counts import Contribution, Place
from metrics_worker.store.counters import Delta, WideRow, counted


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


class RowStore(Protocol):
    """The wide rows of one generation in one transaction."""

    async def read(self, generation: int, keys: Collection[RowKey]) -> Mapping[RowKey, RowText]:
        """Those rows that are stored."""
        ...

    async def write(self, generation: int, rows: Mapping[RowKey, RowText | None]) -> None:
        """Put rows in the place of what was there; None removes one."""
        ...


class Deltas:
    """What is to be added to the cells, by shard and place."""

    __slots__ = ("_by_shard",)

    def __init__(self) -> None:
        self._by_shard: dict[str, dict[Place, Delta]] = {}

    def add(self, shard: str, contribution: Contribution, times: Literal[1, -1] = 1) -> None:
        """Add a contribution, or take it away with `times` -1."""
        places = self._by_shard.get(shard)
        if places is None:
            places = self._by_shard[shard] = {}
        delta = places.get(contribution.place)
        if delta is None:
            delta = places[contribution.place] = Delta()
        delta.add(contribution, times)

    def __len__(self) -> int:
        """The number of places."""
        return sum(map(len, self._by_shard.values()))

    def rows(self) -> Mapping[RowKey, Sequence[Delta]]:
        """The wide rows that are touched, in the order of their index, with what is to be added to each."""
        touched: dict[RowKey, list[Delta]] = {}
        for shard, places in self._by_shard.items():
            for (service, channel, touchpoint, buckets), delta in places.items():
                for grain, bucket in buckets:
                    key = RowKey(grain, service, bucket, channel, touchpoint, shard)
                    if (known := touched.get(key)) is None:
                        touched[key] = [delta]
                    else:
                        known.append(delta)
        return dict(sorted(touched.items()))


async def changed_rows(store: RowStore, generation: int, deltas: Deltas) -> Mapping[RowKey, RowText | None]:
    """The touched rows as they are to be written, from what is stored and what is to be added."""
    touched = deltas.rows()
    if not touched:
        return {}
    stored = await store.read(generation, touched.keys())
    return {key: _after(stored.get(key), added) for key, added in touched.items()}


def _after(stored: RowText | None, deltas: Sequence[Delta]) -> RowText | None:
    row = WideRow() if stored is None else WideRow.load(*stored)
    row.add(counted(deltas))
    for delta in deltas:
        row.report(delta.tallies)
    return row.dump()
