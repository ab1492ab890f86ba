"""Adding up cells: what lies in each slot, for each group, under each need of the formula."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.formula import MeasureNeed
from metrics_worker.query.domain.grain_plan import DAY, MONTH, QueryTimeline, SlotPlacement
from soundings.kernel.histogram_bins import NONE, UNKNOWN
from soundings.kernel.scales import ALL, UNITS, MeasureScale, has_total, is_numeric, scale_bins

Group = tuple[str | None, ...]
Bins = Mapping[str, int | list[int]]
"""Bin → n, or [n, total]."""

_WITHOUT_AMOUNT: Final = frozenset({UNKNOWN, NONE})


@dataclass(slots=True)
class CellSum:
    """Bins added up: n by bin, and one exact total of them all, for nothing reads totals bin by bin."""

    bins: dict[str, int] = field(default_factory=dict[str, int])
    total: int = 0
    reported: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether what the rows held cancels out, and no tally says that it is 0."""
        return not self.reported and self.total == 0 and not any(self.bins.values())

    def add_bins(self, bins: Bins) -> None:
        """Add the bins of one more row."""
        known = self.bins
        for name, value in bins.items():
            if isinstance(value, int):
                known[name] = known.get(name, 0) + value
            else:
                known[name] = known.get(name, 0) + value[0]
                self.total += value[1]

    def bin_counts(self, scale: MeasureScale) -> BinCounts:
        """Convert to counts; the total goes to the first bin that has a value, since only such bins have amounts."""
        cells = {name: (n, 0) for name, n in self.bins.items()}
        if self.total:
            holder = next((name for name in cells if name not in _WITHOUT_AMOUNT), UNKNOWN)
            cells[holder] = (self.bins.get(holder, 0), self.total)
        return BinCounts(scale, cells)


class CellReading(NamedTuple):
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


class UnallocatedTally(NamedTuple):
    """Totals of a longer period that overlaps a slot without fitting in: they are in no finer cell."""

    measure: str
    grain: str
    bucket: str


class SumKey(NamedTuple):
    """The name of a sum: a need of the formula and a version of its measure."""

    need: str
    version: int


At = tuple[int, Group]
"""The number of a slot, and a group."""


@dataclass(slots=True)
class CellSums:
    """Everything that was read, added up by slot and group."""

    counted: dict[At, dict[SumKey, CellSum]] = field(default_factory=dict[At, dict[SumKey, CellSum]])
    left_out: dict[At, set[UnallocatedTally]] = field(default_factory=dict[At, set[UnallocatedTally]])

    @property
    def group_keys(self) -> frozenset[Group]:
        """The groups that anything was counted of, or left out."""
        return frozenset(group for _, group in (*self.counted, *self.left_out))

    def pooled_versions(self, need: str) -> frozenset[int]:
        """The versions that were counted under a need."""
        return frozenset(heap.version for heaps in self.counted.values() for heap in heaps if heap.need == need)


GroupOf = Callable[[str, str, str], Group]
"""The group of a service, channel and touchpoint."""


def add_up(
    lines: Iterable[CellReading], timeline: QueryTimeline, needs: Iterable[MeasureNeed], group_of: GroupOf
) -> CellSums:
    """The sums of all lines that fit, and which longer tallies do not."""
    sums = CellSums()
    wanted: dict[str, list[MeasureNeed]] = {}
    for need in needs:
        wanted.setdefault(need.measure, []).append(need)
    places: dict[tuple[str, str], SlotPlacement] = {}
    groups: dict[tuple[str, str, str], Group] = {}
    tallies = _TallySums()
    for line in lines:
        when, where = (line.grain, line.bucket), (line.service, line.channel, line.touchpoint)
        place = places.get(when) or places.setdefault(when, timeline.place_bucket(*when))
        group = groups.get(where)
        if group is None:
            group = groups[where] = group_of(*where)
        if place.slot is not None:
            heaps = sums.counted.setdefault((place.slot, group), {})
            for need in wanted[line.measure]:
                if need.channels is None or line.channel in need.channels:
                    heap = SumKey(need.key, line.version)
                    pile = heaps.get(heap) or heaps.setdefault(heap, CellSum())
                    pile.add_bins(line.bins)
                    pile.reported |= line.tally
        if line.tally:
            tallies.add_line(line, group)
    for (grain, bucket), group, measure in tallies.in_no_finer_cell():
        for slot in timeline.place_bucket(grain, bucket).cut:
            sums.left_out.setdefault((slot, group), set()).add(UnallocatedTally(measure, grain, bucket))
    _leave_out_nothing(sums)
    return sums


def _leave_out_nothing(sums: CellSums) -> None:
    """Rows of several workers may cancel out; then it is as if nothing had ever come."""
    for at, heaps in list(sums.counted.items()):
        for heap in [heap for heap, sum_ in heaps.items() if sum_.is_nothing]:
            del heaps[heap]
        if not heaps:
            del sums.counted[at]


class _SumPlace(NamedTuple):
    month: str
    group: Group
    service: str
    channel: str
    touchpoint: str
    measure: str
    version: int


class _TallySums:
    """Tallies by grain. The cell of a month holds those of its days too; what is left without them came as a month."""

    def __init__(self) -> None:
        self._found: set[tuple[tuple[str, str], Group, str]] = set()
        self._months: dict[_SumPlace, CellSum] = {}
        self._of_month: dict[_SumPlace, CellSum] = {}

    def add_line(self, line: CellReading, group: Group) -> None:
        if line.grain != MONTH:
            self._found.add(((line.grain, line.bucket), group, line.measure))
        if line.grain in {DAY, MONTH}:
            month = line.bucket[:8] + "01"
            where = _SumPlace(month, group, line.service, line.channel, line.touchpoint, line.measure, line.version)
            months = self._months if line.grain == MONTH else self._of_month
            months.setdefault(where, CellSum()).add_bins(line.bins)

    def in_no_finer_cell(self) -> Iterable[tuple[tuple[str, str], Group, str]]:
        """When, of which group and measure: days, quarters, years, and months that came as months."""
        yield from self._found
        for where, whole in self._months.items():
            if self._of_month.get(where) != whole:
                yield (MONTH, where.month), where.group, where.measure


def counts_of(
    heaps: Mapping[SumKey, CellSum], need: MeasureNeed, scale: MeasureScale, versions: frozenset[int]
) -> BinCounts:
    """The counts of a need over some versions of one scale; a reported zero has a bin with 0."""
    sums = [sum_ for version in sorted(versions) if (sum_ := heaps.get(SumKey(need.key, version))) is not None]
    counts = (
        sum((one.bin_counts(scale) for one in sums[1:]), sums[0].bin_counts(scale)) if sums else BinCounts(scale, {})
    )
    return BinCounts(scale, {_zero_bin(scale): (0, 0)}) if sums and not counts.bins else counts


def _zero_bin(scale: MeasureScale) -> str:
    if is_numeric(scale):
        return scale_bins(scale)[0]
    if has_total(scale):
        return "0"
    return UNITS if scale is MeasureScale.CATEGORY else ALL
