"""Calls, with queue, transfers and callbacks; and chats."""

from collections.abc import Iterator
from datetime import date, datetime
from random import Random
from typing import Final

from soundings_embedded.demo.agency import ServiceProfile
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.local_times import PHONE_HOURS, later, moment, written
from soundings_embedded.demo.persons import draw_caller, draw_handling_time, draw_reason, draw_topic
from soundings_embedded.demo.scenario import DemoScenario

_CONTAINED: Final = 0.1
_AT_ONCE: Final = 0.55
_MORE_CALLS_IN_TROUBLE: Final = 0.6
_FEWER_CALLS_IN_RELIEF: Final = 0.15
_LONGER_IN_TROUBLE_S: Final = 1500.0
_SHORTER_IN_RELIEF: Final = 0.6
_LONGEST_WAIT_S: Final = 3600.0
_LEAST_PATIENCE_S, _MORE_PATIENCE_S = 40.0, 1700.0
_CALLBACK_OFFERED_AFTER_S: Final = 60.0
_CALLBACK_WANTED: Final = 0.7
_TRANSFERRED: Final = 0.07
_CHAT_MEDIAN_S: Final = 320.0


def generate_calls(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """The records of one day's calls; those of one root follow each other."""
    chance = story.chance("calls", profile.id, day)
    trouble, relief = story.trouble(profile.id, day), story.relief(profile.id, day)
    usual = profile.volumes.calls * (1 + trouble * _MORE_CALLS_IN_TROUBLE - relief * _FEWER_CALLS_IN_RELIEF)
    for number in range(story.how_many(chance, usual, day, weekends=False)):
        started = moment(chance, day, PHONE_HOURS)
        call: Json = {
            "id": f"call-{day:%Y%m%d}-{profile.short}-{number:03}",
            "service_id": profile.id,
            "kind": "call",
            "channel": "phone",
            "topic": [draw_topic(chance, profile, trouble)],
            "reason": draw_reason(chance, trouble, relief),
            "started_at": written(started),
            "language": "es" if chance.random() < profile.spanish else "en",
            **draw_caller(chance, profile, trouble),
        }
        yield from _course(chance, story, profile, day, call, started)


def _course(
    chance: Random, story: DemoScenario, profile: ServiceProfile, day: date, call: Json, started: datetime
) -> Iterator[Json]:
    queued = later(started, chance.uniform(12, 70))
    if chance.random() < _CONTAINED:
        yield {**call, "ended_at": written(queued), "outcome": "contained"}
        return
    call["enqueued_at"] = written(queued)
    wait = _wait(chance, story, profile, day)
    patience = _LEAST_PATIENCE_S + chance.expovariate(1 / _MORE_PATIENCE_S)
    asked_back = story.changed(profile.id, day) and wait > _CALLBACK_OFFERED_AFTER_S
    if asked_back and chance.random() < _CALLBACK_WANTED:
        yield from _called_back(chance, call, queued)
    # A caller hangs up when the wait exceeds a patience drawn for each call, which gives a
    # realistic abandonment rate.
    elif wait > patience:
        yield {**call, "ended_at": written(later(queued, patience)), "outcome": "abandoned"}
    else:
        yield from _answered(chance, call, later(queued, wait))


def _wait(chance: Random, story: DemoScenario, profile: ServiceProfile, day: date) -> float:
    """Seconds until an agent is free: often zero, else exponentially distributed."""
    trouble, relief = story.trouble(profile.id, day), story.relief(profile.id, day)
    if chance.random() < _AT_ONCE * (1 - 0.95 * trouble) + 0.1 * relief:
        return chance.uniform(0, 8)
    mean = profile.wait_s * (1 - relief * _SHORTER_IN_RELIEF) + trouble * _LONGER_IN_TROUBLE_S
    return min(_LONGEST_WAIT_S, chance.expovariate(1 / mean))


def _answered(chance: Random, call: Json, answered: datetime) -> Iterator[Json]:
    talk = draw_handling_time(chance)
    ended = later(answered, talk.online_s)
    first: Json = {**call, "answered_at": written(answered), "ended_at": written(ended), **talk.fields()}
    if chance.random() >= _TRANSFERRED:
        yield {**first, "team": "first-line", "outcome": "answered"}
        return
    yield {**first, "team": "first-line", "outcome": "transferred", "transferred_to": "second-line"}
    yield _second_line(chance, call, ended)


def _second_line(chance: Random, call: Json, started: datetime) -> Json:
    answered = later(started, chance.expovariate(1 / 45))
    talk = draw_handling_time(chance)
    return {
        "id": f"{call['id']}-2",
        "root_id": call["id"],
        "service_id": call["service_id"],
        "kind": "call",
        "channel": "phone",
        "started_at": written(started),
        "enqueued_at": written(started),
        "answered_at": written(answered),
        "ended_at": written(later(answered, talk.online_s)),
        "team": "second-line",
        "outcome": "answered",
        **talk.fields(),
    }


def _called_back(chance: Random, call: Json, queued: datetime) -> Iterator[Json]:
    """The caller hangs up after a short wait and is called later: one contact, two records."""
    waited = int(_CALLBACK_OFFERED_AFTER_S + chance.uniform(5, 25))
    gone = later(queued, waited)
    yield {**call, "ended_at": written(gone), "wait_s": waited, "outcome": "callback"}
    began = later(gone, chance.uniform(600, 3000))
    answered, talk = later(began, chance.uniform(5, 20)), draw_handling_time(chance)
    yield {
        "id": f"{call['id']}-2",
        "root_id": call["id"],
        "service_id": call["service_id"],
        "kind": "callback",
        "direction": "outbound",
        "channel": "phone",
        "started_at": written(began),
        "answered_at": written(answered),
        "ended_at": written(later(answered, talk.online_s)),
        "team": "first-line",
        "outcome": "answered",
        **talk.fields(),
    }


def generate_chats(story: DemoScenario, profile: ServiceProfile, day: date) -> Iterator[Json]:
    """The chats of one day."""
    chance = story.chance("chats", profile.id, day)
    for number in range(story.how_many(chance, profile.volumes.chats, day, weekends=False)):
        started = moment(chance, day, PHONE_HOURS)
        answered = later(started, chance.expovariate(1 / 18))
        talk = draw_handling_time(chance, _CHAT_MEDIAN_S)
        yield {
            "id": f"chat-{day:%Y%m%d}-{profile.short}-{number:03}",
            "service_id": profile.id,
            "kind": "chat",
            "channel": "live_chat",
            "topic": [draw_topic(chance, profile, 0)],
            "reason": draw_reason(chance, 0, 0),
            "started_at": written(started),
            "enqueued_at": written(started),
            "answered_at": written(answered),
            "ended_at": written(later(answered, talk.online_s)),
            "outcome": "answered",
            "language": "en",
            **draw_caller(chance, profile, 0),
            **talk.fields(),
        }
