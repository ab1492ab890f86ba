"""Requests to repair something: opened on three channels, closed days later or still open."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import log
from typing import Final

from soundings_embedded.demo.agency import ServiceProfile
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.local_times import COUNTER_HOURS, ONLINE_HOURS, PHONE_HOURS, moment, written
from soundings_embedded.demo.persons import draw_topic
from soundings_embedded.demo.scenario import DemoScenario

_CHANNELS: Final = ("website", "phone", "mobile_app")
_SHARES: Final = (45, 28, 27)
_MEDIAN_DAYS: Final = 3.6
_LONGEST_DAYS: Final = 60.0
_REFUSED: Final = 0.05
_SATURDAY: Final = 5


def generate_requests(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """The requests opened on a day. A closed one is the second revision of what was open before."""
    chance = story.chance("requests", profile.id, day)
    for number in range(story.how_many(chance, profile.volumes.requests, day, weekends=True)):
        channel = chance.choices(_CHANNELS, _SHARES)[0]
        if channel == "phone" and day.weekday() >= _SATURDAY:
            channel = "mobile_app"
        opened = moment(chance, day, PHONE_HOURS if channel == "phone" else ONLINE_HOURS)
        item: Json = {
            "id": f"request-{day:%Y%m%d}-{profile.short}-{number:03}",
            "service_id": profile.id,
            "kind": "service_request",
            "channel": channel,
            "topic": [draw_topic(chance, profile, 0)],
            "started_at": written(opened),
            "outcome": "open",
        }
        days = min(_LONGEST_DAYS, chance.lognormvariate(log(_MEDIAN_DAYS), 0.7))
        closing = _working_day(day + timedelta(days=1 + int(days)))
        closed = moment(chance, closing, COUNTER_HOURS)
        outcome = "failed" if chance.random() < _REFUSED else "completed"
        if closing < story.today:
            item |= {"ended_at": written(closed), "outcome": outcome, "revision": 1}
        yield item


def _working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= _SATURDAY else day
