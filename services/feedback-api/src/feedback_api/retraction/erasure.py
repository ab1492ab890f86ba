"""Erasing many records at once: each becomes a retraction on the log, or is refused by its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from feedback_api.intake.context import CatalogueLookup
from feedback_api.intake.errors import FORBIDDEN, invalid_field, missing_field, unknown_field
from feedback_api.intake.field_readers import is_object, read_identifier, read_reference, required_choice
from feedback_api.intake.ports import RecordKind
from feedback_api.intake.use_cases import BatchResult, RejectedItem
from feedback_api.retraction.legal_hold import held_refusal, is_held
from feedback_api.retraction.parser import RetractionTarget, build_retraction
from soundings.access.roles import Principal
from soundings.events.envelope import encode_event
from soundings.http.loop_turn import LoopTurn
from soundings.kernel.errors import FieldError, InvalidInput, ServiceUnavailable
from soundings.log.port import AppendFailed, EventLog, LogRecord
from soundings.telemetry.tracing import current_traceparent

_FIELDS: Final = frozenset({"source_id", "kind", "id", "root_id"})
_KINDS: Final[Mapping[str, RecordKind]] = {"response": "response", "interaction": "interaction"}
_NOT_STORED: Final = FieldError("", "not_stored", "could not be stored just now; send it again")


@dataclass(frozen=True, slots=True)
class ErasureContext:
    """The caller, the catalogue and the time of an erasure request."""

    principal: Principal
    directory: CatalogueLookup
    at: datetime

    def target_of(self, item: object) -> RetractionTarget:
        """The record that an item names. Raises InvalidInput where it may not be erased."""
        if not is_object(item):
            raise invalid_field("", "wrong_type", "an item must be an object")
        if not item.keys() <= _FIELDS:
            raise unknown_field(item, _FIELDS)
        source_id, record_id = read_reference(item, "source_id"), read_identifier(item, "id")
        if source_id is None or record_id is None:
            raise missing_field("source_id" if source_id is None else "id")
        kind = _KINDS[required_choice(item, "kind", {name: name for name in _KINDS})]
        root_id = read_identifier(item, "root_id")
        if root_id is not None and kind != "interaction":
            raise invalid_field("root_id", "not_here", "only interactions have roots")
        self._check_source(source_id)
        return RetractionTarget(source_id, kind, record_id, root_id)

    def _check_source(self, source_id: str) -> None:
        """An unknown source has no agency, so only callers with access to all agencies may erase from it."""
        source = self.directory.registered_source(source_id)
        if not self.principal.can_act_for("" if source is None else source.agency_id):
            raise invalid_field("source_id", FORBIDDEN, "is not a source of your agency")
        if is_held(source_id, self.directory):
            raise held_refusal("source_id")


async def erase_records(items: Sequence[object], eraser: ErasureContext, log: EventLog) -> BatchResult:
    """Append a retraction for each record that may be erased; what is counted as accepted is durable.

    Raises ServiceUnavailable when nothing was stored and a retry may help.
    """
    bundles, rejected = await _sort_targets(items, eraser)
    lost = 0
    for topic, bundle in bundles.items():
        places = await log.append_records(topic, [record for _, record in bundle])
        for (index, _), place in zip(bundle, places, strict=True):
            if isinstance(place, AppendFailed):
                lost += 1
                rejected.append(RejectedItem(index, None, _NOT_STORED))
    if lost and len(rejected) == len(items):
        raise ServiceUnavailable("The log could not store this just now; send it again.")
    rejected.sort(key=lambda rejection: rejection.index)
    return BatchResult(len(items) - len(rejected), rejected)


async def _sort_targets(
    items: Sequence[object], eraser: ErasureContext
) -> tuple[dict[str, list[tuple[int, LogRecord]]], list[RejectedItem]]:
    bundles: dict[str, list[tuple[int, LogRecord]]] = {}
    rejected: list[RejectedItem] = []
    turn = LoopTurn()
    for index, item in enumerate(items):
        await turn.give_way()
        try:
            event = build_retraction(eraser.target_of(item), "erasure", eraser.at)
        except InvalidInput as refusal:
            rejected.append(RejectedItem(index, None, refusal.faults[0]))
        else:
            bundles.setdefault(event.TOPIC.name, []).append((index, encode_event(event, current_traceparent())))
    return bundles, rejected
