"""An agency's calendar: its time zone and fiscal year, and the buckets of time that they make.

A bucket is named by its first day, an hour by its UTC instant. A quarter is the agency's fiscal quarter. A local day
begins at its first instant, which is not midnight where clocks skip it, and ends where the next one begins: it may last
23, 25 or 0 hours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from soundings.kernel.clock import epoch_ms
from soundings.kernel.vocabulary import CellGrain

HOUR_MS: Final = 3_600_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAY: Final = timedelta(days=1)
_KEPT_HOURS: Final = 100_000
"""About eleven years of hours, or 10 MB; a fold over more starts again with an empty memory."""
_FISCAL_START: Final = re.compile(r"(0[1-9]|1[0-2])-01")
FIRST_YEAR: Final = 2
LAST_YEAR: Final = 9998
"""Instants of other years have no local date in every zone."""


class QueryInterval(StrEnum):
    """The buckets of an answer. `year` is the calendar year."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"


@dataclass(frozen=True, slots=True)
class CalendarPeriod:
    """One bucket of a range of local dates: the part of it from `start` to before `end` that lies in the range."""

    bucket: str
    start: date
    end: date
    partial: bool


@dataclass(frozen=True, slots=True)
class CalendarHour:
    """One UTC hour that a range of local dates touches; `partial` when a zone's offset lets the range cut it."""

    bucket: str
    start_ms: int
    partial: bool


_GRAIN_INTERVALS: Final = {
    CellGrain.DAY: QueryInterval.DAY,
    CellGrain.MONTH: QueryInterval.MONTH,
    CellGrain.QUARTER: QueryInterval.QUARTER,
    CellGrain.YEAR: QueryInterval.FISCAL_YEAR,
}
_MONTHS: Final = {
    QueryInterval.MONTH: 1,
    QueryInterval.QUARTER: 3,
    QueryInterval.YEAR: 12,
    QueryInterval.FISCAL_YEAR: 12,
}
_WHOLE: Final = (QueryInterval.FISCAL_YEAR, QueryInterval.YEAR, QueryInterval.QUARTER, QueryInterval.MONTH)


