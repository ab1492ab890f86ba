"""What people do on the website: they search, and they carry out transactions."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Final

from soundings_embedded.demo.agency import ServiceProfile
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.local_times import ONLINE_HOURS, later, moment, written
from soundings_embedded.demo.persons import draw_caller
from soundings_embedded.demo.scenario import DemoScenario
from soundings_embedded.demo.site_search import ANSWERED_SINCE_CHANGE, QUERIES

_LEFT: Final = 0.05
_TAKEN_OVER_IN_TROUBLE: Final = 0.6
_ON_A_PHONE: Final = 0.25
_OUTCOMES: Final = ("completed", "failed", "not_eligible", "abandoned")
_USUAL: Final = (81.0, 7.0, 8.0, 4.0)
_FAILED_MORE_IN_TROUBLE: Final = 14.0


def search_tallies(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """The searches of one day, with how many results they had."""
    chance = story.chance("searches", profile.id, day)
    for number in range(story.how_many(chance, profile.volumes.searches, day, weekends=True)):
        language = "es" if chance.random() < profile.spanish else "en"
        query, results = _query(chance, story, profile, day, language)
        yield {
            "id": f"search-{day:%Y%m%d}-{profile.short}-{number:03}",
            "service_id": profile.id,
            "kind": "search",
            "channel": "website",
            "started_at": written(moment(chance, day, ONLINE_HOURS)),
            "outcome": "abandoned" if results and chance.random() < _LEFT else "completed",
            "query": query,
            "results": results,
            "language": language,
        }


def _query(chance: Random, story: DemoScenario, profile: ServiceProfile, day: date, language: str) -> tuple[str, int]:
    """What is searched for and how many results it has; the change brought pages that had been missing."""
    wanted = ANSWERED_SINCE_CHANGE[language]
    if chance.random() < _TAKEN_OVER_IN_TROUBLE * story.trouble(profile.id, day):
        query, results = chance.choice(wanted), 0
    else:
        query, results = chance.choice(QUERIES[language][profile.id])
    return query, 3 if query in wanted and story.changed(profile.id, day) else results


def transaction_tallies(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """The transactions of one day that the website saw."""
    chance = story.chance("transactions", profile.id, day)
    weights = list(_USUAL)
    weights[1] += _FAILED_MORE_IN_TROUBLE * story.trouble(profile.id, day)
    for number in range(story.how_many(chance, profile.volumes.transactions, day, weekends=True)):
        began = moment(chance, day, ONLINE_HOURS)
        yield {
            "id": f"transaction-{day:%Y%m%d}-{profile.short}-{number:03}",
            "service_id": profile.id,
            "kind": "transaction",
            "channel": "mobile_app" if chance.random() < _ON_A_PHONE else "website",
            "started_at": written(began),
            "ended_at": written(later(began, chance.uniform(150, 1800))),
            "outcome": chance.choices(_OUTCOMES, weights)[0],
            "cost": round(chance.uniform(38, 64)),
            **draw_caller(chance, profile, 0),
        }
