"""Visits to an office, with the wait between ticket and window."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from soundings_embedded.demo.agency import ServiceProfile
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.local_times import COUNTER_HOURS, later, moment, written
from soundings_embedded.demo.persons import draw_caller, draw_handling_time, draw_reason, draw_topic
from soundings_embedded.demo.scenario import DemoScenario

_WAIT_S: Final = 520.0
_LONGER_IN_TROUBLE_S: Final = 500.0
_LEAST_PATIENCE_S, _MORE_PATIENCE_S = 900.0, 4200.0
_AT_THE_WINDOW_S: Final = 410.0


def generate_visits(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """The visits of one day."""
    chance = story.chance("visits", profile.id, day)
    trouble, relief = story.trouble(profile.id, day), story.relief(profile.id, day)
    usual = profile.volumes.visits * (1 + 0.5 * trouble)
    for number in range(story.how_many(chance, usual, day, weekends=False)):
        ticket = moment(chance, day, COUNTER_HOURS)
        wait = chance.expovariate(1 / (_WAIT_S + trouble * _LONGER_IN_TROUBLE_S))
        patience = _LEAST_PATIENCE_S + chance.expovariate(1 / _MORE_PATIENCE_S)
        visit: Json = {
            "id": f"visit-{day:%Y%m%d}-{profile.short}-{number:03}",
            "service_id": profile.id,
            "kind": "visit",
            "channel": "in_person",
            "topic": [draw_topic(chance, profile, trouble)],
            "reason": draw_reason(chance, trouble, relief),
            "started_at": written(ticket),
            "enqueued_at": written(ticket),
            **draw_caller(chance, profile, trouble),
        }
        if wait > patience:
            yield {**visit, "ended_at": written(later(ticket, patience)), "outcome": "abandoned"}
            continue
        called, helped = later(ticket, min(wait, 7200)), draw_handling_time(chance, _AT_THE_WINDOW_S)
        ended = later(called, helped.online_s)
        times = {"answered_at": written(called), "ended_at": written(ended)}
        yield {**visit, **times, "outcome": "answered", **helped.fields()}
