"""Responses, funnel events and tallies worked out by hand, after the rules for tallies and cells of the design."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics_worker.aggregation.contribution import CellContribution, CellCoordinates, MeasureCount, unit_buckets
from metrics_worker.aggregation.deltas import Delta, counted
from metrics_worker.aggregation.responses import (
    funnel_contribution,
    list_counts,
    response_contribution,
    score_count,
    unit_place,
)
from metrics_worker.aggregation.tallies import tally_buckets, tally_contribution
from metrics_worker.cells.counters import WideRow
from soundings.kernel.clock import epoch_ms
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import CellGrain

PLACE = CellCoordinates("permits", "website", "", (("day", "2018-05-01"),))


def test_a_response_counts_by_its_form_and_by_every_score():
    scores = tuple(map(score_count, [("q1", "satisfaction", 1, "1-5", 4), ("q2", "trust", 2, "0-1", 1)]))
    assert response_contribution(PLACE, "after-visit", scores).counts == (
        MeasureCount("responses@1", "after-visit"),
        MeasureCount("satisfaction@1", "4"),
        MeasureCount("trust@2", "1"),
    )


def test_a_list_of_codes_counts_each_code_and_the_response_once():
    scores = [("q", "barriers", 1, "category", code) for code in ("forms", "queue")]
    assert list(map(score_count, scores)) == [MeasureCount("barriers@1", "forms"), MeasureCount("barriers@1", "queue")]
    assert list_counts(scores, {"q"}) == (MeasureCount("barriers@1", "*"),)


@pytest.mark.parametrize(("scale", "value"), [("1-5", 6), ("1-5", 0), ("0-10", 11), ("category", 3), ("0-1", 2)])
def test_a_value_that_is_not_on_its_scale_cannot_be_counted(scale, value):
    with pytest.raises(ValueError, match="not a value of the scale"):
        score_count(("q", "m", 1, scale, value))


def test_the_last_millisecond_of_a_local_day_is_still_in_it():
    last = epoch_ms(datetime(2018, 5, 1, 3, 59, 59, 999_000, tzinfo=UTC))
    assert unit_buckets("America/New_York", last)[1:] == (("day", "2018-04-30"), ("month", "2018-04-01"))
    assert unit_buckets("America/New_York", last + 1)[1:] == (("day", "2018-05-01"), ("month", "2018-05-01"))


def test_an_unknown_time_zone_or_an_id_of_no_length_cannot_be_a_place():
    with pytest.raises(ValueError, match="time zone"):
        unit_place("permits", "website", "", "Mars/Olympus", 0)
    with pytest.raises(ValueError, match="id"):
        unit_place("", "website", "", "UTC", 0)


def test_a_form_that_was_shown_three_times():
    assert funnel_contribution(PLACE, "after-visit", "shown", 3).counts == (MeasureCount("shown@1", "after-visit", 3),)
    assert funnel_contribution(PLACE, "after-visit", "invited", 1).counts[0].measure == "invitations@1"


def test_a_day_tally_counts_in_its_day_and_month_and_coarser_ones_only_in_their_own():
    assert tally_buckets(CellGrain.DAY, date(2018, 5, 17)) == (("day", "2018-05-17"), ("month", "2018-05-01"))
    assert tally_buckets(CellGrain.MONTH, date(2018, 5, 1)) == (("month", "2018-05-01"),)
    assert tally_buckets(CellGrain.YEAR, date(2017, 10, 1)) == (("year", "2017-10-01"),)
    with pytest.raises(ValueError, match="does not begin"):
        tally_buckets(CellGrain.QUARTER, date(2018, 5, 2))


def test_a_tally_of_zeros_reports_its_measure_without_a_bin():
    zeros = tally_contribution(PLACE, "transactions", 1, MeasureScale.CATEGORY, {"completed": 0, "failed": 0}, None)
    assert (zeros.counts, zeros.tally) == ((), "transactions@1")


def test_the_total_of_a_tally_is_kept_once_in_milliseconds_and_never_at_what_is_unknown():
    bins = {"unknown": 3, "20": 5, "30": 0}
    waits = tally_contribution(PLACE, "wait_answered", 1, MeasureScale.DURATION, bins, 61.5)
    assert waits.counts == (
        MeasureCount("wait_answered@1", "20", 5, 61_500),
        MeasureCount("wait_answered@1", "unknown", 3, 0),
    )


@pytest.mark.parametrize(
    ("scale", "bins"),
    [
        (MeasureScale.FIVE, {"6": 1}),
        (MeasureScale.DURATION, {"101.5": 1}),
        (MeasureScale.COUNT, {"some": 1}),
        (MeasureScale.CATEGORY, {"": 1}),
    ],
)
def test_a_tally_with_a_bin_that_its_scale_does_not_have_is_refused(scale, bins):
    with pytest.raises(ValueError, match="not a bin"):
        tally_contribution(PLACE, "m", 1, scale, bins, 1)


COUNTS = st.lists(
    st.builds(
        MeasureCount,
        st.sampled_from(["a@1", "b@1"]),
        st.sampled_from(["1", "2"]),
        st.integers(1, 3),
        st.none() | st.integers(-2, 2),
    ),
    max_size=6,
)


@given(kept=COUNTS, gone=COUNTS)
def test_a_row_forgets_what_is_taken_away_as_if_it_had_never_been(kept, gone):
    row, plain = WideRow(), WideRow()
    for counts, times in ((kept, 1), (gone, 1)):
        row.add_counts(_delta(counts, times))
    text = row.dump_row()
    row = WideRow() if text is None else WideRow.load_row(*text)
    row.add_counts(_delta(gone, -1))
    plain.add_counts(_delta(kept, 1))
    assert row.dump_row() == plain.dump_row()


def _delta(counts, times):
    delta = Delta()
    delta.add(CellContribution(PLACE, tuple(counts)), times)
    return counted([delta])