class AgencyCalendar:
    """The days, months, fiscal quarters and years of one agency. `calendar_of` keeps one for each set of rules."""

    __slots__ = ("_fiscal_month", "_hours", "fiscal_year_start", "time_zone", "zone")

    def __init__(self, time_zone: str, fiscal_year_start: str = "01-01") -> None:
        """`fiscal_year_start` is MM-01; ValueError names what is wrong with either."""
        if not _FISCAL_START.fullmatch(fiscal_year_start):
            raise ValueError(f"fiscal_year_start must be the first of a month as MM-01, not {fiscal_year_start!r}")
        self.zone: Final = _zone_info(time_zone)
        self.time_zone: Final = time_zone
        self.fiscal_year_start: Final = fiscal_year_start
        self._fiscal_month = int(fiscal_year_start[:2])
        self._hours: dict[int, tuple[str, str, str] | None] = {}

    # Instants, in milliseconds since 1970 UTC

    def buckets_of(self, ms: int) -> tuple[str, str, str]:
        """The hour, local day and local month of an instant; remembered per hour, for the fold."""
        hour = ms // HOUR_MS
        try:
            known = self._hours[hour]
        except KeyError:
            known = self._cache_hour(hour)
        return known or self._compute_buckets(ms)

    def utc_hour(self, ms: int) -> str:
        return self.buckets_of(ms)[0]

    def local_day(self, ms: int) -> str:
        return self.buckets_of(ms)[1]

    def local_month(self, ms: int) -> str:
        return self.buckets_of(ms)[2]

    def local_date(self, ms: int) -> date:
        """The local date of an instant; ValueError outside the years 2 to 9998."""
        return self._local_datetime(ms).date()

    def start_of_day(self, day: date) -> int:
        """The first instant of a local date; of a date that the zone skipped, that of the next one."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        early = epoch_ms(midnight)
        if self._local_datetime(early).replace(tzinfo=None) == midnight.replace(tzinfo=None):
            return early
        return self._end_of_gap(epoch_ms(midnight.replace(fold=1)), early)

    def utc_span(self, start: date, end: date) -> tuple[int, int]:
        """The instants from the beginning of `start` to before the beginning of `end`."""
        return self.start_of_day(start), self.start_of_day(end)

    # Local dates

    def first_of(self, day: date, interval: QueryInterval) -> date:
        """The first day of the bucket that holds a date (an hour has none of its own: the date itself)."""
        if interval is QueryInterval.WEEK:
            return day - timedelta(days=day.weekday())
        months = _MONTHS.get(interval)
        if months is None:
            return day
        first = 1 if interval is QueryInterval.YEAR else self._fiscal_month
        return _add_months(day.replace(day=1), -((day.month - first) % months))

    def first_of_grain(self, day: date, grain: CellGrain) -> date:
        """The first day of the cell that holds a date; quarter and year are fiscal."""
        return self.first_of(day, _GRAIN_INTERVALS[grain])

    def next_of(self, first: date, interval: QueryInterval) -> date:
        """The first day of the bucket after the one that begins on `first`."""
        months = _MONTHS.get(interval)
        if months is not None:
            return _add_months(first, months)
        return first + timedelta(days=7 if interval is QueryInterval.WEEK else 1)

    def next_of_grain(self, first: date, grain: CellGrain) -> date:
        """The first day of the cell after the one that begins on `first`."""
        return self.next_of(first, _GRAIN_INTERVALS[grain])

    def periods_between(self, start: date, end: date, interval: QueryInterval) -> tuple[CalendarPeriod, ...]:
        """Every bucket that the dates from `start` to before `end` touch, ascending; those they cut are partial.

        ValueError for hours, which are not made of dates: see `hours`.
        """
        if interval is QueryInterval.HOUR:
            raise ValueError("hours are not made of whole dates")
        found: list[CalendarPeriod] = []
        first = self.first_of(start, interval)
        while first < end:
            after = self.next_of(first, interval)
            found.append(
                CalendarPeriod(first.isoformat(), max(first, start), min(after, end), first < start or after > end)
            )
            first = after
        return tuple(found)

    def hours_between(self, start: date, end: date) -> tuple[CalendarHour, ...]:
        """Every UTC hour that the dates from `start` to before `end` touch, ascending."""
        low, high = self.utc_span(start, end)
        firsts = range(low // HOUR_MS * HOUR_MS, high, HOUR_MS) if low < high else ()
        return tuple(CalendarHour(hour_bucket(at), at, at < low or at + HOUR_MS > high) for at in firsts)

    def is_series(self, start: date, end: date, interval: QueryInterval) -> bool:
        """Whether the dates from `start` to before `end` are one or several whole buckets."""
        return start < end and self.first_of(start, interval) == start and self.first_of(end, interval) == end

    def whole_periods(self, start: date, end: date) -> frozenset[QueryInterval]:
        """Which of month, quarter, year and fiscal year the dates from `start` to before `end` are a series of."""
        return frozenset(interval for interval in _WHOLE if self.is_series(start, end, interval))

    def single_period(self, start: date, end: date) -> QueryInterval | None:
        """What the dates from `start` to before `end` are exactly one of: month, quarter, year or fiscal year."""
        for interval in _WHOLE:
            if self.first_of(start, interval) == start and self.next_of(start, interval) == end:
                return interval
        return None

    def previous_range(self, start: date, end: date) -> tuple[date, date]:
        """The range just before, as long: whole months before whole months, else as many days."""
        if self.is_series(start, end, QueryInterval.MONTH):
            return _add_months(start, -_months_between(start, end)), start
        return start - (end - start), start

    def year_ago(self, start: date, end: date) -> tuple[date, date]:
        """The same dates a year earlier; for 29 February, 28 February."""
        return _year_before(start), _add_months(end, -12) if end.day == 1 else _year_before(end - _DAY) + _DAY

    # Within

    def _cache_hour(self, hour: int) -> tuple[str, str, str] | None:
        """One answer for a whole hour, or None for an hour in which the local date or the offset changes."""
        if len(self._hours) >= _KEPT_HOURS:
            self._hours.clear()
        first, last = self._local_datetime(hour * HOUR_MS), self._local_datetime((hour + 1) * HOUR_MS - 1)
        steady = first.date() == last.date() and first.utcoffset() == last.utcoffset()
        known = self._hours[hour] = self._compute_buckets(hour * HOUR_MS) if steady else None
        return known

    def _compute_buckets(self, ms: int) -> tuple[str, str, str]:
        day = self._local_datetime(ms).date().isoformat()
        return hour_bucket(ms), day, f"{day[:8]}01"

    def _local_datetime(self, ms: int) -> datetime:
        return _utc_datetime(ms).astimezone(self.zone)

    def _end_of_gap(self, before: int, after: int) -> int:
        """The instant between two at which the clocks jump; offsets change at whole seconds."""
        jumped = self._local_datetime(after).utcoffset()

        def has_jumped(second: int) -> bool:
            return self._local_datetime(second * 1000).utcoffset() == jumped

        return _first_where(before // 1000, after // 1000, has_jumped) * 1000


@lru_cache(maxsize=1024)
def calendar_of(time_zone: str, fiscal_year_start: str = "01-01") -> AgencyCalendar:
    """The one calendar of a zone and fiscal year in this process; ValueError names what is wrong with either."""
    return AgencyCalendar(time_zone, fiscal_year_start)


def hour_bucket(ms: int) -> str:
    """The UTC hour of an instant, as `2018-05-01T13:00:00Z`."""
    return f"{_utc_datetime(ms).replace(tzinfo=None).isoformat()[:13]}:00:00Z"


def _zone_info(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


def _utc_datetime(ms: int) -> datetime:
    try:
        at = _EPOCH + ms * _MILLISECOND
    except OverflowError as error:
        raise ValueError("an instant outside the calendar") from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError("an instant outside the calendar")
    return at


def _first_where(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The least number in (low, high] for which something holds, given that it holds from there on and at `high`."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _add_months(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
