"""Random histories of a few records: every kind of event, with ids and revisions that meet again and again.

The events come from a pool that is made once; hypothesis only chooses among them, which is fast and still shrinks.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from soundings.events.base import EventData
from soundings.events.interaction import InteractionRecorded, InteractionRetracted
from soundings.events.response import (
    FormFunnelStep,
    ResponseRetracted,
    ResponseReviewed,
    ResponseSubmitted,
    ScoredAnswer,
)
from soundings.events.tally import TallyRecorded, TallyRetracted
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import (
    CellGrain,
    ContactDirection,
    ContactOutcome,
    ContactReason,
    FunnelStage,
    InteractionKind,
    ServiceChannel,
)

# Midnights and month ends of New York, the day its clocks go back, and a moment that no zone cares about.
MOMENTS = [
    datetime(2018, 5, 1, 3, 59, 59, 999_000, tzinfo=UTC),
    datetime(2018, 5, 1, 4, 0, tzinfo=UTC),
    datetime(2018, 11, 4, 5, 30, 0, 1, tzinfo=UTC),
    datetime(2018, 11, 4, 6, 30, tzinfo=UTC),
    datetime(2018, 11, 30, 18, 31, tzinfo=UTC),
    datetime(2018, 5, 17, 12, 0, tzinfo=UTC),
]
ZONES = ["America/New_York", "UTC", "Asia/Kolkata"]
AFTER = [None, 0, 0.4, 19.999, 20, 21, 100.5, 86_400]
SECONDS = [None, None, 0, 0.0004, 12.345, 20, 20.001, 600.5]
AT = datetime(2026, 1, 1, tzinfo=UTC)
POOL_SIZE = 4000
LISTED = [
    (),
    (),
    tuple(
        ScoredAnswer(question_id="r", measure="barriers", measure_version=1, scale=MeasureScale.CATEGORY, value=code)
        for code in "ab"
    ),
]
"""Codes of a question that may be answered with a list; it is one where `answers` say so."""


def response(chance: Random) -> ResponseSubmitted:
    return ResponseSubmitted(
        **_measured(chance),
        channel=chance.choice([ServiceChannel.WEBSITE, ServiceChannel.PHONE]),
        service_id=chance.choice(["parking", "permits"]),
        form_id=chance.choice("fg"),
        form_version=1,
        touchpoint=chance.choice([None, "counter"]),
        answers=chance.choice([{}, {"q": 4, "r": ["a", "b"]}]),
        scores=tuple(
            ScoredAnswer(
                question_id="q",
                measure=chance.choice(["satisfaction", "trust"]),
                measure_version=chance.randint(1, 2),
                scale=MeasureScale.FIVE,
                value=chance.randint(1, 5),
            )
            for _ in range(chance.randint(0, 2))
        )
        + chance.choice(LISTED),
        comments=chance.choice([{}, {"why": "slow"}, {"why": "kind"}]),
        quarantined=chance.random() < 0.3,
        occurred_at=chance.choice(MOMENTS),
        test=chance.random() < 0.2,
    )


def funnel(chance: Random) -> FormFunnelStep:
    return FormFunnelStep(
        **_measured(chance),
        channel=ServiceChannel.WEBSITE,
        service_id=chance.choice(["parking", "permits"]),
        form_id="f",
        stage=chance.choice(list(FunnelStage)),
        n=chance.randint(1, 9),
        occurred_at=chance.choice(MOMENTS),
        test=chance.random() < 0.3,
    )


def interaction(chance: Random) -> InteractionRecorded:
    """One record of one of few roots."""
    started = chance.choice(MOMENTS)

    def later() -> datetime | None:
        seconds = chance.choice(AFTER)
        return None if seconds is None else started + timedelta(seconds=seconds)

    return InteractionRecorded(
        **_measured(chance),
        root_id=chance.choice("xy"),
        service_id=chance.choice([None, "parking", "permits"]),
        channel=chance.choice([None, ServiceChannel.PHONE, ServiceChannel.WEBSITE]),
        kind=chance.choice([InteractionKind.CALL, InteractionKind.CHAT, *InteractionKind]),
        direction=chance.choice([ContactDirection.INBOUND, ContactDirection.INBOUND, ContactDirection.OUTBOUND]),
        topic=tuple(chance.choice(["fees", "fines"]) for _ in range(chance.randint(0, 2))),
        reason=chance.choice([None, *ContactReason]),
        started_at=started,
        enqueued_at=later(),
        answered_at=later(),
        ended_at=later(),
        wait_s=chance.choice(SECONDS),
        talk_s=chance.choice(SECONDS),
        hold_s=chance.choice(SECONDS),
        wrap_up_s=chance.choice(SECONDS),
        outcome=chance.choice(list(ContactOutcome)),
        results=chance.choice([None, 0, 2]),
        cost=chance.choice([None, -250, 0, 99, 101, 10_001]),
    )


def tally(chance: Random) -> TallyRecorded:
    """A tally of a scale, a category, a duration or money, often of zeros."""
    grain = chance.choice(list(CellGrain))
    measure, scale, names = chance.choice(
        [
            ("satisfaction", MeasureScale.FIVE, ["1", "5"]),
            ("transactions", MeasureScale.CATEGORY, ["completed", "failed"]),
            ("wait_answered", MeasureScale.DURATION, ["20", "unknown"]),
            ("cost", MeasureScale.MONEY, ["100", "-102"]),
        ]
    )
    return TallyRecorded(
        tally_id=chance.choice("ab"),
        revision=chance.randint(0, 2),
        source_id=chance.choice(["web", "desk"]),
        agency_id="city",
        time_zone="America/New_York",
        service_id=chance.choice(["parking", "permits"]),
        channel=ServiceChannel.PHONE,
        measure=measure,
        measure_version=1,
        scale=scale,
        grain=grain,
        start=date(2018, 5, chance.choice([1, 2]) if grain is CellGrain.DAY else 1),
        bins={name: chance.choice([0, 0, 1, 7]) for name in names if chance.random() < 0.7},
        total=chance.choice([0, 12, 0.5]) if scale in {MeasureScale.DURATION, MeasureScale.MONEY} else None,
        received_at=AT,
    )


def review(chance: Random) -> ResponseReviewed:
    return ResponseReviewed(
        record_id=chance.choice("ab"),
        source_id=chance.choice(["web", "desk"]),
        revision=chance.randint(0, 2),
        verdict=chance.choice(["quarantined", "released"]),
        reason="spam",
        reviewed_at=AT,
    )


def retraction(chance: Random) -> EventData:
    source, record = chance.choice(["web", "desk"]), chance.choice("ab")
    match chance.randint(0, 2):
        case 0:
            return ResponseRetracted(record_id=record, source_id=source, reason="sender", retracted_at=AT)
        case 1:
            return TallyRetracted(tally_id=record, source_id=source, reason="sender", retracted_at=AT)
        case _:
            return InteractionRetracted(
                record_id=record, source_id=source, root_id=chance.choice("xy"), reason="sender", retracted_at=AT
            )


def _measured(chance: Random) -> dict[str, object]:
    return {
        "record_id": chance.choice("ab"),
        "source_id": chance.choice(["web", "desk"]),
        "revision": chance.randint(0, 2),
        "agency_id": "city",
        "time_zone": chance.choice(ZONES),
        "received_at": AT,
    }


_KINDS: list[Callable[[Random], EventData]] = [
    response, response, response, interaction, interaction, interaction, tally, funnel, review, retraction,
]  # fmt: skip


def _pool() -> list[EventData]:
    chance = Random(2018)
    return [chance.choice(_KINDS)(chance) for _ in range(POOL_SIZE)]


POOL = _pool()
EVENTS: st.SearchStrategy[EventData] = st.integers(0, POOL_SIZE - 1).map(POOL.__getitem__)
HISTORIES = st.lists(EVENTS, min_size=1, max_size=16)
