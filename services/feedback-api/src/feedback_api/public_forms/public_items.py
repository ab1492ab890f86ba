"""Bounds on public items: id, time and channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feedback_api.intake.context import IntakeContext
from feedback_api.intake.field_readers import Item, read_identifier
from feedback_api.intake.record_ids import public_id
from feedback_api.intake.timestamps import TOLERANCE, read_instant
from soundings.events.forms import FormBody
from soundings.kernel.ids import new_id

# Accepted delay of a submission: the widget's retry queue keeps it for a day.
LATE: Final = timedelta(hours=25)


@dataclass(frozen=True, slots=True)
class PublicItem:
    """An item with its id on the log and without what it may not say, which ``adjusted`` names; when it was given."""

    item: Item
    given_at: datetime | None
    adjusted: tuple[str, ...]


def public_item(item: Item, form: FormBody, sender: IntakeContext, given_id: str | None = None) -> PublicItem:
    """The item as a record may be made of it. Refuses an id that is no UUID and a time that is none.

    A time that lies more than 25 hours back or in the future gives way to the arrival, and a channel that the form
    does not list to the source's own: an answer is worth more than what a page says about it.
    """
    own_id = read_identifier(item, "id") or given_id
    kept = {**item, "id": public_id(new_id() if own_id is None else own_id)}
    adjusted: list[str] = []
    given_at = read_instant(item, "occurred_at")
    if given_at is not None and not sender.received_at - LATE <= given_at <= sender.received_at + TOLERANCE:
        adjusted.append("occurred_at")
        given_at = None
        del kept["occurred_at"]
    channel = item.get("channel")
    if isinstance(channel, str) and channel not in _channels(form, sender):
        adjusted.append("channel")
        del kept["channel"]
    return PublicItem(kept, given_at, tuple(adjusted))


def _channels(form: FormBody, sender: IntakeContext) -> frozenset[str]:
    return frozenset(channel.value for channel in form.channels) or frozenset({sender.source.default_channel})
