"""Item parser of funnel events."""

from collections.abc import Callable, Mapping
from typing import Final

from feedback_api.intake.context import CHANNELS, CatalogueLookup, IntakeContext
from feedback_api.intake.errors import unknown_field
from feedback_api.intake.field_readers import Item, read_choice, read_flag, read_revision, required_choice, whole_number
from feedback_api.intake.form_lookup import resolve_form, resolve_form_service
from feedback_api.intake.ports import Accepted, ParsedItem, RecordKind
from feedback_api.intake.record_builder import RecordBuilder
from feedback_api.intake.record_ids import record_id_of
from feedback_api.intake.timestamps import clamp_occurred_at, read_instant
from soundings.events.response import FormFunnelStep
from soundings.events.topics import RESPONSES
from soundings.kernel.ids import new_id
from soundings.kernel.vocabulary import FunnelStage

FIELDS: Final = frozenset(
    {"id", "form_id", "form_version", "service_id", "channel", "stage", "n", "occurred_at", "revision", "test"}
)
_STAGES: Final[Mapping[str, str]] = {stage.value: stage.value for stage in FunnelStage}
_MOST: Final = 10**9


class FunnelParser:
    """Parses counts of how often a form was offered, shown or started. The endpoint decides who may send ``n``."""

    accepted_as: Accepted = "responses"
    topic: str = RESPONSES.name
    receipt_kind: RecordKind | None = None

    def __init__(self, directory: CatalogueLookup, *, new_record_id: Callable[[], str] = new_id) -> None:
        self._directory = directory
        self._new_id = new_record_id
        self._maker = RecordBuilder(FormFunnelStep, FormFunnelStep.KIND)

    def parse(self, item: Item, sender: IntakeContext, given_id: str | None) -> ParsedItem:
        """The record of a funnel event. Raises InvalidInput."""
        if not item.keys() <= FIELDS:
            raise unknown_field(item, FIELDS)
        record_id = record_id_of(item, sender, given_id, self._new_id)
        form = resolve_form(item, sender, self._directory)
        occurred_at, clamped = clamp_occurred_at(read_instant(item, "occurred_at"), sender.received_at)
        revised = read_revision(item) or 0
        count = whole_number(item, "n", 1, _MOST)
        data: dict[str, object] = {
            "record_id": record_id,
            "source_id": sender.source.id,
            "revision": revised,
            "agency_id": sender.agency.id,
            "time_zone": sender.agency.time_zone,
            "service_id": resolve_form_service(item, form, sender, self._directory),
            "channel": read_choice(item, "channel", CHANNELS) or sender.source.default_channel,
            "form_id": form.form_id,
            "stage": required_choice(item, "stage", _STAGES),
            "n": 1 if count is None else count,
            "occurred_at": occurred_at,
            "received_at": sender.received_at,
            "time_clamped": clamped or "occurred_at" in sender.adjusted,
            "test": read_flag(item, "test"),
            "adjusted_fields": sender.adjusted or None,
        }
        return self._maker.build_record(data, sender, record_id=record_id, revision=revised, at=occurred_at)
