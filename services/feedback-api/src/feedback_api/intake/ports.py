"""Kinds of records: what a door accepts, and what it makes of one item."""

from dataclasses import dataclass
from typing import Literal, Protocol

from feedback_api.intake.context import IntakeContext
from feedback_api.intake.field_readers import Item
from soundings.log.port import LogRecord

Accepted = Literal["responses", "interactions", "tallies"]
"""What a source may be allowed to send."""

RecordKind = Literal["response", "interaction", "tally"]


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """An item that holds what it must: its id, its root where the kind has roots, and the record for the log."""

    record_id: str
    root_id: str | None
    record: LogRecord


class ItemParser(Protocol):
    """Makes log records of items. ``given_id`` is the id that came beside the item (a key or an envelope), if any."""

    @property
    def accepted_as(self) -> Accepted:
        """What a source must be allowed to send."""
        ...

    @property
    def topic(self) -> str:
        """The topic that the records belong on."""
        ...

    @property
    def receipt_kind(self) -> RecordKind | None:
        """How a receipt calls this kind; None where there is nothing to take back."""
        ...

    def parse(self, item: Item, sender: IntakeContext, given_id: str | None) -> ParsedItem:
        """The record of an item; raises Refused with the field that is wrong."""
        ...
