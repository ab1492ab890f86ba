"""Mapping of vendor records to log records: draft, mapping rules, and the validation of the record endpoints."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from feedback_api.connectors.amazon_connect import callback_origins, map_amazon_connect
from feedback_api.connectors.draft import DraftInteraction, Mapper, MappingContext
from feedback_api.connectors.generic_csv import map_generic_csv
from feedback_api.connectors.genesys_cloud import map_genesys_cloud
from feedback_api.connectors.mapping_rules import Fact, MappingRules
from feedback_api.connectors.record_reader import UnreadRow
from feedback_api.connectors.twilio import map_twilio
from feedback_api.connectors.zendesk import map_zendesk
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import is_object
from feedback_api.intake.ports import ItemParser, ParsedItem
from feedback_api.intake.text_length import LONG_TEXT, check_text_length, text_length
from soundings.events.catalogue import ConnectorBody, Vendor
from soundings.http.loop_turn import LoopTurn
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.ids import RECORD_ID_MAX

MAPPERS: Final[Mapping[Vendor, Mapper]] = {
    "amazon-connect": map_amazon_connect,
    "genesys-cloud": map_genesys_cloud,
    "twilio": map_twilio,
    "zendesk": map_zendesk,
    "generic-csv": map_generic_csv,
}


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """Result of mapping a vendor record: records for the log, or a refusal; neither where it describes no contact."""

    external_id: str | None
    taken: Sequence[ParsedItem]
    refusal: InvalidInput | None
    # Values that no rule looks at.
    silent: Sequence[Fact]
    has_service: bool


class ContentClashes:
    """Finds records of one file that say different things under one id and revision: all but one would be lost.

    Spreadsheets make such ids of long numbers (``2.02603E+11``).
    """

    def __init__(self, setting: MappingContext) -> None:
        self._column = setting.connector.columns.get("id", "id")
        self._seen: dict[tuple[str | None, bytes], tuple[int, bytes | None]] = {}

    def reject_clash(self, index: int, mapped: MappedRecord) -> MappedRecord:
        """The same, or its refusal where an earlier record has its id and another content."""
        for taken in mapped.taken:
            identity = (taken.root_id, dict(taken.record.headers)["ce_id"])
            first, content = self._seen.setdefault(identity, (index, taken.record.value))
            if content != taken.record.value:
                detail = (
                    f"{(mapped.external_id or '')[:100]!r} is the id of record {first} of this file too, with other "
                    "content. Did a spreadsheet shorten the ids, as in 2.02603E+11?"
                )
                refusal = invalid_field(self._column, "conflicting_content", detail)
                return MappedRecord(mapped.external_id, (), refusal, (), has_service=False)
        return mapped


class VendorRecordMapper:
    """Maps the records that one source sends from one vendor."""

    def __init__(
        self, vendor: Vendor, interactions: ItemParser, sender: IntakeContext, default_revision: int | None = None
    ) -> None:
        self._vendor: Vendor = vendor
        self._map = MAPPERS[vendor]
        self._default_revision = default_revision
        self._interactions = interactions
        self._sender = sender
        connector = sender.source.connectors.get(vendor) or ConnectorBody(vendor=vendor)
        self._setting = MappingContext(connector, ZoneInfo(sender.agency.time_zone))
        self._rules = MappingRules(connector)

    async def map_records(self, records: Sequence[object]) -> list[MappedRecord]:
        """The result of each record, in order. Yields to other requests in between. Raises TooLarge."""
        check_text_length(records)
        if self._vendor == "amazon-connect":
            self._setting = replace(self._setting, called_back=callback_origins(records))
        mapped: list[MappedRecord] = []
        clashes = ContentClashes(self._setting) if self._vendor == "generic-csv" else None
        turn = LoopTurn()
        for index, record in enumerate(records):
            is_long = text_length(record) > LONG_TEXT
            one = await asyncio.to_thread(self.map_record, record) if is_long else self.map_record(record)
            mapped.append(one if clashes is None else clashes.reject_clash(index, one))
            await turn.give_way()
        return mapped

    def map_record(self, record: object) -> MappedRecord:
        """The result of one record. A record with an invalid part is refused as a whole."""
        drafts: Sequence[DraftInteraction] = ()
        try:
            if isinstance(record, UnreadRow):
                raise invalid_field("row", "ragged_row", record.detail)
            if not is_object(record):
                raise invalid_field("", "wrong_type", "a record must be an object")
            drafts = self._map(record, self._setting)
            for draft in drafts:
                self._rules.apply_rules(draft)
                if self._default_revision is not None:
                    draft.item.setdefault("revision", self._default_revision)
            taken = [self._finish_draft(draft) for draft in drafts]
        except InvalidInput as refusal:
            given_id = _id_of(drafts) or vendor_id(self._vendor, record, self._setting)
            return MappedRecord(given_id, (), refusal, (), has_service=False)
        silent = [fact for draft in drafts for fact in self._rules.unmapped_values(draft)]
        return MappedRecord(_id_of(drafts), taken, None, silent, has_service=self._place_drafts(drafts))

    def _place_drafts(self, drafts: Sequence[DraftInteraction]) -> bool:
        return self._sender.source.only_service is not None or any("service_id" in draft.item for draft in drafts)

    def _finish_draft(self, draft: DraftInteraction) -> ParsedItem:
        try:
            return self._interactions.parse(draft.to_item(), self._sender, None)
        except InvalidInput as refusal:
            raise InvalidInput([_by_the_vendor(fault, draft) for fault in refusal.faults]) from None


def _by_the_vendor(fault: FieldError, draft: DraftInteraction) -> FieldError:
    """The fault with the vendor's own name for the field, where the value is the vendor's."""
    name, _, rest = fault.field.partition(".")
    place = draft.places.get(fault.field) or draft.places.get(name)
    if place is None:
        return fault
    return FieldError(place, fault.code, f"{fault.detail} ({'.'.join(filter(None, (name, rest)))} of the interaction)")


_ID_PATHS: Final[Mapping[Vendor, Sequence[Sequence[str]]]] = {
    "amazon-connect": (("ContactId",), ("detail", "contactId")),
    "genesys-cloud": (("conversationId",),),
    "twilio": (("data", "payload", "reservation_sid"), ("data", "payload", "task_sid")),
    "zendesk": (("detail", "id"),),
}


def vendor_id(vendor: Vendor, record: object, setting: MappingContext) -> str | None:
    """The id in a record that could not be mapped, for its sender to find it again; None where it has none."""
    if vendor == "generic-csv":
        paths: Sequence[Sequence[str]] = ((setting.connector.columns.get("id", "id"),),)
    else:
        paths = _ID_PATHS[vendor]
    for path in paths:
        value = record
        for name in path:
            value = value.get(name) if is_object(value) else None
        if (
            isinstance(value, str | int)
            and not isinstance(value, bool)
            and 0 < len(text := str(value).strip()) <= RECORD_ID_MAX
        ):
            return text
    return None


def _id_of(drafts: Sequence[DraftInteraction]) -> str | None:
    given = drafts[0].item.get("id") if drafts else None
    return given if isinstance(given, str) else None
