"""Who makes contact, why, and how long they are helped."""

from dataclasses import dataclass
from math import log
from random import Random
from typing import Final

from soundings_embedded.demo.agency import ServiceProfile
from soundings_embedded.demo.forms import Json

_KNOWN: Final = 0.7
_PEOPLE_PER_CALL: Final = 55
_FEWER_IN_TROUBLE: Final = 0.55
_REASONS: Final = ("get_information", "chase_progress", "perform_transaction", "challenge_decision", "other")
_USUAL: Final = (34.0, 20.0, 26.0, 8.0, 12.0)
_CHASED_IN_TROUBLE: Final = 45.0
_CHASED_LESS_IN_RELIEF: Final = 11.0
_TALK_MEDIAN_S: Final = 215.0
_HELD: Final = 0.28
_CENTS_PER_SECOND: Final = 0.9


@dataclass(frozen=True, slots=True)
class HandlingTime:
    """How long a person was helped, in whole seconds; ``online_s`` is what the caller noticed of it."""

    talk_s: int
    hold_s: int
    wrap_up_s: int

    @property
    def online_s(self) -> int:
        return self.talk_s + self.hold_s

    def fields(self) -> Json:
        """The fields as the API accepts them, with the cost in cents."""
        cost = round((self.online_s + self.wrap_up_s) * _CENTS_PER_SECOND)
        return {"talk_s": self.talk_s, "hold_s": self.hold_s, "wrap_up_s": self.wrap_up_s, "cost": cost}


def draw_handling_time(chance: Random, median_s: float = _TALK_MEDIAN_S) -> HandlingTime:
    """Handling time in seconds: log-normal around the median."""
    talk = min(2400.0, chance.lognormvariate(log(median_s), 0.55))
    hold = chance.uniform(15, 140) if chance.random() < _HELD else 0
    return HandlingTime(int(talk), int(hold), int(chance.uniform(15, 95)))


def draw_caller(chance: Random, profile: ServiceProfile, trouble: float) -> Json:
    """Who it is, where that is known; in trouble fewer people make more calls."""
    people = max(3, int(profile.volumes.calls * _PEOPLE_PER_CALL * (1 - trouble * _FEWER_IN_TROUBLE)))
    number = chance.randrange(people)
    return {"person": f"resident-{number}@larkmere.example"} if chance.random() < _KNOWN else {}


def draw_reason(chance: Random, trouble: float, relief: float) -> str:
    """The contact reason; during the incident many ask for the state of their case."""
    weights = list(_USUAL)
    weights[1] += trouble * _CHASED_IN_TROUBLE - relief * _CHASED_LESS_IN_RELIEF
    return chance.choices(_REASONS, weights)[0]


def draw_topic(chance: Random, profile: ServiceProfile, trouble: float) -> str:
    """What it is about; the first topics of a service are its commonest, and in trouble the first one is more so."""
    weights = [1 / (place + 1) for place in range(len(profile.topics))]
    weights[0] += 2 * trouble
    return chance.choices(profile.topics, weights)[0]
