"""Bins of durations, money and gaps."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundings.kernel.histogram_bins import (
    DURATION_BINS,
    DURATION_EDGES,
    FINE_UNITS,
    LONGEST_S,
    MONEY_BINS,
    MONEY_EDGES,
    ROUND_THRESHOLDS_S,
    duration_bin,
    duration_value,
    gap_bin,
    is_duration_bin,
    is_edge,
    is_gap_edge,
    is_money_bin,
    money_bin,
    money_value,
    to_milliseconds,
)

DURATIONS = st.integers(0, LONGEST_S * 1000) | st.integers(0, 200_000) | st.sampled_from(DURATION_EDGES)
AMOUNTS = st.integers(-(10**15), 10**15) | st.integers(-300, 300)


@pytest.mark.parametrize(
    ("ms", "name"),
    [(0, "0"), (1, "1"), (1000, "1"), (1001, "2"), (20_000, "20"), (20_001, "21"), (100_000, "100"), (100_001, "102")],
)
def test_a_duration_bin_holds_its_upper_edge_and_not_its_lower_one(ms, name):
    assert duration_bin(ms) == name


def test_every_whole_second_to_100_and_every_round_threshold_is_an_edge():
    assert DURATION_EDGES[:101] == tuple(range(101))
    assert all(is_edge(threshold) for threshold in ROUND_THRESHOLDS_S)
    assert not any(map(is_edge, (0.5, 101, 119, -1, float("inf"))))


@pytest.mark.parametrize("edges", [DURATION_EDGES, MONEY_EDGES])
def test_edges_rise_by_at_most_two_per_cent(edges):
    assert all(lower < upper and upper * 100 <= lower * 102 for lower, upper in pairwise(edges[FINE_UNITS:]))


def test_edges_reach_further_than_any_two_instants_lie_apart():
    assert DURATION_EDGES[-1] >= 10_000 * 365 * 86_400
    assert duration_bin(10**18) == DURATION_BINS[-1]


@given(DURATIONS)
def test_a_duration_lies_in_its_bin_and_within_one_per_cent_of_its_value(ms):
    name = duration_bin(ms)
    index = DURATION_BINS.index(name)
    assert ms <= DURATION_EDGES[index] * 1000
    assert index == 0 or ms > DURATION_EDGES[index - 1] * 1000
    if ms > 100_000:
        assert duration_value(name) == pytest.approx(ms / 1000, rel=0.01)
    elif ms % 1000 == 0:
        assert duration_value(name) == ms / 1000


@given(AMOUNTS)
def test_a_refund_has_the_mirrored_bin_of_a_payment(minor):
    name = money_bin(minor)
    assert name in MONEY_BINS
    assert is_money_bin(name)
    assert money_value(name) == -money_value(money_bin(-minor))
    assert money_value(name) == pytest.approx(minor, rel=0.01)


def test_money_bins_ascend():
    values = [money_value(name) for name in MONEY_BINS]
    assert values == sorted(set(values))
    assert not is_money_bin("-0")
    assert not is_money_bin("101")


@pytest.mark.parametrize(
    ("ms", "name"),
    [
        (None, "none"),
        (0, "0"),
        (1, "1"),
        (3_600_000, "1"),
        (3_600_001, "2"),
        (72 * 3_600_000, "72"),
        (72 * 3_600_000 + 1, "96"),
        (7 * 86_400_000, "168"),
        (7 * 86_400_000 + 1, "192"),
    ],
)
def test_a_gap_is_named_by_its_upper_edge_in_hours(ms, name):
    assert gap_bin(ms) == name
    assert name == "none" or is_gap_edge(int(name))


def test_gaps_above_three_days_are_cut_by_the_day():
    assert is_gap_edge(72)
    assert is_gap_edge(96)
    assert not is_gap_edge(73)
    assert not is_gap_edge(-24)


@pytest.mark.parametrize("of", [duration_bin, gap_bin])
def test_nothing_lasts_less_than_no_time(of):
    with pytest.raises(ValueError, match="negative"):
        of(-1)


def test_seconds_become_whole_milliseconds():
    assert to_milliseconds(0.0196) == 20
    assert to_milliseconds(12) == 12_000


def test_only_edges_name_duration_bins():
    assert is_duration_bin("120")
    assert not is_duration_bin("119")
    assert not is_duration_bin("20.0")
