"""An answer: what was asked, as of when, and one row for each bucket and group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics_worker.formulas.figures import Figure
from metrics_worker.formulas.significance import Change
from metrics_worker.query.domain.metric_query import MetricQuery
from metrics_worker.query.domain.periods import Slot
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
class Compared:
    """A change against the dates from ``start`` to before ``end``; figures are None where there was none to compare."""

    start: date
    end: date
    value: float | None
    n: int | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``figure`` is None where it is hidden, or where only totals of longer periods are known."""

    group: Mapping[str, str | None]
    slot: Slot
    status: str
    figure: Figure | None
    left_out: tuple[UnallocatedTally, ...] = ()
    compared: Compared | None = None


@dataclass(frozen=True, slots=True)
class MetricResult:
    """The rows in order of bucket and group, with the versions that were pooled."""

    question: MetricQuery
    time_zone: str
    versions: tuple[int, ...]
    as_of: AsOf
    rows: tuple[Row, ...]


def row_of(group: Mapping[str, str | None], slot: Slot, figure: Figure, left_out: tuple[UnallocatedTally, ...]) -> Row:
    """The row of a figure; without any count, tallies that were left out make it ``coarser_only``."""
    if left_out and figure.status == "no_data":
        return Row(group, slot, COARSER_ONLY, None, left_out)
    return Row(group, slot, figure.status.value, figure, left_out)


def order_of(group: Group) -> tuple[tuple[bool, str], ...]:
    """Groups by name, those without one last."""
    return tuple((part is None, part or "") for part in group)
