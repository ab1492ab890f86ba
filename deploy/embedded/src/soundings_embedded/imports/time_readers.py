"""Times of cells as instants: by the formats of a rule, in the zone of the mapping where they name none."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from soundings.kernel.zone_names import split_zone

_KEPT: Final = 20_000
_DAY: Final = timedelta(days=1)
_LAST_DAY: Final = date(9999, 12, 31)
_LONGEST_OVER_MIDNIGHT: Final = 12 * 3600.0


class CellTime(NamedTuple):
    """An instant with its offset; ``is_local`` where the cell names no zone, so that an hour may come twice."""

    at: datetime
    is_local: bool

    @property
    def seconds(self) -> float:
        """Seconds since 1970; what compares instants, as times of one zone are compared by their clocks otherwise."""
        return self.at.timestamp()

    def as_text(self) -> str:
        return self.at.isoformat()


class TimeReader:
    """Reads the times of one field; equal texts are read once."""

    def __init__(self, formats: Iterable[str], zone: ZoneInfo, zones: Mapping[str, str]) -> None:
        self._formats = [(one, "%Z" in one, " ".join(one.replace("%Z", " ").split())) for one in formats]
        self._zone = zone
        self._zones = zones
        self._read: dict[str, CellTime] = {}

    def read(self, text: str) -> CellTime:
        """The time; of two instants with one local time the first. ValueError where no format fits."""
        found = self._read.get(text)
        if found is None:
            if len(self._read) >= _KEPT:
                self._read.clear()
            found = self._read[text] = self._first_fit(text)
        return found

    def _first_fit(self, text: str) -> CellTime:
        for form, names_zone, bare in self._formats:
            try:
                if names_zone:
                    parts = split_zone(text, self._zones)
                    if parts is None:
                        continue
                    return CellTime(_parsed(parts[0], bare, parts[1]), is_local=False)
                at = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the mapping's
            except ValueError:
                continue
            return CellTime(at, is_local=False) if at.tzinfo else CellTime(at.replace(tzinfo=self._zone), is_local=True)
        raise ValueError(text)


def _parsed(text: str, form: str, zone: tzinfo) -> datetime:
    return datetime.strptime(text, form).replace(tzinfo=zone)


def later_than(time: CellTime, before: CellTime, *, shares_date: bool) -> CellTime:
    """A time that cannot lie before another: the second hour of the night when clocks go back, or the next day.

    The next day only where both took their date from one column (``shares_date``), and up to twelve hours: a call from
    23:58 to 00:04. What lies before the other all the same is left for the API to refuse.
    """
    start = before.seconds
    if time.seconds >= start or not time.is_local:
        return time
    second = CellTime(time.at.replace(fold=1), is_local=True)
    if second.seconds >= start:
        return second
    if shares_date and time.at.date() < _LAST_DAY:
        next_day = CellTime(time.at + _DAY, is_local=True)
        if start <= next_day.seconds <= start + _LONGEST_OVER_MIDNIGHT:
            return next_day
    return time
