"""Port of intake: parsers that turn an item into a log record."""

from dataclasses import dataclass
from typing import Literal, Protocol

from feedback_api.intake.context import IntakeContext
from feedback_api.intake.field_readers import Item
from soundings.log.port import LogRecord

# What a source may be allowed to send.
Accepted = Literal["responses", "interactions", "tallies"]

RecordKind = Literal["response", "interaction", "tally"]


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """A valid item: its id, its root id where the type has roots, and the record for the log."""

    record_id: str
    root_id: str | None
    record: LogRecord


class ItemParser(Protocol):
    """Makes log records of items. ``given_id`` is the id from the Idempotency-Key or the envelope, if any."""

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
        """The record type in receipts; None where records cannot be retracted."""
        ...

    def parse(self, item: Item, sender: IntakeContext, given_id: str | None) -> ParsedItem:
        """The record of an item. Raises InvalidInput with the invalid field."""
        ...
