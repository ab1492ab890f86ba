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
    ServiceProfile,
)
from soundings_embedded.demo.answers import answers
from soundings_embedded.demo.calls import generate_calls, generate_chats
from soundings_embedded.demo.catalogue import demo_declaration
from soundings_embedded.demo.emails import generate_emails
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.office_visits import generate_visits
from soundings_embedded.demo.repair_requests import generate_requests
from soundings_embedded.demo.scenario import DAYS, DemoScenario
from soundings_embedded.demo.tallies import invitation_tallies, monthly_transactions, smiley_tallies
from soundings_embedded.demo.web_transactions import search_tallies, transaction_tallies

SEED: Final = 20

Stream = Callable[[DemoScenario, ServiceProfile, date], Iterator[Json]]


@dataclass(frozen=True, slots=True)
class SourceDelivery:
    """What one source sends of one kind, in the order of its days."""

    kind: Kind
    source: str
    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class DemoHistory:
    """The catalogue's declaration and the deliveries, from ``start`` until the day before ``today``."""

    start: date
    today: date
    declaration: Json
    deliveries: tuple[SourceDelivery, ...]


def generate_history(today: date, start: date | None = None, *, seed: int = SEED) -> DemoHistory:
    """The history until the day before ``today`` (a date in Larkmere); by default it starts thirteen weeks earlier.

    The same arguments give the same items. A later ``today`` adds days, and closes requests that were open (by a new
    revision); all other items stay as they were.
    """
    # The same seed gives the same ids, so that running the demo again adds nothing.
    story = DemoScenario(seed, start or today - timedelta(days=DAYS), today)
    deliveries = (
        SourceDelivery("responses", WEB, _daily(story, _asked("website"))),
        SourceDelivery("responses", SURVEYS, _daily(story, _asked("phone"))),
        SourceDelivery("responses", COUNTERS, _daily(story, _asked("in_person"))),
        SourceDelivery("interactions", CONTACT_CENTRE, _daily(story, generate_calls, generate_chats, generate_emails)),
        SourceDelivery("interactions", COUNTERS, _daily(story, generate_visits)),
        SourceDelivery("interactions", WEB, _daily(story, search_tallies, transaction_tallies)),
        SourceDelivery("interactions", REQUESTS, _daily(story, generate_requests)),
        SourceDelivery("tallies", COUNTERS, _daily(story, smiley_tallies)),
        SourceDelivery("tallies", SURVEYS, _daily(story, invitation_tallies)),
        SourceDelivery("tallies", BACK_OFFICE, tuple(monthly_transactions(story))),
    )
    return DemoHistory(story.start, today, demo_declaration(story.start), deliveries)


def _asked(place: Place) -> Stream:
    return lambda story, profile, day: answers(story, profile, place, day)


def _daily(story: DemoScenario, *streams: Stream) -> tuple[Json, ...]:
    return tuple(
        chain.from_iterable(
            stream(story, profile, day) for day in story.days() for profile in SERVICES for stream in streams
        )
    )
