"""Adding up cells: what lies in each slot, for each group, under each need of the formula."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from metrics_worker.formulas.counts import Counts
from metrics_worker.formulas.formula import Need
from metrics_worker.query.domain.timeline import DAY, MONTH, Place, Timeline
from soundings.kernel.scales import ALL, UNITS, Scale, has_total, is_numeric, scale_bins

Group = tuple[str | None, ...]
Bins = Mapping[str, int | list[int]]
"""Bin → n, or [n, total]."""
Sum = dict[str, list[int]]
"""Bin → [n, total]."""


class Line(NamedTuple):
    """What one row of cells holds of one measure in one version. ``tally``: fed by tallies only."""

    grain: str
    bucket: str
    service: str
    channel: str
    touchpoint: str
    tally: bool
    measure: str
    version: int
    bins: Bins


class LeftOut(NamedTuple):
    """Totals of a longer period that overlaps a slot without fitting in: they are in no finer cell."""

    measure: str
    grain: str
    bucket: str


class Heap(NamedTuple):
    """The name of a sum: a need of the formula and a version of its measure."""

    need: str
    version: int


@dataclass(slots=True)
class Sums:
    """Everything that was read, added up by slot and group."""

    counted: dict[tuple[int, Group], dict[Heap, Sum]] = field(default_factory=dict)
    left_out: dict[tuple[int, Group], set[LeftOut]] = field(default_factory=dict)

    @property
    def groups(self) -> frozenset[Group]:
        """The groups that anything was counted of, or left out."""
        return frozenset(group for _, group in (*self.counted, *self.left_out))

    def versions(self, need: str) -> frozenset[int]:
        """The versions that were counted under a need."""
        return frozenset(heap.version for heaps in self.counted.values() for heap in heaps if heap.need == need)


GroupOf = Callable[[str, str, str], Group]
"""The group of a service, channel and touchpoint."""


def add_up(lines: Iterable[Line], timeline: Timeline, needs: Iterable[Need], group_of: GroupOf) -> Sums:
    """The sums of all lines that fit, and which longer tallies do not."""
    sums = Sums()
    wanted: dict[str, list[Need]] = {}
    for need in needs:
        wanted.setdefault(need.measure, []).append(need)
    places: dict[tuple[str, str], Place] = {}
    groups: dict[tuple[str, str, str], Group] = {}
    tallies = _Tallies()
    for line in lines:
        when, where = (line.grain, line.bucket), (line.service, line.channel, line.touchpoint)
        place = places.get(when) or places.setdefault(when, timeline.place(*when))
        group = groups.get(where)
        if group is None:
            group = groups[where] = group_of(*where)
        if place.slot is not None:
            heaps = sums.counted.setdefault((place.slot, group), {})
            for need in wanted[line.measure]:
                if need.channels is None or line.channel in need.channels:
                    pile(heaps.setdefault(Heap(need.key, line.version), {}), line.bins)
        if line.tally:
            tallies.take(line, group)
    for (grain, bucket), group, measure in tallies.in_no_finer_cell():
        for slot in timeline.place(grain, bucket).cut:
            sums.left_out.setdefault((slot, group), set()).add(LeftOut(measure, grain, bucket))
    return sums


def pile(sum_: Sum, bins: Bins) -> None:
    """Add bins to a sum."""
    for name, value in bins.items():
        n, total = (value, 0) if isinstance(value, int) else value
        known = sum_.get(name)
        if known is None:
            sum_[name] = [n, total]
        else:
            known[0] += n
            known[1] += total


class _Where(NamedTuple):
    month: str
    group: Group
    service: str
    channel: str
    touchpoint: str
    measure: str
    version: int


class _Tallies:
    """Tallies by grain. The cell of a month holds those of its days too; what is left without them came as a month."""

    def __init__(self) -> None:
        self._found: set[tuple[tuple[str, str], Group, str]] = set()
        self._months: dict[_Where, Sum] = {}
        self._of_month: dict[_Where, Sum] = {}

    def take(self, line: Line, group: Group) -> None:
        if line.grain != MONTH:
            self._found.add(((line.grain, line.bucket), group, line.measure))
        if line.grain in {DAY, MONTH}:
            month = line.bucket[:8] + "01"
            where = _Where(month, group, line.service, line.channel, line.touchpoint, line.measure, line.version)
            months = self._months if line.grain == MONTH else self._of_month
            pile(months.setdefault(where, {}), line.bins)

    def in_no_finer_cell(self) -> Iterable[tuple[tuple[str, str], Group, str]]:
        """When, of which group and measure: days, quarters, years, and months that came as months."""
        yield from self._found
        for where, whole in self._months.items():
            days = self._of_month.get(where)
            if days is None or any(days.get(name, _ZERO) != sum_ for name, sum_ in whole.items()):
                yield (MONTH, where.month), where.group, where.measure


_ZERO: Final = [0, 0]


def counts_of(heaps: Mapping[Heap, Sum], need: Need, scale: Scale, versions: frozenset[int]) -> Counts:
    """The counts of a need over some versions of one scale; a reported zero has a bin with 0."""
    bins: Sum = {}
    reported = False
    for version in versions:
        sum_ = heaps.get(Heap(need.key, version))
        if sum_ is not None:
            reported = True
            pile(bins, sum_)
    if reported and not bins:
        bins = {_zero_bin(scale): [0, 0]}
    return Counts(scale, {name: (n, total) for name, (n, total) in bins.items()})


def _zero_bin(scale: Scale) -> str:
    if is_numeric(scale):
        return scale_bins(scale)[0]
    if has_total(scale):
        return "0"
    return UNITS if scale is Scale.CATEGORY else ALL
