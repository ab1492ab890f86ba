"""Times in items: always with an offset, kept in UTC, and never in the future by more than five minutes."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from feedback_api.intake.errors import invalid_field, wrong_type
from feedback_api.intake.field_readers import Item
from soundings.kernel.agency_calendar import FIRST_YEAR, LAST_YEAR

TOLERANCE: Final = timedelta(minutes=5)
# Times before are mistakes; together with the longest duration this bounds what a sum of times can hold.
EARLIEST_YEAR: Final = 1900
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,12})?)?(Z|z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_instant(item: Item, field: str) -> datetime | None:
    """A time with an offset (RFC 3339), in UTC; fractions beyond a microsecond are cut off."""
    value = item.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type(field, "a time as text, such as 2026-03-01T09:30:00-05:00")
    form = _TIME.fullmatch(value)
    if form is None:
        raise invalid_field(field, "not_a_time", "must be a time as YYYY-MM-DDThh:mm:ss with an offset")
    if form[1] is None:
        raise invalid_field(field, "no_offset", "needs an offset from UTC: Z, or for example -05:00")
    try:
        at = datetime.fromisoformat(value.upper() if form[1] == "z" else value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid_field(field, "not_a_time", "is not a time that the calendar and the clock have") from None
    if not EARLIEST_YEAR <= at.year <= LAST_YEAR:
        raise invalid_field(field, "not_a_time", f"must lie in the years {EARLIEST_YEAR} to {LAST_YEAR}")
    return at


def clamp_occurred_at(at: datetime | None, received_at: datetime) -> tuple[datetime, bool]:
    """The occurrence time, defaulting to and clamped to the time received; and whether it was clamped."""
    if at is None:
        return received_at, False
    if at - received_at > TOLERANCE:
        return received_at, True
    return at, False


def local_date(item: Item, field: str) -> date | None:
    """A local date as YYYY-MM-DD."""
    value = item.get(field)
    return None if value is None else checked_date(value, field)


def checked_date(value: object, field: str) -> date:
    """The date, or a refusal of ``field``."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise invalid_field(field, "not_a_date", "must be a date as YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise invalid_field(field, "not_a_date", "is not a date that the calendar has") from None
    if not FIRST_YEAR < day.year < LAST_YEAR:  # so that its first instant is on the calendar in every zone
        raise invalid_field(field, "not_a_date", f"must lie in the years {FIRST_YEAR + 1} to {LAST_YEAR - 1}")
    return day
