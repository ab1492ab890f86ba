"""Structs of events in the plain shape that this platform writes, decoded and checked in one pass.

The contract models accept everything that passes here, with the same meaning. A mismatch here refuses nothing: the
models decide, and they serialise to the plain shape.
"""

from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from metrics_worker.aggregation.fact_payloads import FunnelData, InteractionData, ResponseData, TallyData, Text
from soundings.events.base import REVISION_MAX
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import (
    ContactDirection,
    ContactOutcome,
    ContactReason,
    FunnelStage,
    InteractionKind,
    ServiceChannel,
)

if TYPE_CHECKING:
    ChannelCode = str
    StageCode = str
    KindCode = str
    DirectionCode = str
    OutcomeCode = str
    ReasonCode = str
    ScaleCode = str
else:
    # As literals, since members of an enum cost more to make and to hash than their texts.
    ChannelCode = Literal[tuple(channel.value for channel in ServiceChannel)]
    StageCode = Literal[tuple(stage.value for stage in FunnelStage)]
    KindCode = Literal[tuple(kind.value for kind in InteractionKind)]
    DirectionCode = Literal[tuple(direction.value for direction in ContactDirection)]
    OutcomeCode = Literal[tuple(outcome.value for outcome in ContactOutcome)]
    ReasonCode = Literal[tuple(reason.value for reason in ContactReason)]
    ScaleCode = Literal[tuple(scale.value for scale in MeasureScale)]

Revision = Annotated[int, Meta(ge=0, le=REVISION_MAX)]
Seconds = Annotated[float, Meta(ge=0, le=3_200_000_000)]


class PlainScore(Struct, gc=False):
    """A scored answer; its values in this order are a row of `ResponseData.scores`."""

    question_id: str
    measure: str
    measure_version: int
    scale: ScaleCode
    value: int | str


class ResponseStruct(ResponseData, gc=False, kw_only=True):
    """A response as it was submitted."""

    record_id: str
    source_id: str
    revision: Revision = 0
    service_id: str
    channel: ChannelCode
    scores: list[PlainScore] = []  # type: ignore[assignment]  # rows in the fact, objects in the event
    comments: dict[str, str] = {}
    quarantined: bool = False
    occurred_at: str
    test: bool = False
    adjusted_fields: list[str] | UnsetType = UNSET


class PlainFunnel(FunnelData, gc=False, kw_only=True):
    """A step of the funnel."""

    record_id: str
    source_id: str
    revision: Revision = 0
    service_id: str
    channel: ChannelCode
    stage: StageCode
    n: Annotated[int, Meta(ge=1)] = 1
    occurred_at: str
    test: bool = False
    adjusted_fields: list[str] | UnsetType = UNSET


class PlainInteraction(InteractionData, gc=False, kw_only=True):
    """A record of a contact."""

    record_id: str
    source_id: str
    root_id: str
    revision: Revision = 0
    service_id: Text = UNSET
    channel: ChannelCode | UnsetType = UNSET
    kind: KindCode
    direction: DirectionCode = "inbound"
    reason: ReasonCode | UnsetType = UNSET
    wait_s: Seconds | UnsetType = UNSET
    talk_s: Seconds | UnsetType = UNSET
    hold_s: Seconds | UnsetType = UNSET
    wrap_up_s: Seconds | UnsetType = UNSET
    outcome: OutcomeCode
    results: Annotated[int, Meta(ge=0)] | UnsetType = UNSET


class PlainTally(TallyData, gc=False, kw_only=True):
    """Totals counted by an external system."""

    tally_id: str
    source_id: str
    revision: Revision
    service_id: str
    channel: ChannelCode


RESPONSES: Final = msgspec.json.Decoder(ResponseStruct)
FUNNELS: Final = msgspec.json.Decoder(PlainFunnel)
INTERACTIONS: Final = msgspec.json.Decoder(PlainInteraction)
TALLIES: Final = msgspec.json.Decoder(PlainTally)
