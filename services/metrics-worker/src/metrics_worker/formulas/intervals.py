"""95 % intervals of single figures: each holds its value, and an end that the counts cannot tell is None."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, sqrt
from typing import Final, TypeAlias

from metrics_worker.formulas.distributions import TAIL, Z, binomial_at_most, bisect_root, poisson_at_most

Bounds: TypeAlias = tuple[float | None, float | None]
UNBOUNDED: Final = (None, None)
_EXACT_COUNTS: Final = 100
_EXACT_RANKS: Final = 1000


def wilson_interval(part: float, whole: float) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927): real also when `part` is none or all of `whole` > 0."""
    p, z2 = part / whole, Z * Z
    centre = p + z2 / (2 * whole)
    reach = Z * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    grown = 1 + z2 / whole
    return max(0.0, min((centre - reach) / grown, p)), min(1.0, max((centre + reach) / grown, p))


def sample_variance(values: Sequence[tuple[float, int]], mean: float) -> float | None:
    """The variance of values, each (value, how often), about their mean; None for less than two."""
    n = sum(often for _, often in values)
    return sum(often * (value - mean) ** 2 for value, often in values) / (n - 1) if n > 1 else None


def normal_mean(mean: float, variance: float | None, n: int) -> Bounds:
    """The normal interval of a mean; none without spread: equal values say nothing of how others would differ."""
    if not variance:
        return UNBOUNDED
    reach = Z * sqrt(variance / n)
    return mean - reach, mean + reach


def scale_mean(mean: float, variance: float | None, n: int, points: range) -> Bounds:
    """The normal interval of a mean on a scale, kept on it.

    Where all n answers are equal it is Wilson's, as if every answer were at one of the scale's ends: the widest
    that the scale allows, so that one answer, or twenty equal ones, never look sure.
    """
    lowest, highest = points[0], points[-1]
    low, high = normal_mean(mean, variance, n)
    if low is None or high is None:
        reach = highest - lowest
        low, high = (lowest + reach * end for end in wilson_interval(n * (mean - lowest) / reach, n))
    return max(low, lowest), min(high, highest)


def adjusted_wald_nps(promoters: int, passives: int, detractors: int) -> tuple[float, float]:
    """The interval of a net promoter score, with ¾ promoter, 1½ passives and ¾ detractor added (Rocks 2016)."""
    n = promoters + passives + detractors
    grown = n + 3
    up, down = (promoters + 0.75) / grown, (detractors + 0.75) / grown
    reach = Z * sqrt((up + down - (up - down) ** 2) / grown)
    score = (promoters - detractors) / n
    low, high = min(up - down - reach, score), max(up - down + reach, score)
    return 100 * max(low, -1.0), 100 * min(high, 1.0)


@lru_cache(maxsize=4096)
def poisson_interval(count: int) -> tuple[float, float]:
    """The interval of a count: exact (Garwood 1936) up to 100, above by Byar's approximation (Breslow and Day 1987)."""
    if count <= _EXACT_COUNTS:
        return _garwood_bounds(count)
    low = count * (1 - 1 / (9 * count) - Z / (3 * sqrt(count))) ** 3
    more = count + 1
    return low, more * (1 - 1 / (9 * more) + Z / (3 * sqrt(more))) ** 3


def _garwood_bounds(count: int) -> tuple[float, float]:
    far = count + 10 * sqrt(count) + 10
    high = bisect_root(lambda mean: poisson_at_most(count, mean) <= TAIL, count, far)
    if not count:
        return 0.0, high
    return bisect_root(lambda mean: 1 - poisson_at_most(count - 1, mean) >= TAIL, 0.0, count), high


def poisson_ratio(one: int, other: int) -> Bounds:
    """The interval of the ratio of two independent counts, given their sum: the odds of a Wilson interval."""
    if one + other <= 0 or one < 0 or other < 0:
        return UNBOUNDED
    low, high = wilson_interval(one, one + other)
    return low / (1 - low), (high / (1 - high) if high < 1 else None)


@lru_cache(maxsize=4096)
def quantile_ranks(n: int, p: Fraction) -> tuple[int | None, int | None]:
    """The ranks, from 1 to n, of the order statistics around a quantile (Conover 1999, §3.2); None beyond the sample.

    Exact by the binomial distribution up to 1,000 values, by the normal one above.
    """
    low, high = _exact_ranks(n, float(p)) if n <= _EXACT_RANKS else _normal_ranks(n, float(p))
    return (low if low >= 1 else None), (high if high <= n else None)


def _exact_ranks(n: int, p: float) -> tuple[int, int]:
    """The highest rank that lies above the quantile, and the lowest below it, with a chance of at most 2.5 % each."""

    def at_most(k: int) -> float:
        return binomial_at_most(k, n, p)

    ranks = range(n + 1)
    return bisect_right(ranks, TAIL, key=at_most), bisect_left(ranks, 1 - TAIL, key=at_most) + 1


def _normal_ranks(n: int, p: float) -> tuple[int, int]:
    reach = Z * sqrt(n * p * (1 - p))
    return ceil(n * p - reach), ceil(n * p + reach)
