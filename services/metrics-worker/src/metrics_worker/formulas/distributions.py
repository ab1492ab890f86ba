"""The distributions behind the intervals: normal, Student's t, binomial and Poisson, from their definitions."""

from collections.abc import Callable
from functools import lru_cache
from math import exp, lgamma, log, log1p
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95
TAIL: Final = (1 - CONFIDENCE) / 2
Z: Final = NormalDist().inv_cdf(1 - TAIL)
"""1.95996…, the normal quantile of every 95 % interval here."""

_STEPS: Final = 200
_PRECISION: Final = 1e-15
_TINY: Final = 1e-300
_FAR: Final = 1e9
_MANY: Final = 30


def two_sided(z: float) -> float:
    """The chance that a standard normal variable lies further from 0 than z."""
    return 2 * NormalDist().cdf(-abs(z))


def student_two_sided(t: float, df: float) -> float:
    """The chance that Student's t with `df` degrees of freedom lies further from 0 than t."""
    return incomplete_beta(df / 2, 0.5, df / (df + t * t))


@lru_cache(maxsize=4096)
def student_quantile(df: float) -> float:
    """The t beyond which, on either side, 5 % lie together; from 30 degrees of freedom by its expansion (to 1e-7)."""
    if df >= _MANY:
        return _student_expansion(df)
    return bisect_root(lambda t: student_two_sided(t, df) <= 2 * TAIL, Z, _FAR)


def _student_expansion(df: float) -> float:
    """Four terms of the Cornish–Fisher expansion (Abramowitz and Stegun 26.7.5)."""
    z = Z
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / df + second / df**2 + third / df**3 + fourth / df**4


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22, by Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    return front * _beta_fraction(a, b, x)


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _away_from_zero(1 + step * d)
            c = _away_from_zero(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _away_from_zero(number: float) -> float:
    """Lentz's rule: never divide by nothing."""
    return number if abs(number) > _TINY else _TINY


def poisson_at_most(k: int, mean: float) -> float:
    """P(X ≤ k) for a Poisson variable; summed term by term, so for small k only."""
    if mean <= 0:
        return 1.0
    term = total = exp(-mean)
    for i in range(1, k + 1):
        term *= mean / i
        total += term
    return min(total, 1.0)


def binomial_at_most(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for a binomial variable, 0 < p < 1 (as an incomplete beta function, DLMF 8.17.5)."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else incomplete_beta(n - k, k + 1, 1 - p)


def bisect_root(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that fails at `low` begins to hold, to the last digit."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
