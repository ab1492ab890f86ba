"""What people answer when they are asked: scores that follow the story, and now and then a comment."""

from collections.abc import Iterator, Mapping
from datetime import date
from random import Random
from types import MappingProxyType
from typing import Final

from soundings_embedded.demo.agency import (
    CALL_FORM,
    COUNTER_FORM,
    FORM_ID,
    LICENSES,
    SITE_FORM,
    TOUCHPOINTS,
    Place,
    ServiceProfile,
)
from soundings_embedded.demo.comments.generator import CommentContext, generate_comment
from soundings_embedded.demo.forms import OBSTACLE_SHOWN_FOR, OBSTACLES, Json
from soundings_embedded.demo.local_times import COUNTER_HOURS, ONLINE_HOURS, PHONE_HOURS, moment, written
from soundings_embedded.demo.scenario import DemoScenario

_BETTER_BY_PLACE: Final[Mapping[Place, float]] = MappingProxyType({"website": 0.0, "phone": -0.05, "in_person": 0.2})
_WORSE_IN_TROUBLE: Final[Mapping[Place, float]] = MappingProxyType({"website": 0.8, "phone": 1.7, "in_person": 0.5})
_BETTER_IN_RELIEF: Final[Mapping[Place, float]] = MappingProxyType({"website": 0.5, "phone": 0.5, "in_person": 0.2})
_HOURS: Final = MappingProxyType({"website": ONLINE_HOURS, "phone": PHONE_HOURS, "in_person": COUNTER_HOURS})
_FORMS: Final = MappingProxyType({"website": SITE_FORM, "phone": CALL_FORM, "in_person": COUNTER_FORM})
_ASKED: Final = MappingProxyType(
    {
        FORM_ID: ("ease", "effort"),
        SITE_FORM: ("trust", "effectiveness", "ease", "efficiency", "transparency"),
        CALL_FORM: ("trust", "effectiveness", "efficiency", "employee"),
        COUNTER_FORM: ("ease", "employee", "recommend"),
    }
)
_BETTER_BY_QUESTION: Final = MappingProxyType(
    {"trust": -0.15, "efficiency": -0.2, "transparency": -0.1, "employee": 0.5}
)
_OF_PERSON, _OF_QUESTION = 0.8, 0.65
_ANSWERED: Final = 0.86
_COMMENTED: Final = 0.22
_ANNOYED: Final = 2
_ANNOYED_COMMENTED: Final = 0.45


def how_many_answers(story: DemoScenario, profile: ServiceProfile, place: Place, day: date) -> int:
    """How many answers come from a place on a day."""
    usual = dict(profile.volumes.answers).get(place, 0.0)
    return story.how_many(story.chance(f"answers/{place}", profile.id, day), usual, day, weekends=place == "website")


def answers(story: DemoScenario, profile: ServiceProfile, place: Place, day: date) -> Iterator[Json]:
    """The responses of one day at one place."""
    chance = story.chance(f"scores/{place}", profile.id, day)
    form = FORM_ID if (place, profile.id) == ("website", LICENSES) else _FORMS[place]
    for number in range(how_many_answers(story, profile, place, day)):
        language = "es" if chance.random() < profile.spanish else "en"
        item: Json = {
            "id": f"{place}-{day:%Y%m%d}-{profile.short}-{number:03}",
            "form_id": form,
            "service_id": profile.id,
            "channel": place,
            "occurred_at": written(moment(chance, day, _HOURS[place])),
            "language": language,
            "answers": _filled(chance, story, profile, place, day, form, language),
        }
        if place == "website":
            item["page"] = profile.path
            if profile.id in TOUCHPOINTS and chance.random() < _ANSWERED:
                item["touchpoint"] = TOUCHPOINTS[profile.id]
        yield item


def _filled(
    chance: Random, story: DemoScenario, profile: ServiceProfile, place: Place, day: date, form: str, language: str
) -> dict[str, object]:
    trouble, relief = story.trouble(profile.id, day), story.relief(profile.id, day)
    expected = profile.mood + _BETTER_BY_PLACE[place]
    expected += relief * _BETTER_IN_RELIEF[place] - trouble * _WORSE_IN_TROUBLE[place]
    felt = chance.gauss(expected, _OF_PERSON)
    overall = _points(chance.gauss(felt, _OF_QUESTION / 2))
    given: dict[str, object] = {"overall": overall}
    for question in _ASKED[form]:
        if chance.random() < _ANSWERED:
            given[question] = _score(question, chance.gauss(felt + _BETTER_BY_QUESTION.get(question, 0), _OF_QUESTION))
    if form == SITE_FORM and overall in OBSTACLE_SHOWN_FOR and chance.random() < _ANSWERED:
        given["obstacle"] = _obstacles(chance, trouble)
    if chance.random() < (_ANNOYED_COMMENTED if overall <= _ANNOYED else _COMMENTED):
        given["comment"] = generate_comment(
            chance, language, CommentContext(profile.id, place, overall, trouble, relief)
        )
    return given


def _points(felt: float, lowest: int = 1, highest: int = 5) -> int:
    return min(highest, max(lowest, round(felt)))


def _score(question: str, felt: float) -> int:
    """A feeling on 1–5 as an answer on the question's own scale."""
    if question == "recommend":
        return _points((felt - 1) * 2.6, 0, 10)
    if question == "effort":
        return _points((felt - 1) * 1.5 + 1.2, 1, 7)
    return _points(felt)


def _obstacles(chance: Random, trouble: float) -> list[str]:
    codes = list(OBSTACLES)
    if chance.random() < trouble:
        return ["waiting", "nobody-to-ask"]
    return sorted(chance.sample(codes, k=chance.choice((1, 1, 1, 2))), key=codes.index)
