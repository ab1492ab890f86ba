"""From JSON in the shape of an event to what it contributes: used by the fold for events and by rebuilds for facts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, Required, TypedDict

import orjson

from metrics_worker.contributions.counts import LARGEST_COUNT, Contribution, Count, Place, checked_place, unit_buckets
from metrics_worker.contributions.responses import (
    Score,
    funnel_contribution,
    list_counts,
    list_questions,
    response_contribution,
    score_count,
    unit_place,
)
from metrics_worker.contributions.roots import InteractionRecord
from metrics_worker.contributions.tallies import tally_buckets, tally_contribution
from metrics_worker.store.facts import Fact
from soundings.kernel.bins import milliseconds
from soundings.kernel.clock import epoch_ms
from soundings.kernel.scales import Scale
from soundings.kernel.vocabulary import Grain

Content = Contribution | InteractionRecord
"""What a record means for the cells: a contribution of its own, or a part of its root."""

_MS_IN_US: Final = 1000


class ResponseJson(TypedDict, total=False):
    """A response as facts keep it, beside the columns."""

    time_zone: Required[str]
    form_id: Required[str]
    touchpoint: str
    answers: Mapping[str, int | str | list[str]]
    scores: Required[Sequence[Score]]


class FunnelJson(TypedDict, total=False):
    """A funnel event as facts keep it, beside the columns."""

    time_zone: Required[str]
    form_id: Required[str]
    stage: Required[str]
    n: int


class InteractionJson(TypedDict, total=False):
    """An interaction record as facts keep it, beside the columns; instants end in Z, durations are seconds."""

    time_zone: Required[str]
    kind: Required[str]
    direction: str
    topic: Sequence[str]
    reason: str
    started_at: Required[str]
    enqueued_at: str
    answered_at: str
    ended_at: str
    wait_s: float
    talk_s: float
    hold_s: float
    wrap_up_s: float
    outcome: Required[str]
    results: int
    cost: int


class TallyJson(TypedDict, total=False):
    """A tally as facts keep it, beside the columns."""

    measure: Required[str]
    measure_version: Required[int]
    scale: Required[str]
    grain: Required[str]
    start: Required[str]
    bins: Required[Mapping[str, int]]
    total: float


def content_of(fact: Fact) -> Content:
    """What a fact with data contributes: the same that its event did."""
    data = orjson.loads(fact.data or "{}")
    match fact.kind:
        case "response":
            counts = [score_count(tuple(score)) for score in data.get("scores", ())]
            return response_content(fact.service, fact.channel, fact.occurred_at, data, counts)
        case "funnel":
            return funnel_content(fact.service, fact.channel, fact.occurred_at, data)
        case "interaction":
            return interaction_content(fact.record_id, fact.service or None, fact.channel or None, data)
        case "tally":
            return tally_content(fact.service, fact.channel, data)


def response_content(
    service: str, channel: str, occurred: int, data: ResponseJson, counts: Sequence[Count]
) -> Contribution:
    """`counts` are those of the scores in `data`. ValueError when something in it cannot be counted."""
    place = unit_place(service, channel, data.get("touchpoint", ""), data["time_zone"], occurred)
    lists = list_questions(data.get("answers", {}))
    several = list_counts(data["scores"], lists) if lists and counts else ()
    return response_contribution(place, data["form_id"], (*counts, *several))


def funnel_content(service: str, channel: str, occurred: int, data: FunnelJson) -> Contribution:
    """ValueError when something in it cannot be counted."""
    n = data.get("n", 1)
    if n > LARGEST_COUNT:
        raise ValueError(f"n: {n} is more than can be counted")
    place = unit_place(service, channel, "", data["time_zone"], occurred)
    return funnel_contribution(place, data["form_id"], data["stage"], n)


def tally_content(service: str, channel: str, data: TallyJson) -> Contribution:
    """ValueError when something in it cannot be counted."""
    buckets = tally_buckets(Grain(data["grain"]), date.fromisoformat(data["start"]))
    place = checked_place(Place(service, channel, "", buckets))
    version, scale = data["measure_version"], Scale(data["scale"])
    return tally_contribution(place, data["measure"], version, scale, data["bins"], data.get("total"))


def interaction_content(
    record_id: str, service: str | None, channel: str | None, data: InteractionJson
) -> InteractionRecord:
    """ValueError when it contradicts itself: ended before it started, or at a time or place that is none."""
    started = datetime.fromisoformat(data["started_at"])
    start = epoch_ms(started)
    ended = _instant(data.get("ended_at"))
    if ended is not None and ended < start:
        raise ValueError("ended_at: ended before it started")
    checked_place(Place(service or "-", channel or "", "", unit_buckets(data["time_zone"], start)))
    cost = data.get("cost")
    if cost is not None and abs(cost) > LARGEST_COUNT:
        raise ValueError(f"cost: {cost} is more than can be counted")
    return InteractionRecord(
        record_id=record_id,
        order=start * _MS_IN_US + started.microsecond % _MS_IN_US,
        time_zone=data["time_zone"],
        service=service,
        channel=channel,
        kind=data["kind"],
        direction=data.get("direction", "inbound"),
        topics=tuple(data.get("topic", ())),
        reason=data.get("reason"),
        started=start,
        enqueued=_instant(data.get("enqueued_at")),
        answered=_instant(data.get("answered_at")),
        ended=ended,
        wait=_duration(data.get("wait_s")),
        talk=_duration(data.get("talk_s")),
        hold=_duration(data.get("hold_s")),
        wrap_up=_duration(data.get("wrap_up_s")),
        outcome=data["outcome"],
        results=data.get("results"),
        cost=cost,
    )


def _instant(text: str | None) -> int | None:
    return None if text is None else epoch_ms(datetime.fromisoformat(text))


def _duration(seconds: float | None) -> int | None:
    return None if seconds is None else milliseconds(seconds)
