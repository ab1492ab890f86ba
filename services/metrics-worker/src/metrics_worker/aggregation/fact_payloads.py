"""Structs of a fact's JSON payload, and what they contribute. The fold uses them for events, rebuilds for facts.

The structs mirror the JSON: instants are texts, durations are seconds, absent fields are `UNSET`. Events have the
same fields and more, see `metrics_worker.consumer.event_structs`.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from metrics_worker.aggregation.contribution import (
    LARGEST_COUNT,
    CellContribution,
    CellCoordinates,
    MeasureCount,
    checked_place,
    unit_buckets,
)
from metrics_worker.aggregation.facts import Kind, StoredFact
from metrics_worker.aggregation.responses import (
    Score,
    funnel_contribution,
    list_counts,
    list_questions,
    response_contribution,
    score_count,
    unit_place,
)
from metrics_worker.aggregation.roots import InteractionRecord
from metrics_worker.aggregation.tallies import tally_buckets, tally_contribution
from soundings.kernel.clock import epoch_ms
from soundings.kernel.histogram_bins import to_milliseconds
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import CellGrain

Content = CellContribution | InteractionRecord
"""What a record means for the cells: a contribution of its own, or a part of its root."""
Text = str | UnsetType
"""A text that may be absent."""

_MS_IN_US: Final = 1000


class ResponseData(Struct, gc=False, kw_only=True, omit_defaults=True):
    """A response; `scores` are rows of their values in the order of the contract. Free text comes first: `page`."""

    page: Text = UNSET
    agency_id: str
    time_zone: str
    form_id: str
    form_version: int
    touchpoint: Text = UNSET
    stage: Text = UNSET
    language: Text = UNSET
    subject: Text = UNSET
    contact_consent: bool | UnsetType = UNSET
    device: Text = UNSET
    answers: dict[str, int | str | list[str]] = {}
    scores: list[Score] = []
    spam_score: float | UnsetType = UNSET
    spam_reasons: list[str] | UnsetType = UNSET
    received_at: str
    time_clamped: bool | UnsetType = UNSET


class FunnelData(Struct, gc=False, kw_only=True, omit_defaults=True):
    """A funnel event."""

    agency_id: str
    time_zone: str
    form_id: str
    stage: str
    n: int = 1
    received_at: str
    time_clamped: bool | UnsetType = UNSET


class InteractionData(Struct, gc=False, kw_only=True, omit_defaults=True):
    """An interaction record; `root` is there where it belongs to another root than itself.

    Free text comes first, up to `attributes`; topics are no free text, because there are figures of each.
    """

    query: Text = UNSET
    team: Text = UNSET
    transferred_to: Text = UNSET
    attributes: dict[str, str] = {}
    agency_id: str
    time_zone: str
    kind: str
    direction: str = "inbound"
    topic: list[str] = []
    reason: Text = UNSET
    started_at: str
    enqueued_at: Text = UNSET
    answered_at: Text = UNSET
    ended_at: Text = UNSET
    wait_s: float | UnsetType = UNSET
    talk_s: float | UnsetType = UNSET
    hold_s: float | UnsetType = UNSET
    wrap_up_s: float | UnsetType = UNSET
    outcome: str
    root: Text = UNSET
    results: int | UnsetType = UNSET
    cost: int | UnsetType = UNSET
    language: Text = UNSET
    subject: Text = UNSET
    received_at: str
    time_clamped: bool | UnsetType = UNSET


class TallyData(Struct, gc=False, kw_only=True, omit_defaults=True):
    """A tally."""

    agency_id: str
    time_zone: str
    measure: str
    measure_version: int
    scale: str
    grain: str
    start: str
    bins: dict[str, int]
    total: float | int | UnsetType = UNSET
    received_at: str


_RESPONSE: Final = msgspec.json.Decoder(ResponseData)
_FUNNEL: Final = msgspec.json.Decoder(FunnelData)
_INTERACTION: Final = msgspec.json.Decoder(InteractionData)
_TALLY: Final = msgspec.json.Decoder(TallyData)
_JSON: Final = msgspec.json.Encoder()


def strip_free_text(kind: Kind, data: str) -> str:
    """The data of a fact without free text: nothing that is counted, listed or corrected by it changes."""
    match kind:
        case "response":
            return text_of(replace(_RESPONSE.decode(data), page=UNSET))
        case "interaction":
            left = replace(_INTERACTION.decode(data), query=UNSET, team=UNSET, transferred_to=UNSET, attributes={})
            return text_of(left)
        case "funnel" | "tally":
            return data


def text_of(data: Struct) -> str:
    """The data as a fact keeps them."""
    return _JSON.encode(data).decode()


def contribution_of(fact: StoredFact) -> Content:
    """What a fact with data contributes: the same that its event did."""
    text = fact.data or "{}"
    match fact.kind:
        case "response":
            data = _RESPONSE.decode(text)
            return response_content(
                fact.service, fact.channel, fact.occurred_at, data, list(map(score_count, data.scores))
            )
        case "funnel":
            return funnel_content(fact.service, fact.channel, fact.occurred_at, _FUNNEL.decode(text))
        case "interaction":
            return interaction_content(
                fact.record_id, fact.service or None, fact.channel or None, _INTERACTION.decode(text)
            )
        case "tally":
            return tally_content(fact.service, fact.channel, _TALLY.decode(text))


def response_content(
    service: str, channel: str, occurred: int, data: ResponseData, counts: Sequence[MeasureCount]
) -> CellContribution:
    """`counts` are those of the scores in `data`. ValueError when something in it cannot be counted."""
    touchpoint = "" if data.touchpoint is UNSET else data.touchpoint
    place = unit_place(service, channel, touchpoint, data.time_zone, occurred)
    lists = list_questions(data.answers)
    several = list_counts(data.scores, lists) if lists and counts else ()
    return response_contribution(place, data.form_id, (*counts, *several))


def funnel_content(service: str, channel: str, occurred: int, data: FunnelData) -> CellContribution:
    """ValueError when something in it cannot be counted."""
    if data.n > LARGEST_COUNT:
        raise ValueError(f"n: {data.n} is more than can be counted")
    place = unit_place(service, channel, "", data.time_zone, occurred)
    return funnel_contribution(place, data.form_id, data.stage, data.n)


def tally_content(service: str, channel: str, data: TallyData) -> CellContribution:
    """ValueError when something in it cannot be counted."""
    buckets = tally_buckets(CellGrain(data.grain), date.fromisoformat(data.start))
    place = checked_place(CellCoordinates(service, channel, "", buckets))
    total = None if data.total is UNSET else data.total
    return tally_contribution(place, data.measure, data.measure_version, MeasureScale(data.scale), data.bins, total)


def interaction_content(
    record_id: str, service: str | None, channel: str | None, data: InteractionData
) -> InteractionRecord:
    """ValueError when it contradicts itself: ended before it started, or at a time or place that is none."""
    started = datetime.fromisoformat(data.started_at)
    start = epoch_ms(started)
    ended = _parse_instant(data.ended_at)
    if ended is not None and ended < start:
        raise ValueError("ended_at: ended before it started")
    checked_place(CellCoordinates(service or "-", channel or "", "", unit_buckets(data.time_zone, start)))
    if data.cost is not UNSET and abs(data.cost) > LARGEST_COUNT:
        raise ValueError(f"cost: {data.cost} is more than can be counted")
    return InteractionRecord(
        record_id=record_id,
        order=start * _MS_IN_US + started.microsecond % _MS_IN_US,
        time_zone=data.time_zone,
        service=service,
        channel=channel,
        kind=data.kind,
        direction=data.direction,
        topics=tuple(data.topic),
        reason=None if data.reason is UNSET else data.reason,
        started=start,
        enqueued=_parse_instant(data.enqueued_at),
        answered=_parse_instant(data.answered_at),
        ended=ended,
        wait=_duration_ms(data.wait_s),
        talk=_duration_ms(data.talk_s),
        hold=_duration_ms(data.hold_s),
        wrap_up=_duration_ms(data.wrap_up_s),
        outcome=data.outcome,
        results=None if data.results is UNSET else data.results,
        cost=None if data.cost is UNSET else data.cost,
    )


def _parse_instant(text: Text) -> int | None:
    return None if text is UNSET else epoch_ms(datetime.fromisoformat(text))


def _duration_ms(seconds: float | UnsetType) -> int | None:
    return None if seconds is UNSET else to_milliseconds(seconds)
