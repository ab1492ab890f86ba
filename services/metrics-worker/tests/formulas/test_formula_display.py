"""Rounding from exact integers."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics_worker.formulas import rounding


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (rounding.mean_text(201, 200), "1.01"),  # 1.005, which a float would show as 1.00
        (rounding.mean_text(401, 100), "4.01"),
        (rounding.mean_text(0, 7), "0.00"),
        (rounding.mean_text(-250, 100), "-2.50"),
        (rounding.percent_text(821, 1000), "82.1 %"),
        (rounding.percent_text(8205, 10000), "82.1 %"),
        (rounding.percent_text(2, 3), "66.7 %"),
        (rounding.percent_text(0, 3), "0.0 %"),
        (rounding.percent_text(3, 3), "100.0 %"),
        (rounding.signed_text(1225, 100), "+12.3"),
        (rounding.signed_text(-1225, 100), "-12.3"),
        (rounding.signed_text(0, 5), "0.0"),
        (rounding.signed_text(-4, 100), "0.0"),
        (rounding.signed_text(5, 100), "+0.1"),
        (rounding.integer_text(4.0), "4"),
        (rounding.integer_text(1234.5), "1235"),
    ],
)
def test_ties_go_away_from_zero(text, shown):
    assert text == shown


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 2, 4, 5, 8, 10, 16, 100, 1000]))
def test_rounding_agrees_with_decimal_arithmetic(numerator, denominator):
    exact = (Decimal(numerator) / denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(rounding.round_half_up(numerator, denominator, 2)) == exact
