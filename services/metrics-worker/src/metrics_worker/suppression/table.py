"""What a decision about hiding is made from: an agency's counts of one measure, and the agency's rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

CellGrain = Literal["month", "quarter", "year"]

LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 5, 30


class TableCell(NamedTuple):
    """A place in the table. `start` is the first day of a local month, `YYYY-MM-01`.

    The grains `quarter` and `year` (fiscal) are for tallies that came at that grain; everything else is in months.
    """

    service: str
    channel: str
    grain: CellGrain
    start: str


@dataclass(frozen=True, slots=True)
class SuppressionTable:
    """The counts of one agency and one measure: whole calendar years, and every tally that reaches into them.

    `cells` is n on the measure's own count; absent and 0 are the same. `departments` gives, for each service, every
    department whose figures include it (the nearest one, and those above it if they sum it too). `bins` is the
    distribution of each cell; only strict rules read it.
    """

    cells: Mapping[TableCell, int]
    departments: Mapping[str, tuple[str, ...]]
    bins: Mapping[TableCell, Mapping[str, int]] = field(default_factory=dict[TableCell, Mapping[str, int]])


@dataclass(frozen=True, slots=True)
class SuppressionRules:
    """An agency's rules: figures from 1 to `threshold` - 1 are not published; 0 is shown.

    `fiscal_month` is the month in which its fiscal year starts. `strict` also protects a small bin of the
    distribution, and a bin that holds all but a few. `effort` bounds the memory and time of one year's decision (a
    count of small steps, a million being about a second): above it dimensions are dropped.
    """

    threshold: int = 11
    fiscal_month: int = 1
    strict: bool = False
    effort: int = 5_000_000

    def __post_init__(self) -> None:
        if not LOWEST_THRESHOLD <= self.threshold <= HIGHEST_THRESHOLD:
            raise ValueError(f"threshold {self.threshold} is not in {LOWEST_THRESHOLD}..{HIGHEST_THRESHOLD}")
        if not 1 <= self.fiscal_month <= 12:  # noqa: PLR2004 - months of a year
            raise ValueError(f"fiscal_month {self.fiscal_month} is not a month")

    def is_small(self, n: int) -> bool:
        return 0 < n < self.threshold

    def is_sensitive(self, n: int, bins: Mapping[str, int]) -> bool:
        """Whether a figure is sensitive by rule 1: n (when strict also a bin, or its complement) is too small."""
        if self.is_small(n):
            return True
        return self.strict and any(self.is_small(count) or self.is_small(n - count) for count in bins.values())
