"""Local times: an agency's day, and instants within it that carry the offset of that day."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from soundings_embedded.demo.agency import TIME_ZONE

Hours = tuple[float, float]
"""From when to when, in hours after midnight."""

PHONE_HOURS: Hours = (8.0, 16.75)
COUNTER_HOURS: Hours = (8.5, 16.0)
ONLINE_HOURS: Hours = (6.0, 22.75)


def agency_today(now: datetime) -> date:
    """The date in Larkmere at an instant."""
    return now.astimezone(ZoneInfo(TIME_ZONE)).date()


def moment(chance: Random, day: date, hours: Hours) -> datetime:
    """A moment of the day within the hours, rather around noon than at the edges."""
    first, last = hours
    share = 0.65 * chance.random() + 0.35 * (chance.random() + chance.random()) / 2
    midnight = datetime.combine(day, time(), ZoneInfo(TIME_ZONE))
    return midnight + timedelta(seconds=int((first + (last - first) * share) * 3600))


def later(at: datetime, seconds: float) -> datetime:
    """So many whole seconds later on the same local clock; nothing here runs through the night of a clock change."""
    return at + timedelta(seconds=int(seconds))


def written(at: datetime) -> str:
    """ISO 8601 with the UTC offset, as the API accepts it."""
    return at.isoformat()
