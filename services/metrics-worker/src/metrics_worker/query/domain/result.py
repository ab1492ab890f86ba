"""An answer: what was asked, as of when, and one row for each bucket and group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics_worker.formulas.figures import MetricFigure
from metrics_worker.formulas.significance import ChangeCase
from metrics_worker.query.domain.metric_query import MetricQuery
from metrics_worker.query.domain.periods import PeriodSlot
from metrics_worker.query.domain.summation import Group, UnallocatedTally

SUPPRESSED = "suppressed"
COARSER_ONLY = "coarser_only"


@dataclass(frozen=True, slots=True)
class AsOf:
    """How much the cells held: ``through`` in epoch milliseconds; None where nothing is known."""

    through: int | None
    lag_events: int | None
    generation: int
    parked_events: int = 0


@dataclass(frozen=True, slots=True)
class ComparedChange:
    """A change against the dates from ``start`` to before ``end``; figures are None where there was none to compare."""

    start: date
    end: date
    value: float | None
    n: int | None
    change: ChangeCase | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One figure. ``figure`` is None where it is hidden, or where only totals of longer periods are known."""

    group: Mapping[str, str | None]
    slot: PeriodSlot
    status: str
    figure: MetricFigure | None
    left_out: tuple[UnallocatedTally, ...] = ()
    compared: ComparedChange | None = None


@dataclass(frozen=True, slots=True)
class MetricResult:
    """The rows in order of bucket and group, with the versions that were pooled."""

    question: MetricQuery
    time_zone: str
    versions: tuple[int, ...]
    as_of: AsOf
    rows: tuple[ResultRow, ...]


def row_of(
    group: Mapping[str, str | None], slot: PeriodSlot, figure: MetricFigure, left_out: tuple[UnallocatedTally, ...]
) -> ResultRow:
    """The row of a figure; without any count, tallies that were left out make it ``coarser_only``."""
    if left_out and figure.status == "no_data":
        return ResultRow(group, slot, COARSER_ONLY, None, left_out)
    return ResultRow(group, slot, figure.status.value, figure, left_out)


def order_of(group: Group) -> tuple[tuple[bool, str], ...]:
    """Groups by name, those without one last."""
    return tuple((part is None, part or "") for part in group)
