"""E-mail contacts: handled on the same day, without a queue."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from soundings_embedded.demo.agency import ServiceProfile
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.local_times import COUNTER_HOURS, later, moment, written
from soundings_embedded.demo.persons import draw_caller, draw_reason, draw_topic
from soundings_embedded.demo.scenario import DemoScenario

_ANSWERED_AFTER_S: Final = (1200, 18_000)


def generate_emails(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """The e-mails of one day."""
    chance = story.chance("emails", profile.id, day)
    for number in range(story.how_many(chance, profile.volumes.emails, day, weekends=False)):
        sent = moment(chance, day, COUNTER_HOURS)
        yield {
            "id": f"email-{day:%Y%m%d}-{profile.short}-{number:03}",
            "service_id": profile.id,
            "kind": "email",
            "channel": "email",
            "topic": [draw_topic(chance, profile, 0)],
            "reason": draw_reason(chance, 0, 0),
            "started_at": written(sent),
            "ended_at": written(later(sent, chance.uniform(*_ANSWERED_AFTER_S))),
            "outcome": "answered",
            "language": "es" if chance.random() < profile.spanish else "en",
            **draw_caller(chance, profile, 0),
        }
