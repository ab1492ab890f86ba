"""Scales and the bins of answers."""

import pytest

from soundings.kernel.scales import (
    MeasureScale,
    allowed_scales,
    bin_of,
    has_total,
    is_numeric,
    point_bin,
    scale_bins,
    scale_points,
)


@pytest.mark.parametrize(("scale", "low", "high"), [("1-5", 1, 5), ("0-10", 0, 10), ("1-7", 1, 7), ("0-1", 0, 1)])
def test_a_numeric_scale_has_a_bin_for_every_point(scale, low, high):
    points = range(low, high + 1)
    assert scale_points(MeasureScale(scale)) == points
    assert scale_bins(MeasureScale(scale)) == tuple(map(str, points))
    assert [bin_of(MeasureScale(scale), point) for point in points] == [str(point) for point in points]
    assert is_numeric(MeasureScale(scale))


@pytest.mark.parametrize("scale", ["category", "count", "duration", "money"])
def test_other_scales_have_no_points(scale):
    assert not is_numeric(MeasureScale(scale))
    assert scale_bins(MeasureScale(scale)) == ()
    assert list(scale_points(MeasureScale(scale))) == []


@pytest.mark.parametrize(
    ("scale", "value"),
    [
        ("1-5", 0),
        ("1-5", 6),
        ("1-5", 2.5),
        ("1-5", True),
        ("1-5", "4"),
        ("0-10", 11),
        ("0-10", float("nan")),
        ("category", ""),
        ("category", 3),
        ("duration", 1.5),
        ("duration", -1),
        ("duration", True),
        ("duration", "20"),
        ("money", 0.5),
    ],
)
def test_a_value_off_its_scale_has_no_bin(scale, value):
    with pytest.raises(ValueError, match=r"not a value|negative"):
        bin_of(MeasureScale(scale), value)


def test_values_of_every_scale_find_their_bins():
    assert bin_of(MeasureScale.FIVE, 4.0) == "4"
    assert bin_of(MeasureScale.BINARY, value=True) == "1"
    assert bin_of(MeasureScale.CATEGORY, "leisure") == "leisure"
    assert bin_of(MeasureScale.COUNT, 1) == "all"
    assert bin_of(MeasureScale.DURATION, 19_001) == "20"
    assert bin_of(MeasureScale.MONEY, -250) == "-253"


def test_a_point_off_the_scale_is_none_without_an_error():
    assert point_bin(MeasureScale.FIVE, 9) is None
    assert point_bin(MeasureScale.FIVE, 3) == "3"


@pytest.mark.parametrize(
    ("question", "scales"),
    [
        ("likert", {"1-5"}),
        ("stars", {"1-5"}),
        ("thumbs", {"0-1"}),
        ("yes_no", {"0-1"}),
        ("nps", {"0-10"}),
        ("ces", {"1-7"}),
        ("dropdown", {"category"}),
        ("long_text", set()),
    ],
)
def test_a_question_feeds_only_measures_of_its_scale(question, scales):
    assert allowed_scales(question) == scales


def test_only_durations_and_money_have_a_total():
    assert {scale for scale in MeasureScale if has_total(scale)} == {"duration", "money"}
