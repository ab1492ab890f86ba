"""Intervals against published examples, and what must hold for all of them."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metrics_worker.formulas.distributions import (
    Z,
    binomial_at_most,
    incomplete_beta,
    poisson_at_most,
    student_quantile,
    student_two_sided,
)
from metrics_worker.formulas.intervals import (
    adjusted_wald_nps,
    normal_mean,
    poisson_interval,
    poisson_ratio,
    quantile_ranks,
    sample_variance,
    scale_mean,
    wilson_interval,
)

SIZES = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, "Two-sided confidence intervals for the single proportion"
        (15, 148, 0.0624, 0.1605),  # the same
        (0, 20, 0.0, 0.1611),  # the same
        (1, 29, 0.0061, 0.1718),  # the same
        (10, 10, 0.7225, 1.0),
    ],
)
def test_wilson_gives_the_published_interval(part, whole, low, high):
    assert wilson_interval(part, whole) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_wilson_holds_its_proportion_and_is_never_empty(whole, ratio):
    part = round(whole * ratio)
    low, high = wilson_interval(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    assert low < high


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (0, 0.0, 3.6889),  # Garwood 1936
        (1, 0.0253, 5.5716),
        (5, 1.6235, 11.6683),
        (10, 4.7954, 18.3904),
        (100, 81.3640, 121.6268),
    ],
)
def test_small_counts_have_garwoods_exact_interval(count, low, high):
    assert poisson_interval(count) == pytest.approx((low, high), abs=5e-5)


def test_large_counts_continue_where_exact_ones_end():
    exact_width = [poisson_interval(100)[0] - 100, poisson_interval(100)[1] - 100]
    next_width = [poisson_interval(101)[0] - 101, poisson_interval(101)[1] - 101]
    assert next_width == pytest.approx(exact_width, abs=0.15)
    assert poisson_interval(1000) == pytest.approx((938.97, 1063.97), abs=0.05)


@given(st.integers(0, 10**12))
def test_a_count_lies_in_its_interval(count):
    low, high = poisson_interval(count)
    assert 0 <= low <= count < high


@given(SIZES, SIZES, SIZES)
def test_a_net_promoter_score_lies_in_its_interval_on_the_scale(promoters, passives, detractors):
    n = promoters + passives + detractors
    assume(n)
    low, high = adjusted_wald_nps(promoters, passives, detractors)
    assert -100 <= low <= 100 * (promoters - detractors) / n <= high <= 100
    assert low < high


def test_ten_promoters_of_ten_are_not_certain():
    # by hand: 10.75 promoters and 0.75 detractors of 13; 76.92 ± 1.96 · 41.63
    low, high = adjusted_wald_nps(10, 0, 0)
    assert low == pytest.approx(76.923 - Z * 15.010, abs=0.01)
    assert high == 100


def test_a_score_mirrors_when_promoters_and_detractors_change_places():
    low, high = adjusted_wald_nps(12, 5, 3)
    assert adjusted_wald_nps(3, 5, 12) == pytest.approx((-high, -low))


def test_equal_answers_never_give_a_mean_without_width():
    assert scale_mean(5.0, 0.0, 200, range(1, 6)) == pytest.approx((1 + 4 * 0.98115, 5.0), abs=1e-4)
    low, high = scale_mean(3.0, None, 1, range(1, 6))
    assert (low, high) == pytest.approx((1.2187, 4.7813), abs=1e-3)
    assert normal_mean(20.0, None, 1) == normal_mean(20.0, 0.0, 9) == (None, None)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60))
def test_a_mean_on_a_scale_lies_in_its_interval_on_the_scale(answers):
    mean = sum(answers) / len(answers)
    variance = sample_variance([(float(answer), 1) for answer in answers], mean)
    low, high = scale_mean(mean, variance, len(answers), range(1, 6))
    assert 1 <= low <= mean <= high <= 5
    assert low < high


@pytest.mark.parametrize(
    ("n", "p", "ranks"),
    [
        (5, "0.5", (None, None)),
        (6, "0.5", (1, 6)),  # coverage 0.96875
        (10, "0.5", (2, 9)),  # coverage 0.9785
        (20, "0.5", (6, 15)),  # coverage 0.9586
        (100, "0.5", (40, 61)),  # coverage 0.9648
        (10, "0.9", (7, None)),
        (10_000, "0.5", (4903, 5098)),
    ],
)
def test_ranks_around_a_quantile(n, p, ranks):
    assert quantile_ranks(n, Fraction(p)) == ranks


@given(st.integers(1, 5000), st.integers(1, 99))
def test_ranks_around_a_quantile_hold_its_nearest_rank(n, hundredths):
    p = Fraction(hundredths, 100)
    nearest = -(-n * hundredths // 100)
    low, high = quantile_ranks(n, p)
    assert low is None or 1 <= low <= nearest
    assert high is None or nearest <= high <= n


def test_a_ratio_of_counts_has_the_odds_of_wilson():
    low, high = poisson_ratio(20, 10)
    part = wilson_interval(20, 30)
    assert (low, high) == pytest.approx((part[0] / (1 - part[0]), part[1] / (1 - part[1])))
    assert poisson_ratio(0, 0) == (None, None)
    assert poisson_ratio(3, 0)[1] is None


@pytest.mark.parametrize(
    ("df", "t"),
    [(1, 12.7062), (2, 4.3027), (5, 2.5706), (10, 2.2281), (29, 2.0452), (30, 2.0423), (100, 1.9840), (1e7, 1.9600)],
)
def test_students_quantile_is_the_tabled_one(df, t):
    assert student_quantile(df) == pytest.approx(t, abs=5e-5)
    assert student_two_sided(student_quantile(df), df) == pytest.approx(0.05, abs=1e-6)


def test_distributions_agree_with_their_sums():
    assert incomplete_beta(2, 3, 0.4) == pytest.approx(0.5248)  # Σ C(4,j) 0.4^j 0.6^(4-j), j = 2..4
    assert binomial_at_most(2, 10, 0.5) == pytest.approx(56 / 1024)
    assert (binomial_at_most(-1, 10, 0.5), binomial_at_most(10, 10, 0.5)) == (0, 1)
    assert poisson_at_most(1, 1.0) == pytest.approx(2 / 2.718281828459045)
    assert poisson_at_most(3, 0.0) == 1
