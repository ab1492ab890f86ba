"""Calendars: buckets at boundary instants, on clock-change days, and for fiscal years."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundings.kernel.agency_calendar import AgencyCalendar, QueryInterval, calendar_of, hour_bucket
from soundings.kernel.clock import epoch_ms
from soundings.kernel.vocabulary import CellGrain

PACIFIC = "America/Los_Angeles"
ZONES = st.sampled_from(
    [
        PACIFIC,
        "America/Sao_Paulo",  # skipped midnights until 2018
        "America/St_Johns",  # changed at one minute past midnight until 2011
        "America/Havana",  # midnight happens twice
        "Pacific/Apia",  # skipped 30 December 2011
        "Australia/Lord_Howe",  # changes by half an hour
        "Asia/Kathmandu",
        "Asia/Beirut",
        "Africa/Monrovia",  # -00:44:30 until 1972
        "UTC",
    ]
)
DATES = st.dates(date(1965, 1, 1), date(2045, 12, 31))
INSTANTS = st.integers(epoch_ms(datetime(1960, 1, 1, tzinfo=UTC)), epoch_ms(datetime(2045, 1, 1, tzinfo=UTC)))
FISCAL = st.sampled_from(["01-01", "02-01", "04-01", "07-01", "10-01"])
BY_DATE = st.sampled_from([interval for interval in QueryInterval if interval is not QueryInterval.HOUR])


def ms(text):
    return epoch_ms(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("instant", "hour", "day", "month"),
    [
        ("2018-06-01T00:00:00-07:00", "2018-06-01T07:00:00Z", "2018-06-01", "2018-06-01"),
        ("2018-05-31T23:59:59.999-07:00", "2018-06-01T06:00:00Z", "2018-05-31", "2018-05-01"),
        ("2024-02-29T23:30:00-08:00", "2024-03-01T07:00:00Z", "2024-02-29", "2024-02-01"),
        ("2018-12-31T23:59:59-08:00", "2019-01-01T07:00:00Z", "2018-12-31", "2018-12-01"),
        ("1969-12-31T15:59:59-08:00", "1969-12-31T23:00:00Z", "1969-12-31", "1969-12-01"),
    ],
)
def test_an_instant_falls_in_its_local_day_and_month(instant, hour, day, month):
    calendar = calendar_of(PACIFIC)
    assert calendar.buckets_of(ms(instant)) == (hour, day, month)
    assert (calendar.utc_hour(ms(instant)), calendar.local_day(ms(instant))) == (hour, day)
    assert calendar.local_month(ms(instant)) == month


@given(ZONES, INSTANTS)
@example("America/St_Johns", epoch_ms(datetime(2010, 11, 7, 2, 30, 30, tzinfo=UTC)))
def test_the_remembered_day_is_the_real_one(zone, instant):
    real = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    calendar = calendar_of(zone)
    assert calendar.local_day(instant) == calendar.local_day(instant) == real.isoformat()
    assert calendar.local_month(instant) == real.replace(day=1).isoformat()


def test_a_minute_of_the_next_day_before_the_clocks_go_back_is_counted_there():
    calendar = calendar_of("America/St_Johns")
    assert calendar.local_day(ms("2010-11-07T02:30:30+00:00")) == "2010-11-07"
    assert calendar.local_day(ms("2010-11-07T02:31:30+00:00")) == "2010-11-06"
    assert calendar.local_day(ms("2010-11-07T03:30:00+00:00")) == "2010-11-07"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (PACIFIC, "2018-03-11", 23),
        (PACIFIC, "2018-11-04", 25),
        (PACIFIC, "2018-11-05", 24),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Havana", "2018-11-04", 25),
        ("Australia/Lord_Howe", "2018-10-07", 23.5),
        ("Pacific/Apia", "2011-12-30", 0),
        ("Pacific/Apia", "2011-12-31", 24),
        ("America/Toronto", "1919-03-30", 23.5),  # the clocks jumped from 23:30 to 00:30 of the 31st
        ("America/Toronto", "1919-03-31", 23.5),
    ],
)
def test_a_clock_change_day_has_its_own_length(zone, day, hours):
    first = date.fromisoformat(day)
    start, end = calendar_of(zone).utc_span(first, first + timedelta(days=1))
    assert (end - start) / 3_600_000 == hours


@given(ZONES, DATES)
def test_a_day_begins_at_the_first_instant_that_has_its_date(zone, day):
    calendar = calendar_of(zone)
    start = calendar.start_of_day(day)
    assert calendar.local_date(start - 1) < day <= calendar.local_date(start)
    assert calendar.start_of_day(day + timedelta(days=1)) >= start


@pytest.mark.parametrize(
    ("fiscal", "interval", "day", "first"),
    [
        ("07-01", "day", "2018-05-17", "2018-05-17"),
        ("07-01", "week", "2018-05-20", "2018-05-14"),
        ("07-01", "week", "2018-05-21", "2018-05-21"),
        ("07-01", "month", "2018-05-17", "2018-05-01"),
        ("07-01", "quarter", "2018-06-30", "2018-04-01"),
        ("07-01", "year", "2018-06-30", "2018-01-01"),
        ("07-01", "fiscal_year", "2018-06-30", "2017-07-01"),
        ("07-01", "fiscal_year", "2018-07-01", "2018-07-01"),
        ("10-01", "quarter", "2018-12-31", "2018-10-01"),  # US federal: Q1 is October to December
        ("10-01", "fiscal_year", "2018-09-30", "2017-10-01"),
        ("02-01", "quarter", "2018-01-31", "2017-11-01"),
        ("01-01", "fiscal_year", "2018-12-31", "2018-01-01"),
    ],
)
def test_a_date_falls_in_its_bucket(fiscal, interval, day, first):
    found = calendar_of(PACIFIC, fiscal).first_of(date.fromisoformat(day), QueryInterval(interval))
    assert found.isoformat() == first


def test_a_cells_year_and_quarter_are_fiscal():
    calendar = calendar_of(PACIFIC, "10-01")
    day = date(2019, 1, 15)
    firsts = {grain: calendar.first_of_grain(day, grain).isoformat() for grain in CellGrain}
    assert firsts == {"day": "2019-01-15", "month": "2019-01-01", "quarter": "2019-01-01", "year": "2018-10-01"}
    assert calendar.next_of_grain(date(2018, 10, 1), CellGrain.YEAR) == date(2019, 10, 1)


@given(FISCAL, BY_DATE, DATES, st.integers(1, 8000))
def test_buckets_tile_their_range(fiscal, interval, start, days):
    calendar = calendar_of(PACIFIC, fiscal)
    end = start + timedelta(days=days)
    periods = calendar.periods_between(start, end, interval)
    assert (periods[0].start, periods[-1].end) == (start, end)
    assert all(one.end == other.start and one.bucket < other.bucket for one, other in pairwise(periods))
    for period in periods:
        first = calendar.first_of(period.start, interval)
        assert period.bucket == first.isoformat()
        whole = (first, calendar.next_of(first, interval))
        assert period.partial == (whole != (period.start, period.end))
        assert calendar.first_of(period.end - timedelta(days=1), interval) == first


def test_an_empty_range_has_no_buckets():
    calendar = calendar_of(PACIFIC)
    assert calendar.periods_between(date(2018, 5, 1), date(2018, 5, 1), QueryInterval.DAY) == ()
    assert calendar.hours_between(date(2018, 5, 1), date(2018, 5, 1)) == ()


def test_a_clock_change_day_has_as_many_hours_as_it_lasts():
    hours = calendar_of(PACIFIC).hours_between(date(2018, 11, 4), date(2018, 11, 5))
    assert len(hours) == 25
    assert (hours[0].bucket, hours[-1].bucket) == ("2018-11-04T07:00:00Z", "2018-11-05T07:00:00Z")
    assert not any(hour.partial for hour in hours)


def test_a_half_hour_zone_cuts_its_first_and_last_hour():
    hours = calendar_of("Asia/Kolkata").hours_between(date(2018, 5, 1), date(2018, 5, 2))
    assert [hour.partial for hour in hours] == [True, *[False] * 23, True]
    assert hours[0].bucket == hour_bucket(hours[0].start_ms) == "2018-04-30T18:00:00Z"


def test_hours_are_not_made_of_dates():
    with pytest.raises(ValueError, match="hours"):
        calendar_of(PACIFIC).periods_between(date(2018, 5, 1), date(2018, 5, 2), QueryInterval.HOUR)


@pytest.mark.parametrize(
    ("start", "end", "single", "whole"),
    [
        ("2018-05-01", "2018-06-01", "month", {"month"}),
        ("2018-05-01", "2018-07-01", None, {"month"}),
        ("2018-04-01", "2018-07-01", "quarter", {"month", "quarter"}),
        ("2018-01-01", "2019-01-01", "year", {"month", "quarter", "year"}),
        ("2018-07-01", "2019-07-01", "fiscal_year", {"month", "quarter", "fiscal_year"}),
        ("2017-07-01", "2019-07-01", None, {"month", "quarter", "fiscal_year"}),
        ("2018-05-01", "2018-05-31", None, set()),
        ("2018-05-02", "2018-06-02", None, set()),
        ("2018-06-01", "2018-05-01", None, set()),
    ],
)
def test_whole_periods_are_recognised(start, end, single, whole):
    calendar = calendar_of(PACIFIC, "07-01")
    span = date.fromisoformat(start), date.fromisoformat(end)
    assert calendar.single_period(*span) == single
    assert calendar.whole_periods(*span) == whole


@pytest.mark.parametrize(
    ("start", "end", "previous", "year_ago"),
    [
        ("2018-03-01", "2018-04-01", ("2018-02-01", "2018-03-01"), ("2017-03-01", "2017-04-01")),
        ("2018-01-01", "2018-04-01", ("2017-10-01", "2018-01-01"), ("2017-01-01", "2017-04-01")),
        ("2018-05-14", "2018-05-21", ("2018-05-07", "2018-05-14"), ("2017-05-14", "2017-05-21")),
        ("2024-02-01", "2024-03-01", ("2024-01-01", "2024-02-01"), ("2023-02-01", "2023-03-01")),
        ("2025-02-01", "2025-03-01", ("2025-01-01", "2025-02-01"), ("2024-02-01", "2024-03-01")),
        ("2024-02-29", "2024-03-01", ("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
        ("2024-02-10", "2024-02-29", ("2024-01-22", "2024-02-10"), ("2023-02-10", "2023-03-01")),
    ],
)
def test_ranges_to_compare_with(start, end, previous, year_ago):
    calendar = calendar_of(PACIFIC)
    span = date.fromisoformat(start), date.fromisoformat(end)
    assert tuple(map(str, calendar.previous_range(*span))) == previous
    assert tuple(map(str, calendar.year_ago(*span))) == year_ago


@given(DATES, st.integers(1, 3000))
def test_a_range_a_year_ago_is_never_empty_and_ends_before(start, days):
    end = start + timedelta(days=days)
    low, high = calendar_of(PACIFIC).year_ago(start, end)
    assert low < high < end
    assert abs((high - low).days - days) <= 1


@pytest.mark.parametrize(
    ("zone", "fiscal"), [("Mars/Olympus", "01-01"), ("", "01-01"), (PACIFIC, "07-15"), (PACIFIC, "7-1")]
)
def test_a_wrong_rule_is_named(zone, fiscal):
    with pytest.raises(ValueError, match=r"time zone|fiscal_year_start"):
        calendar_of(zone, fiscal)


@pytest.mark.parametrize("instant", [-(10**17), 10**17, -62135596800000])
def test_an_instant_without_a_local_date_is_refused(instant):
    with pytest.raises(ValueError, match="outside"):
        calendar_of(PACIFIC).local_day(instant)


@pytest.mark.slow
def test_the_memory_of_hours_is_bounded():
    calendar = AgencyCalendar("UTC")
    for hour in range(100_010):
        calendar.buckets_of(hour * 3_600_000)
    assert calendar.local_day(0) == "1970-01-01"
    assert len(calendar._hours) < 100_000


def test_there_is_one_calendar_for_the_same_rules():
    assert calendar_of(PACIFIC, "07-01") is calendar_of(PACIFIC, "07-01")
