"""What a batch adds to the cells: counts by place, and the wide rows that they touch."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Final, Literal, NamedTuple

from metrics_worker.aggregation.contribution import Bucket, CellContribution, CellCoordinates, MeasureCount
from metrics_worker.aggregation.facts import TALLIES

Tallies = dict[str, int]
"""Measure in a version → number of tallies that report it."""

_FEW: Final = 2
"""Contributions that are added quicker one by one than counted first."""


class RowKey(NamedTuple):
    """The key of a wide row within its generation, in the order of the index."""

    grain: str
    service: str
    bucket: str
    channel: str
    touchpoint: str
    shard: str


class Delta:
    """What is to be added to the rows of one place. Counts are only collected, `counted` adds them up."""

    __slots__ = ("added", "removed", "tallies")

    def __init__(self) -> None:
        self.added: list[tuple[MeasureCount, ...]] = []
        self.removed: list[tuple[MeasureCount, ...]] = []
        self.tallies: Tallies = {}

    def add(self, contribution: CellContribution, times: Literal[1, -1] = 1) -> None:
        """Add a contribution, or take it away with `times` -1."""
        (self.added if times == 1 else self.removed).append(contribution.counts)
        if contribution.tally is not None:
            self.tallies[contribution.tally] = self.tallies.get(contribution.tally, 0) + times

    def only(self) -> tuple[MeasureCount, ...] | None:
        """The counts of a single contribution that is no tally's; None when there is more to it."""
        return self.added[0] if len(self.added) == 1 and not self.removed and not self.tallies else None


def counted(deltas: Collection[Delta]) -> Iterable[tuple[MeasureCount, int]]:
    """What is to be added, each count with how often; negative where more is taken away."""
    added = list(chain.from_iterable(delta.added for delta in deltas))
    removed = list(chain.from_iterable(delta.removed for delta in deltas))
    if len(added) <= _FEW and not removed:
        return zip(chain.from_iterable(added), repeat(1))
    counts = Counter(chain.from_iterable(added))
    counts.subtract(chain.from_iterable(removed))
    return counts.items()


class Deltas:
    """What is to be added to the cells, by family of shards and place."""

    __slots__ = ("_by_family",)

    def __init__(self) -> None:
        self._by_family: dict[str, dict[CellCoordinates, Delta]] = {}

    def add(self, family: str, contribution: CellContribution, times: Literal[1, -1] = 1) -> None:
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


def _by_bucket(places: Mapping[CellCoordinates, Delta]) -> Mapping[tuple[str, str, str, Bucket], list[Delta]]:
    found: dict[tuple[str, str, str, Bucket], list[Delta]] = {}
    for (service, channel, touchpoint, buckets), delta in places.items():
        for bucket in buckets:
            key = (service, channel, touchpoint, bucket)
            if (known := found.get(key)) is None:
                found[key] = [delta]
            else:
                known.append(delta)
    return found


def shard_of(family: str, slot: int) -> str:
    """The shard of a slot. Tallies have one for all slots: only in one row can it be seen that they add up to none."""
    return f"{family}{0 if family == TALLIES else slot}"
