"""Externally counted totals: smiley terminals and invitations per day, transactions per month."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from soundings_embedded.demo.agency import CALL_FORM, SERVICES, SMILEY, ServiceProfile
from soundings_embedded.demo.answers import how_many_answers
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.scenario import DemoScenario

_PRESSED_PER_VISIT: Final = 2.6
_FACES: Final = ("1", "2", "3", "4", "5")
_USUAL_FACES: Final = (7.0, 8.0, 14.0, 30.0, 41.0)
_INVITED_PER_ANSWER: Final = 2.7
_COMPLETED, _NOT_ELIGIBLE = 0.9, 0.06
_FIRST_REVISION: Final = 0
"""Given, because a tally without one is as new as its arrival: sending it again would count as a correction."""


def smiley_tallies(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """How often each face was pressed at the kiosk on a day: an own measure of the agency."""
    chance = story.chance("smileys", profile.id, day)
    usual = profile.volumes.visits * _PRESSED_PER_VISIT if profile.has_kiosk else 0.0
    pressed = chance.choices(_FACES, _USUAL_FACES, k=story.how_many(chance, usual, day, weekends=False))
    if pressed:
        bins = {face: pressed.count(face) for face in _FACES}
        yield _tally(f"smileys-{day:%Y%m%d}-{profile.short}", profile, "kiosk", SMILEY, "day", day, bins)


def invitation_tallies(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """How many callers were asked on a day to answer the survey."""
    answered = how_many_answers(story, profile, "phone", day)
    if answered:
        invited = round(answered * _INVITED_PER_ANSWER) + story.chance("invitations", profile.id, day).randint(0, 4)
        name = f"invitations-{day:%Y%m%d}-{profile.short}"
        yield _tally(name, profile, "phone", "invitations", "day", day, {CALL_FORM: invited})


def monthly_transactions(story: DemoScenario) -> Iterator[Json]:
    """What only the back office counts, for every month of the story that is over."""
    for month in _months(story):
        for profile in SERVICES:
            chance = story.chance("back-office", profile.id, month)
            for channel, usual in profile.tallied:
                n = round(usual * chance.uniform(0.95, 1.06))
                completed, not_eligible = round(n * _COMPLETED), round(n * _NOT_ELIGIBLE)
                bins = {"completed": completed, "not_eligible": not_eligible, "failed": n - completed - not_eligible}
                name = f"transactions-{month:%Y%m}-{profile.short}-{channel}"
                yield _tally(name, profile, channel, "transactions", "month", month, bins)


def _months(story: DemoScenario) -> Iterator[date]:
    month = story.start.replace(day=1)
    while (following := (month + timedelta(days=31)).replace(day=1)) <= story.today:
        yield month
        month = following


def _tally(
    tally_id: str, profile: ServiceProfile, channel: str, measure: str, grain: str, start: date, bins: dict[str, int]
) -> Json:
    return {
        "id": tally_id,
        "service_id": profile.id,
        "channel": channel,
        "measure": measure,
        "grain": grain,
        "start": start.isoformat(),
        "bins": bins,
        "revision": _FIRST_REVISION,
    }
