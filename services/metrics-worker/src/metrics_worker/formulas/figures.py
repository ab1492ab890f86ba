"""Figures: what a formula answers, and the ways to make one from exact sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metrics_worker.formulas import rounding
from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.intervals import (
    UNBOUNDED,
    Bounds,
    normal_mean,
    sample_variance,
    scale_mean,
    wilson_interval,
)
from soundings.kernel.histogram_bins import duration_value, money_value
from soundings.kernel.scales import UNITS, MeasureScale, is_numeric, scale_bins, scale_points

FEW: Final = 30
"""A figure of fewer units is shown as `low_n`."""


class FigureStatus(StrEnum):
    """Why a figure is there or not. Formulas give the first four; who asks for figures decides the others."""

    OK = "ok"
    LOW_N = "low_n"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"
    SUPPRESSED = "suppressed"
    COARSER_ONLY = "coarser_only"


@dataclass(frozen=True, slots=True)
class MetricFigure:
    """One figure of a metric. `value`, `low` and `high` are null unless the status is ok or low_n.

    `n` is the denominator. Proportions have `numerator`; means have `sum` (exact; points, seconds or minor units) and
    `variance` (of single values, for tests of a change). `label` is a remark for the reader.
    """

    status: FigureStatus
    n: int = 0
    value: float | None = None
    numerator: int | None = None
    sum: float | None = None
    low: float | None = None
    high: float | None = None
    display: str | None = None
    distribution: Mapping[str, int] | None = None
    variance: float | None = None
    label: str | None = None


def status_of(n: int) -> FigureStatus:
    """`low_n` for a figure of fewer than 30 units."""
    return FigureStatus.OK if n >= FEW else FigureStatus.LOW_N


def empty_figure(*, counted: bool, label: str | None = None) -> MetricFigure:
    """The figure where nothing was counted, or where what was counted came to zero and cannot be divided by."""
    return MetricFigure(FigureStatus.NOT_APPLICABLE if counted else FigureStatus.NO_DATA, label=label)


def bin_distribution(counts: BinCounts) -> dict[str, int] | None:
    """Bin → n of a scale (every bin, zero included) or of categories (those counted); none for durations and money."""
    if is_numeric(counts.scale):
        return {name: counts.total_count(name) for name in scale_bins(counts.scale)}
    if counts.scale is MeasureScale.CATEGORY:
        return {name: n for name, (n, _) in sorted(counts.bins.items()) if name != UNITS}
    return None


def proportion_figure(part: int, whole: int, of: BinCounts, *, spread: Mapping[str, int] | None = None) -> MetricFigure:
    """`part` of `whole`, with Wilson's interval. `of` are the counts of the whole, `spread` their distribution.

    Totals from different systems may contradict each other: a part above its whole is shown as it is, without interval.
    """
    if whole <= 0:
        return empty_figure(counted=of.is_present)
    low, high = wilson_interval(part, whole) if 0 <= part <= whole else UNBOUNDED
    return MetricFigure(
        status=status_of(whole),
        n=whole,
        value=part / whole,
        numerator=part,
        low=low,
        high=high,
        display=rounding.percent_text(part, whole),
        distribution=spread,
    )


def mean_figure(counts: BinCounts) -> MetricFigure:
    """The mean of a numeric scale, a duration or an amount of money; what has no value stays out of it."""
    return _mean_of_points(counts) if is_numeric(counts.scale) else _mean_of_amounts(counts)


def _mean_of_points(counts: BinCounts) -> MetricFigure:
    points = scale_points(counts.scale)
    values = [(float(point), counts.total_count(str(point))) for point in points]
    n = sum(often for _, often in values)
    if n <= 0:
        return empty_figure(counted=counts.is_present)
    total = sum(point * counts.total_count(str(point)) for point in points)
    variance = sample_variance(values, total / n)
    bounds = scale_mean(total / n, variance, n, points)
    return _mean_from_sums(total, n, 1, bounds=bounds, variance=variance, spread=bin_distribution(counts))


def _mean_of_amounts(counts: BinCounts) -> MetricFigure:
    known = counts.valued_counts()
    n = sum(often for _, often, _ in known)
    if n <= 0:
        return empty_figure(counted=counts.is_present)
    total = sum(amount for _, _, amount in known)
    unit, value_of = (1000, duration_value) if counts.scale is MeasureScale.DURATION else (1, money_value)
    average = total / (unit * n)
    values = [(value_of(name), often) for name, often, _ in known if often > 0]
    variance = sample_variance(values, average) if len(values) > 1 else None
    low, high = normal_mean(average, variance, n)
    if low is not None and counts.scale is MeasureScale.DURATION:
        low = max(low, 0.0)
    return _mean_from_sums(total, n, unit, bounds=(low, high), variance=variance)


def _mean_from_sums(
    total: int,
    n: int,
    unit: int,
    *,
    bounds: Bounds,
    variance: float | None,
    spread: Mapping[str, int] | None = None,
) -> MetricFigure:
    """`total` is in parts of which `unit` make one of the unit shown (milliseconds: 1000)."""
    return MetricFigure(
        status=status_of(n),
        n=n,
        value=total / (unit * n),
        sum=total // unit if total % unit == 0 else total / unit,
        low=bounds[0],
        high=bounds[1],
        display=rounding.mean_text(total, unit * n),
        distribution=spread,
        variance=variance,
    )
