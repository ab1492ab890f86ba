"""Changes: whether a figure really differs from an earlier one, tested on the difference."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt
from typing import Final

from metrics_worker.formulas.distributions import CONFIDENCE, Z, student_quantile, student_two_sided, two_sided
from metrics_worker.formulas.figures import MetricFigure

_LEVEL: Final = 1 - CONFIDENCE


class ChangeVerdict(StrEnum):
    """Which way the value went, whether that is good or bad."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_CHANGE = "no_clear_change"


@dataclass(frozen=True, slots=True)
class ChangeCase:
    """The difference of two figures, its 95 % interval, and the chance of one as large where nothing changed.

    Where no test is possible, interval and `p_value` are null and the verdict is `no_clear_change`.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    verdict: ChangeVerdict = ChangeVerdict.NO_CLEAR_CHANGE


def compare_figures(now: MetricFigure, before: MetricFigure) -> ChangeCase:
    """The change of one metric from one period, or group, to another; both figures are of the same formula and scale.

    Means are compared by Welch's test. All others by the square-and-add rule on their own intervals (Zou and Donner
    2008), which for proportions is Newcombe's interval (1998, method 10).
    """
    if now.value is None or before.value is None:
        return ChangeCase(None)
    difference = now.value - before.value
    if now.variance and before.variance:
        return _welch_test(difference, now.variance / now.n, before.variance / before.n, now.n, before.n)
    return _square_and_add(difference, now, before)


def _welch_test(difference: float, one: float, other: float, n: int, m: int) -> ChangeCase:
    """`one` and `other` are the squared standard errors of the two means (Welch 1947)."""
    error = sqrt(one + other)
    df = (one + other) ** 2 / (one * one / (n - 1) + other * other / (m - 1))
    reach = student_quantile(df) * error
    return _with_verdict(difference, difference - reach, difference + reach, student_two_sided(difference / error, df))


def _square_and_add(difference: float, now: MetricFigure, before: MetricFigure) -> ChangeCase:
    if now.value is None or before.value is None:
        return ChangeCase(None)
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return ChangeCase(difference)
    below = sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2)
    above = sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2)
    toward_zero = below if difference > 0 else above
    p_value = two_sided(Z * difference / toward_zero) if toward_zero else float(difference == 0)
    return _with_verdict(difference, difference - below, difference + above, p_value)


def _with_verdict(value: float, low: float, high: float, p_value: float) -> ChangeCase:
    verdict = ChangeVerdict.UP if low > 0 else ChangeVerdict.DOWN if high < 0 else ChangeVerdict.NO_CLEAR_CHANGE
    return ChangeCase(value, low, high, p_value, verdict)


def adjusted_p_values(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values adjusted for their number, in the order given (Benjamini and Hochberg 1995)."""
    adjusted = [1.0] * len(p_values)
    least = 1.0
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank in range(len(ranked), 0, -1):
        index = ranked[rank - 1]
        least = min(least, p_values[index] * len(ranked) / rank)
        adjusted[index] = least
    return tuple(adjusted)


def control_discoveries(changes: Sequence[ChangeCase]) -> tuple[ChangeCase, ...]:
    """The same changes, those of them called clear of which together at most 5 % are expected to be false."""
    tested = [one.p_value for one in changes if one.p_value is not None]
    adjusted = iter(adjusted_p_values(tested))
    return tuple(one if one.p_value is None else _with_adjusted_p(one, next(adjusted)) for one in changes)


def _with_adjusted_p(one: ChangeCase, adjusted: float) -> ChangeCase:
    return one if adjusted <= _LEVEL else replace(one, verdict=ChangeVerdict.NO_CLEAR_CHANGE)
