"""Use case of the record endpoints: validate items, append valid ones per topic, report each result."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import is_object
from feedback_api.intake.ports import ItemParser, ParsedItem
from feedback_api.intake.text_length import LONG_TEXT, check_text_length, text_length
from soundings.http.loop_turn import LoopTurn
from soundings.kernel.errors import FieldError, InvalidInput, ServiceUnavailable
from soundings.kernel.ids import RECORD_ID_MAX
from soundings.log.port import AppendFailed, EventLog, LogRecord


@dataclass(frozen=True, slots=True)
class IncomingItem:
    """An item to be parsed: its parser, the JSON value, and the id from the request or envelope."""

    kind: ItemParser
    item: object
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class InvalidItem:
    """An item without a parser (for example of an unknown event type), with the reason."""

    external_id: str | None
    refusal: InvalidInput


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """An item that was parsed before, as the connectors do, with the topic of its record and the sender's id."""

    topic: str
    taken: ParsedItem
    external_id: str | None = None


IntakeEntry = IncomingItem | InvalidItem | PreparedItem


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """A rejected item: its index, the sender's id, and its first fault."""

    index: int
    id: str | int | None
    fault: FieldError


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Result of a batch: the number of durable items, and the rejected ones by index."""

    accepted: int
    rejected: Sequence[RejectedItem]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an item would be stored as: its place in the list, and its record for the log."""

    index: int
    taken: ParsedItem


@dataclass(slots=True)
class _CheckedBatch:
    """The records of one topic with the places of their items in the list."""

    indices: list[int] = field(default_factory=list[int])
    records: list[LogRecord] = field(default_factory=list[LogRecord])


def parse_item(entry: IntakeEntry, sender: IntakeContext) -> ParsedItem:
    """One item as a record. Raises InvalidInput."""
    if isinstance(entry, InvalidItem):
        raise entry.refusal
    if isinstance(entry, PreparedItem):
        return entry.taken
    item = entry.item
    if not is_object(item):
        raise invalid_field("", "wrong_type", "an item must be an object")
    return entry.kind.parse(item, sender, entry.external_id)


async def take_fairly(entry: IntakeEntry, sender: IntakeContext) -> ParsedItem:
    """As `parse_item`, on a worker thread for long texts, so that the event loop is not blocked."""
    if isinstance(entry, IncomingItem) and text_length(entry.item) > LONG_TEXT:
        return await asyncio.to_thread(parse_item, entry, sender)
    return parse_item(entry, sender)


async def receive_one(entry: IncomingItem, sender: IntakeContext, log: EventLog) -> ParsedItem:
    """Validate and append one item; durable on return. Raises InvalidInput or ServiceUnavailable."""
    taken = await take_fairly(entry, sender)
    (place,) = await log.append_records(entry.kind.topic, (taken.record,))
    if isinstance(place, AppendFailed):
        if place.retryable:
            raise ServiceUnavailable("The log could not store this just now; send it again.") from place
        raise InvalidInput((_not_stored(place),)) from place
    return taken


async def receive_many(entries: Sequence[IntakeEntry], sender: IntakeContext, log: EventLog) -> BatchResult:
    """Check every item and append those that hold; what is counted as accepted is durable.

    Raises ServiceUnavailable when nothing was stored and a retry may help, and TooLarge for too much text.
    """
    check_text_length(entry.item for entry in entries if isinstance(entry, IncomingItem))
    bundles, rejected = await _check_items(entries, sender)
    lost = 0
    for topic, bundle in bundles.items():
        places = await log.append_records(topic, bundle.records)
        for index, place in zip(bundle.indices, places, strict=True):
            if isinstance(place, AppendFailed):
                lost += place.retryable
                rejected.append(RejectedItem(index, _external_id(entries[index]), _not_stored(place)))
    if lost and len(rejected) == len(entries):
        raise ServiceUnavailable("The log could not store this just now; send it again.")
    rejected.sort(key=lambda rejection: rejection.index)
    return BatchResult(len(entries) - len(rejected), rejected)


async def preview_many(
    entries: Sequence[IncomingItem], sender: IntakeContext
) -> tuple[Sequence[Preview], Sequence[RejectedItem]]:
    """What each item would be stored as, and those that would be refused; writes nothing. Raises TooLarge."""
    check_text_length(entry.item for entry in entries)
    previews: list[Preview] = []
    rejected: list[RejectedItem] = []
    turn = LoopTurn()
    for index, entry in enumerate(entries):
        try:
            previews.append(Preview(index, await take_fairly(entry, sender)))
        except InvalidInput as refusal:
            rejected.append(RejectedItem(index, _external_id(entry), refusal.faults[0]))
        await turn.give_way()
    return previews, rejected


async def _check_items(
    entries: Sequence[IntakeEntry], sender: IntakeContext
) -> tuple[dict[str, _CheckedBatch], list[RejectedItem]]:
    bundles: dict[str, _CheckedBatch] = {}
    rejected: list[RejectedItem] = []
    turn = LoopTurn()
    for index, entry in enumerate(entries):
        try:
            taken = await take_fairly(entry, sender)
        except InvalidInput as refusal:
            rejected.append(RejectedItem(index, _external_id(entry), refusal.faults[0]))
        else:
            assert not isinstance(entry, InvalidItem)  # noqa: S101 - an invalid item always raises above
            topic = entry.topic if isinstance(entry, PreparedItem) else entry.kind.topic
            bundle = bundles.setdefault(topic, _CheckedBatch())
            bundle.indices.append(index)
            bundle.records.append(taken.record)
        await turn.give_way()
    return bundles, rejected


def _external_id(entry: IntakeEntry) -> str | int | None:
    """The item's own id, else the external one; None where neither is safe to return."""
    own: object = entry.item.get("id") if isinstance(entry, IncomingItem) and is_object(entry.item) else None
    if isinstance(own, int) or (isinstance(own, str) and len(own) <= RECORD_ID_MAX):
        return own
    return entry.external_id


def _not_stored(failure: AppendFailed) -> FieldError:
    if failure.retryable:
        return FieldError("", "not_stored", "could not be stored just now; send it again")
    return FieldError("", failure.reason, "cannot be stored: as one record of the log it is too large")
