"""Counts: what the cells of one measure add up to, the only thing that a formula ever reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from soundings.kernel.histogram_bins import NONE, UNKNOWN
from soundings.kernel.scales import UNITS, MeasureScale

_WITHOUT_VALUE = frozenset({UNKNOWN, NONE})


@dataclass(frozen=True, slots=True)
class BinCounts:
    """Bin → (n, total in milliseconds or minor units) of one measure in versions of one scale.

    A bin that is there with 0 was counted as zero; no bins at all means that nothing was counted.
    """

    scale: MeasureScale
    bins: Mapping[str, tuple[int, int]]

    @classmethod
    def from_cells(cls, scale: MeasureScale, cells: Iterable[tuple[str, int, int]]) -> Self:
        """The sum of cells, each (bin, n, total)."""
        bins: dict[str, tuple[int, int]] = {}
        for name, n, total in cells:
            known = bins.get(name)
            bins[name] = (known[0] + n, known[1] + total) if known else (n, total)
        return cls(scale, bins)

    def __add__(self, other: Self) -> Self:
        """Both together; ValueError across scales, whose answers never add up."""
        if other.scale is not self.scale:
            raise ValueError(f"{self.scale.value} and {other.scale.value} do not add up")
        cells = (*self.bins.items(), *other.bins.items())
        return self.from_cells(self.scale, ((name, n, total) for name, (n, total) in cells))

    @property
    def is_present(self) -> bool:
        """Whether anything was counted, be it zero."""
        return bool(self.bins)

    @property
    def unit_count(self) -> int:
        """How many units were counted: of list values the bin `*`, else all bins."""
        if UNITS in self.bins:
            return self.bins[UNITS][0]
        return sum(n for n, _ in self.bins.values())

    def total_count(self, *names: str) -> int:
        """How many are in these bins."""
        return sum(self.bins[name][0] for name in names if name in self.bins)

    def count_within(self, edge: int) -> int:
        """How many have a value of at most `edge`, in the unit of the bins' names; exact where it is a bin edge."""
        return sum(n for name, n, _ in self.valued_counts() if int(name) <= edge)

    def valued_counts(self) -> list[tuple[str, int, int]]:
        """The bins that have a value, each (bin, n, total): not unknown waits, not gaps that never ended."""
        return [(name, n, total) for name, (n, total) in self.bins.items() if name not in _WITHOUT_VALUE]
