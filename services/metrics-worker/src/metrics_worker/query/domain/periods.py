"""The slots of an answer: one for each bucket of the range, or one for all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from metrics_worker.query.domain.metric_query import CompareMode, MetricQuery
from metrics_worker.query.errors import invalid_parameter
from soundings.kernel.agency_calendar import HOUR_MS, AgencyCalendar, CalendarHour, QueryInterval

MOST_ROWS: Final = 10_000
_DAY: Final = timedelta(days=1)
_SHORTEST_DAYS: Final = {
    QueryInterval.DAY: 1,
    QueryInterval.WEEK: 7,
    QueryInterval.MONTH: 28,
    QueryInterval.QUARTER: 89,
}


@dataclass(frozen=True, slots=True)
class PeriodSlot:
    """A bucket: the local dates from ``start`` to before ``end``, of which those before ``until`` count.

    An hour is a slot with ``hour``, its first instant; its dates are those that it touches.
    """

    bucket: str | None
    start: date
    end: date
    until: date
    partial: bool = False
    hour: int | None = None


def slots_of(
    question: MetricQuery, calendar: AgencyCalendar, matured_before: date | None = None
) -> tuple[PeriodSlot, ...]:
    """The slots in order of time; Refused when they are too many. Days from ``matured_before`` on do not count."""
    start, end = question.start, question.end
    if question.interval is None:
        slots: tuple[PeriodSlot, ...] = (PeriodSlot(None, start, end, end),)
    elif question.interval is QueryInterval.HOUR:
        _check_row_limit((end - start).days * 24)
        slots = tuple(_of_hour(hour, calendar) for hour in calendar.hours_between(start, end))
    else:
        _check_row_limit((end - start).days // _SHORTEST_DAYS.get(question.interval, 365))
        periods = calendar.periods_between(start, end, question.interval)
        slots = tuple(PeriodSlot(one.bucket, one.start, one.end, one.end, one.partial) for one in periods)
    return slots if matured_before is None else tuple(_matured_slot(slot, matured_before) for slot in slots)


def _of_hour(hour: CalendarHour, calendar: AgencyCalendar) -> PeriodSlot:
    first = calendar.local_date(hour.start_ms)
    last = calendar.local_date(hour.start_ms + HOUR_MS - 1)
    return PeriodSlot(hour.bucket, first, last + _DAY, last + _DAY, hour.partial, hour.start_ms)


def _matured_slot(slot: PeriodSlot, before: date) -> PeriodSlot:
    until = slot.start if slot.hour is not None and slot.end > before else max(slot.start, min(slot.end, before))
    return replace(slot, until=until)


def _check_row_limit(rows: int) -> None:
    if rows > MOST_ROWS:
        raise invalid_parameter(
            "interval", "too_many_rows", f"the range has {rows} buckets; at most {MOST_ROWS} are answered"
        )


def bases_of(slots: Sequence[PeriodSlot], question: MetricQuery, calendar: AgencyCalendar) -> tuple[PeriodSlot, ...]:
    """For each slot the one it is compared with; Refused for hours and before the calendar's first year."""
    if question.compare is None:
        return ()
    if question.interval is QueryInterval.HOUR:
        raise invalid_parameter("compare", "not_applicable", "hours are not compared; use day or longer")
    earlier = calendar.previous_range if question.compare is CompareMode.PREVIOUS else calendar.year_ago
    try:
        return tuple(_base_slot(slot, earlier) for slot in slots)
    except (ValueError, OverflowError) as error:
        raise invalid_parameter("compare", "out_of_range", "there is no calendar so early") from error


def _base_slot(slot: PeriodSlot, earlier: Callable[[date, date], tuple[date, date]]) -> PeriodSlot:
    """As much of the earlier bucket counts as does of the slot's own, so that young days are not compared with old."""
    start, end = earlier(slot.start, slot.end)
    until = end if slot.until == slot.end else max(start, min(end, start + (slot.until - slot.start)))
    return PeriodSlot(slot.bucket, start, end, until, slot.partial)


def lanes_of(slots: Sequence[PeriodSlot]) -> tuple[tuple[int, ...], ...]:
    """The slots by number, in as few lanes as it takes for none to overlap another in its lane."""
    lanes: list[list[int]] = []
    for number in sorted(range(len(slots)), key=lambda number: (slots[number].start, slots[number].end)):
        for lane in lanes:
            if slots[lane[-1]].end <= slots[number].start:
                lane.append(number)
                break
        else:
            lanes.append([number])
    return tuple(map(tuple, lanes))
