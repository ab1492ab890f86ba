"""Everything that Larkmere would send: what its catalogue says, and what each of its systems saw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final

from soundings.client.requests import Kind
from soundings_embedded.demo.agency import (
    BACK_OFFICE,
    CONTACT_CENTRE,
    COUNTERS,
    REQUESTS,
    SERVICES,
    SURVEYS,
    WEB,
    Place,
    Profile,
)
from soundings_embedded.demo.answers import answers
from soundings_embedded.demo.calls import calls, chats
from soundings_embedded.demo.catalogue import declaration
from soundings_embedded.demo.emails import emails
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.office_visits import visits
from soundings_embedded.demo.repair_requests import requests
from soundings_embedded.demo.scenario import DAYS, Story
from soundings_embedded.demo.tallies import invitations, monthly_transactions, smileys
from soundings_embedded.demo.web_transactions import searches, transactions

SEED: Final = 20

Stream = Callable[[Story, Profile, date], Iterator[Json]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one source sends of one kind, in the order of its days."""

    kind: Kind
    source: str
    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The catalogue's declaration and the deliveries, from ``start`` until the day before ``today``."""

    start: date
    today: date
    declaration: Json
    deliveries: tuple[Delivery, ...]


def invent(today: date, start: date | None = None, *, seed: int = SEED) -> History:
    """The history until the day before ``today`` (a date in Larkmere); by default it starts thirteen weeks earlier.

    The same arguments give the same items. A later ``today`` adds days, and closes requests that were open (by a new
    revision); all other items stay as they were.
    """
    story = Story(seed, start or today - timedelta(days=DAYS), today)
    deliveries = (
        Delivery("responses", WEB, _daily(story, _asked("website"))),
        Delivery("responses", SURVEYS, _daily(story, _asked("phone"))),
        Delivery("responses", COUNTERS, _daily(story, _asked("in_person"))),
        Delivery("interactions", CONTACT_CENTRE, _daily(story, calls, chats, emails)),
        Delivery("interactions", COUNTERS, _daily(story, visits)),
        Delivery("interactions", WEB, _daily(story, searches, transactions)),
        Delivery("interactions", REQUESTS, _daily(story, requests)),
        Delivery("tallies", COUNTERS, _daily(story, smileys)),
        Delivery("tallies", SURVEYS, _daily(story, invitations)),
        Delivery("tallies", BACK_OFFICE, tuple(monthly_transactions(story))),
    )
    return History(story.start, today, declaration(story.start), deliveries)


def _asked(place: Place) -> Stream:
    return lambda story, profile, day: answers(story, profile, place, day)


def _daily(story: Story, *streams: Stream) -> tuple[Json, ...]:
    return tuple(
        chain.from_iterable(
            stream(story, profile, day) for day in story.days() for profile in SERVICES for stream in streams
        )
    )
