"""Retractions: the events that take a record back for good, whether or not it has come yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import missing_field, unknown_field
from feedback_api.intake.field_readers import Item
from feedback_api.intake.ports import Accepted, ParsedItem, RecordKind
from feedback_api.intake.record_ids import keyed_identifier
from feedback_api.retraction.legal_hold import held_refusal
from soundings.events.base import EventData
from soundings.events.envelope import encode_event
from soundings.events.interaction import InteractionRetracted
from soundings.events.response import ResponseRetracted
from soundings.events.tally import TallyRetracted

# Why a record is taken back: the person who answered wants it, or its sender.
Reason = Literal["erasure", "sender"]


@dataclass(frozen=True, slots=True)
class RetractionTarget:
    """The record that is taken back; ``root_id`` is None where the kind has no roots, or the record is its own."""

    source_id: str
    kind: RecordKind
    record_id: str
    root_id: str | None = None


def build_retraction(target: RetractionTarget, reason: Reason, at: datetime) -> EventData:
    """The event that retracts a record. Tallies have no receipt, so only their sender retracts them."""
    if target.kind == "response":
        return ResponseRetracted(record_id=target.record_id, source_id=target.source_id, reason=reason, retracted_at=at)
    if target.kind == "interaction":
        return InteractionRetracted(
            record_id=target.record_id,
            source_id=target.source_id,
            root_id=target.root_id or target.record_id,
            reason=reason,
            retracted_at=at,
        )
    return TallyRetracted(tally_id=target.record_id, source_id=target.source_id, reason="sender", retracted_at=at)


_EVENTS: Final[Mapping[RecordKind, type[EventData]]] = {
    "response": ResponseRetracted,
    "interaction": InteractionRetracted,
    "tally": TallyRetracted,
}
_ACCEPTED_AS: Final[Mapping[RecordKind, Accepted]] = {
    "response": "responses",
    "interaction": "interactions",
    "tally": "tallies",
}


class RetractionParser:
    """Item parser of retractions sent as CloudEvents: ``{id, root_id?}``."""

    receipt_kind: RecordKind | None = None

    def __init__(self, kind: RecordKind) -> None:
        self._kind: RecordKind = kind
        self._fields = frozenset({"id", "root_id"} if kind == "interaction" else {"id"})
        self.accepted_as: Accepted = _ACCEPTED_AS[kind]
        self.topic: str = _EVENTS[kind].TOPIC.name

    def parse(self, item: Item, sender: IntakeContext, given_id: str | None) -> ParsedItem:  # noqa: ARG002 - it names this event
        """The record of a retraction. ``given_id`` identifies the event, never the retracted record."""
        if not item.keys() <= self._fields:
            raise unknown_field(item, self._fields)
        record_id = keyed_identifier(item, "id")
        if record_id is None:
            raise missing_field("id")
        if sender.source.legal_hold:
            raise held_refusal("")
        target = RetractionTarget(sender.source.id, self._kind, record_id, keyed_identifier(item, "root_id"))
        event = build_retraction(target, "sender", sender.received_at)
        return ParsedItem(record_id, target.root_id, encode_event(event, sender.traceparent))
