"""Which cells cover which slots: the coarsest grains that fit, every instant of a range exactly once."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple, Protocol

from metrics_worker.query.domain.date_ranges import Stretch, join_ranges, subtract_ranges
from metrics_worker.query.domain.periods import PeriodSlot
from soundings.kernel.agency_calendar import HOUR_MS, AgencyCalendar, QueryInterval, hour_bucket
from soundings.kernel.vocabulary import CellGrain

HOUR: Final = "hour"
DAY: Final = CellGrain.DAY.value
MONTH: Final = CellGrain.MONTH.value
_TOTALS: Final = (CellGrain.QUARTER, CellGrain.YEAR)
_ONE_DAY: Final = timedelta(days=1)
_NOWHERE: Final = range(0)


class GrainSpan(NamedTuple):
    """Cells to read: of one grain, buckets from ``first`` to before ``after``; ``tallies``: only what tallies fed."""

    grain: str
    first: str
    after: str
    tallies: bool = False


class SlotPlacement(NamedTuple):
    """Where a cell belongs: the slot it counts in, if any, and the slots that it overlaps without fitting in."""

    slot: int | None
    cut: range


class QueryTimeline(Protocol):
    """Slots that do not overlap, ordered by time, and the cells that cover them.

    A tally without finer cells is cut where it overlaps a slot without fitting in. To find the tallies of a month that
    are in no day cell, the tallies of all its days are read too.
    """

    def grain_spans(self) -> tuple[GrainSpan, ...]:
        """The cells to read, each at most once."""
        ...

    def place_bucket(self, grain: str, bucket: str) -> SlotPlacement:
        """Where a cell belongs."""
        ...


def timeline_of(slots: Sequence[PeriodSlot], calendar: AgencyCalendar) -> QueryTimeline:
    """The timeline of slots that do not overlap, in order of time."""
    if slots and slots[0].hour is not None:
        return HourTimeline(slots, calendar)
    return DateTimeline(slots, calendar)


class DateTimeline:
    """Slots made of dates. A month inside a slot is counted whole, other months day by day.

    Quarter and year cells hold what is in no finer cell, so they are added to the months where they fit.
    """

    def __init__(self, slots: Sequence[PeriodSlot], calendar: AgencyCalendar) -> None:
        self._slots = slots
        self._calendar = calendar
        self._starts = [slot.start for slot in slots]
        self._ends = [slot.end for slot in slots]

    def grain_spans(self) -> tuple[GrainSpan, ...]:
        months = join_ranges(self._months_in(slot) for slot in self._slots)
        days = subtract_ranges(((slot.start, slot.until) for slot in self._slots), months)
        cut = _months_around(days, self._calendar)
        return (
            *_grain_spans(MONTH, months),
            *_grain_spans(DAY, days),
            *_grain_spans(MONTH, cut, tallies=True),
            *_grain_spans(DAY, subtract_ranges(cut, days), tallies=True),
            *_total_spans(((slot.start, slot.end) for slot in self._slots), self._calendar),
        )

    def place_bucket(self, grain: str, bucket: str) -> SlotPlacement:
        first = date.fromisoformat(bucket)
        after = self._calendar.next_of_grain(first, CellGrain(grain))
        slot = self._slots_holding(first, after)
        if grain == DAY:
            whole = slot is not None and self._in_whole_month(slot, first)
            return SlotPlacement(None if whole else slot, _NOWHERE)
        return SlotPlacement(slot, self._slots_overlapping(first, after) if slot is None else _NOWHERE)

    def _slots_holding(self, first: date, after: date) -> int | None:
        number = bisect_right(self._starts, first) - 1
        return number if number >= 0 and after <= self._slots[number].until else None

    def _in_whole_month(self, number: int, day: date) -> bool:
        start, end = self._months_in(self._slots[number])
        return start <= day < end

    def _slots_overlapping(self, first: date, after: date) -> range:
        return range(bisect_right(self._ends, first), bisect_left(self._starts, after))

    def _months_in(self, slot: PeriodSlot) -> Stretch:
        """The whole months inside what counts of a slot; empty where there are none."""
        first = self._calendar.first_of(slot.start, QueryInterval.MONTH)
        start = first if first == slot.start else self._calendar.next_of(first, QueryInterval.MONTH)
        return start, max(start, self._calendar.first_of(slot.until, QueryInterval.MONTH))


class HourTimeline:
    """Slots that are UTC hours, which only single records feed: no tally fits in one."""

    def __init__(self, slots: Sequence[PeriodSlot], calendar: AgencyCalendar) -> None:
        self._slots = slots
        self._calendar = calendar
        self._starts = [slot.hour or 0 for slot in slots]
        self._numbers = {slot.bucket: number for number, slot in enumerate(slots) if slot.until > slot.start}

    def grain_spans(self) -> tuple[GrainSpan, ...]:
        touched = join_ranges((slot.start, slot.end) for slot in self._slots)
        cut = _months_around(touched, self._calendar)
        after = hour_bucket(self._starts[-1] + HOUR_MS)
        return (
            GrainSpan(HOUR, hour_bucket(self._starts[0]), after),
            *_grain_spans(MONTH, cut, tallies=True),
            *_grain_spans(DAY, cut, tallies=True),
            *_total_spans(touched, self._calendar),
        )

    def place_bucket(self, grain: str, bucket: str) -> SlotPlacement:
        if grain == HOUR:
            return SlotPlacement(self._numbers.get(bucket), _NOWHERE)
        first = date.fromisoformat(bucket)
        low, high = self._calendar.utc_span(first, self._calendar.next_of_grain(first, CellGrain(grain)))
        return SlotPlacement(None, range(bisect_right(self._starts, low - HOUR_MS), bisect_left(self._starts, high)))


def _grain_spans(grain: str, stretches: Iterable[Stretch], *, tallies: bool = False) -> Iterable[GrainSpan]:
    return (GrainSpan(grain, start.isoformat(), end.isoformat(), tallies) for start, end in stretches)


def _months_around(stretches: Iterable[Stretch], calendar: AgencyCalendar) -> list[Stretch]:
    """The whole months that hold these dates."""
    month = QueryInterval.MONTH
    return join_ranges(
        (calendar.first_of(start, month), calendar.next_of(calendar.first_of(end - _ONE_DAY, month), month))
        for start, end in stretches
    )


def _total_spans(stretches: Iterable[Stretch], calendar: AgencyCalendar) -> Iterable[GrainSpan]:
    """The quarters and years that touch these dates."""
    touched = join_ranges(stretches)
    for grain in _TOTALS:
        for start, end in join_ranges((calendar.first_of_grain(start, grain), end) for start, end in touched):
            yield GrainSpan(grain.value, start.isoformat(), end.isoformat(), tallies=True)
