"""Plans: every instant of a range is covered exactly once by the coarsest cells that fit."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics_worker.query.domain.grain_plan import GrainSpan, timeline_of
from metrics_worker.query.domain.metric_query import MetricQuery, parse_metric_query
from metrics_worker.query.domain.periods import bases_of, lanes_of, slots_of
from soundings.kernel.agency_calendar import HOUR_MS, AgencyCalendar, QueryInterval, hour_bucket
from soundings.kernel.errors import InvalidInput
from soundings.kernel.vocabulary import CellGrain
from soundings.testing.hypothesis_profile import example_count

ZONES = ("UTC", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia", "Europe/London")
DAY = timedelta(days=1)

calendars = st.builds(AgencyCalendar, st.sampled_from(ZONES), st.integers(1, 12).map("{:02}-01".format))
starts = st.dates(date(2010, 1, 1), date(2013, 12, 31))
date_intervals = st.sampled_from([None, *(one for one in QueryInterval if one is not QueryInterval.HOUR)])


def question(start: date, end: date, interval: QueryInterval | None = None, **more: str) -> MetricQuery:
    asked = {"measure": "satisfaction", "from": start.isoformat(), "to": end.isoformat(), **more}
    return parse_metric_query("mean.v1", asked | ({"interval": interval.value} if interval else {}))


def cells(span: GrainSpan, calendar: AgencyCalendar) -> list[str]:
    """Every cell of a span by its bucket."""
    first, after = date.fromisoformat(span.first), date.fromisoformat(span.after)
    found: list[str] = []
    while first < after:
        assert calendar.first_of_grain(first, CellGrain(span.grain)) == first
        found.append(first.isoformat())
        first = calendar.next_of_grain(first, CellGrain(span.grain))
    return found


@given(calendars, starts, st.integers(1, 900), date_intervals)
@settings(max_examples=example_count(300), deadline=None)
def test_every_day_of_a_range_is_counted_once_and_in_its_bucket(calendar, start, length, interval):
    slots = slots_of(question(start, start + length * DAY, interval), calendar)
    timeline = timeline_of(slots, calendar)
    counted: Counter[tuple[int, date]] = Counter()
    for span in timeline.grain_spans():
        if span.tallies:
            continue
        for bucket in cells(span, calendar):
            place = timeline.place_bucket(span.grain, bucket)
            assert place.slot is not None
            at = date.fromisoformat(bucket)
            after = calendar.next_of_grain(at, CellGrain(span.grain))
            while at < after:
                counted[place.slot, at] += 1
                at += DAY
    lengths = [(slot.end - slot.start).days for slot in slots]
    want = {(number, slot.start + at * DAY) for number, slot in enumerate(slots) for at in range(lengths[number])}
    assert set(counted) == want
    assert set(counted.values()) == {1}
    assert sum(lengths) == length


@given(calendars, starts, st.integers(1, 900), date_intervals)
@settings(max_examples=example_count(300), deadline=None)
def test_a_total_counts_where_it_fits_and_is_cut_where_it_only_overlaps(calendar, start, length, interval):
    slots = slots_of(question(start, start + length * DAY, interval), calendar)
    timeline = timeline_of(slots, calendar)
    read = Counter((span.grain, bucket) for span in timeline.grain_spans() for bucket in cells(span, calendar))
    assert set(read.values()) == {1}
    for grain in (CellGrain.MONTH, CellGrain.QUARTER, CellGrain.YEAR):
        at = calendar.first_of_grain(start - 400 * DAY, grain)
        while at < start + (length + 400) * DAY:
            after = calendar.next_of_grain(at, grain)
            place = timeline.place_bucket(grain.value, at.isoformat())
            fits = [number for number, slot in enumerate(slots) if slot.start <= at and after <= slot.end]
            overlaps = [number for number, slot in enumerate(slots) if slot.start < after and at < slot.end]
            assert ([place.slot] if place.slot is not None else []) == fits
            assert list(place.cut) == ([] if fits else overlaps)
            if overlaps:
                assert (grain.value, at.isoformat()) in read
            at = after


@given(calendars, starts, st.integers(1, 900), date_intervals)
@settings(max_examples=example_count(200), deadline=None)
def test_the_tallies_of_every_day_of_a_cut_month_are_read(calendar, start, length, interval):
    timeline = timeline_of(slots_of(question(start, start + length * DAY, interval), calendar), calendar)
    spans = timeline.grain_spans()
    days = {bucket for span in spans if span.grain == "day" for bucket in cells(span, calendar)}
    for span in spans:
        if span.grain == "month" and span.tallies:
            month = GrainSpan("day", span.first, span.after)
            assert days.issuperset(cells(month, calendar))


@given(calendars, starts, st.integers(1, 12))
@settings(max_examples=example_count(200), deadline=None)
def test_every_hour_of_a_range_is_one_bucket_also_when_clocks_change(calendar, start, length):
    end = start + length * DAY
    slots = slots_of(question(start, end, QueryInterval.HOUR), calendar)
    low, high = calendar.utc_span(start, end)
    want = [hour_bucket(at) for at in range(low // HOUR_MS * HOUR_MS, high, HOUR_MS)]
    assert [slot.bucket for slot in slots] == want
    if not slots:
        return  # a date that the zone skipped
    timeline = timeline_of(slots, calendar)
    assert timeline.grain_spans()[0] == GrainSpan(
        "hour", want[0], hour_bucket(high - 1 - (high - 1) % HOUR_MS + HOUR_MS)
    )
    for number, bucket in enumerate(want):
        assert timeline.place_bucket("hour", bucket).slot == number
    for number, slot in enumerate(slots):
        assert number in timeline.place_bucket("day", calendar.local_date(slot.hour or 0).isoformat()).cut
        assert slot.hour is not None


@given(calendars, starts, st.integers(1, 500), date_intervals, st.sampled_from(["previous", "year_ago"]))
@settings(max_examples=example_count(200), deadline=None)
def test_every_bucket_has_a_base_and_lanes_never_overlap(calendar, start, length, interval, compare):
    asked = question(start, start + length * DAY, interval, compare=compare)
    slots = slots_of(asked, calendar)
    bases = bases_of(slots, asked, calendar)
    assert len(bases) == len(slots)
    lanes = lanes_of(bases)
    assert sorted(number for lane in lanes for number in lane) == list(range(len(bases)))
    for lane in lanes:
        for one, other in pairwise(lane):
            assert bases[one].end <= bases[other].start


def test_a_year_and_a_week_are_read_as_one_run_of_months_and_its_days():
    calendar = AgencyCalendar("America/New_York", "10-01")
    slots = slots_of(question(date(2024, 1, 30), date(2025, 2, 5)), calendar)
    assert timeline_of(slots, calendar).grain_spans() == (
        GrainSpan("month", "2024-02-01", "2025-02-01"),
        GrainSpan("day", "2024-01-30", "2024-02-01"),
        GrainSpan("day", "2025-02-01", "2025-02-05"),
        GrainSpan("month", "2024-01-01", "2024-02-01", tallies=True),
        GrainSpan("month", "2025-02-01", "2025-03-01", tallies=True),
        GrainSpan("day", "2024-01-01", "2024-01-30", tallies=True),
        GrainSpan("day", "2025-02-05", "2025-03-01", tallies=True),
        GrainSpan("quarter", "2024-01-01", "2025-02-05", tallies=True),
        GrainSpan("year", "2023-10-01", "2025-02-05", tallies=True),
    )


def test_a_series_of_days_is_read_in_one_span_of_days():
    calendar = AgencyCalendar("UTC")
    slots = slots_of(question(date(2024, 1, 1), date(2024, 4, 1), QueryInterval.DAY), calendar)
    spans = timeline_of(slots, calendar).grain_spans()
    assert [span for span in spans if not span.tallies] == [GrainSpan("day", "2024-01-01", "2024-04-01")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"from": ""}, "from"),
        ({"to": "2024-13-01"}, "to"),
        ({"to": "20240301"}, "to"),
        ({"to": "2024-01-01"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"interval": "fortnight"}, "interval"),
        ({"interval": 3}, "interval"),
        ({"group_by": "service,planet"}, "group_by"),
        ({"group_by": "service,"}, "group_by"),
        ({"group_by": "service,service"}, "group_by"),
        ({"compare": "next"}, "compare"),
        ({"channel": "pigeon"}, "channel"),
        ({"version": "0"}, "version"),
        ({"version": 1.5}, "version"),
        ({"version": "one"}, "version"),
        ({"service": "x" * 201}, "service"),
        ({"measure": ""}, "measure"),
        ({"p": "0.9"}, "p"),
        ({"hours": "3"}, "hours"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(changed, field):
    good = {"measure": "satisfaction", "from": "2024-01-01", "to": "2024-02-01"}
    with pytest.raises(InvalidInput) as refusal:
        parse_metric_query("mean.v1", good | changed)
    assert [fault.field for fault in refusal.value.faults] == [field]


def test_a_range_of_too_many_buckets_is_refused():
    with pytest.raises(InvalidInput, match="interval"):
        slots_of(question(date(2000, 1, 1), date(2030, 1, 1), QueryInterval.DAY), AgencyCalendar("UTC"))


def test_hours_are_not_compared():
    asked = question(date(2024, 1, 1), date(2024, 1, 2), QueryInterval.HOUR, compare="previous")
    with pytest.raises(InvalidInput, match="compare"):
        bases_of(slots_of(asked, AgencyCalendar("UTC")), asked, AgencyCalendar("UTC"))
