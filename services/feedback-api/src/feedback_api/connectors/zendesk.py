"""Zendesk: the events of tickets, as event webhooks deliver them."""

from collections.abc import Mapping, Sequence
from typing import Final

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, first_of
from feedback_api.connectors.record_reader import FieldValue, RecordReader
from feedback_api.connectors.revisions import ranked_revision
from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import Item, is_list, is_object

_VENDOR_PREFIX: Final = "zen:event-type:"
_PREFIX: Final = "zen:event-type:ticket."
_CHANNELS: Final[Mapping[str, str]] = {
    "email": "email", "web": "website", "web_form": "website", "web_service": "website", "api": "website",
    "help_center": "website", "helpcenter": "website", "web_widget": "website", "mobile": "mobile_app",
    "mobile_sdk": "mobile_app", "chat": "live_chat", "messaging": "live_chat", "native_messaging": "live_chat",
    "voice": "phone", "phone": "phone", "phone_call_inbound": "phone", "phone_call_outbound": "phone",
    "voicemail": "phone", "sms": "sms", "twitter": "social_media", "twitter_dm": "social_media",
    "facebook": "social_media", "whatsapp": "social_media", "instagram_dm": "social_media",
    "any_channel": "other_digital",
}  # fmt: skip
_OPEN: Final = frozenset({"new", "open", "pending", "hold"})
_SOLVED: Final = frozenset({"solved", "closed"})
_ENDED_BY: Final = frozenset({"created", "status_changed"})
_MERGED_TAG: Final = "closed_by_merge"
_STATUS_RANK: Final[Mapping[str, int]] = {"new": 0, "open": 1, "hold": 2, "pending": 2, "solved": 3, "closed": 3}
_GONE_RANK: Final = 4
_GONE: Final = frozenset({"merged", "marked_as_spam", "soft_deleted", "permanently_deleted"})


def map_zendesk(record: Item, _setting: MappingContext) -> Sequence[DraftInteraction]:
    """The draft of an event's ticket; empty where the event changes nothing that is counted."""
    event = RecordReader(record)
    kind = event.required_text("type")
    name = str(kind.value).lower()
    if not name.startswith(_VENDOR_PREFIX):
        raise invalid_field(kind.path, "other_vendor", f"must begin with {_VENDOR_PREFIX}: this is no event of Zendesk")
    if not name.startswith(_PREFIX):
        return ()
    ticket = event.sub_record("detail")
    status = (ticket.read_text("status") or "").lower()
    name = _event_name(name.removeprefix(_PREFIX), ticket)
    if _changes_nothing(name, status, event):
        return ()
    draft = DraftInteraction()
    identity = ticket.required_text("id")
    draft.put_value("id", identity)
    draft.put_value("root_id", identity)
    happened = event.read_instant("time") or ticket.read_instant("updated_at")
    draft.put_fact("revision", ranked_revision(happened, _event_rank(event, ticket, name, status)))
    _map_contact(draft, ticket)
    _map_times(draft, event, ticket, name, status)
    _map_facts(draft, ticket)
    return (draft,)


def _event_name(name: str, ticket: RecordReader) -> str:
    """The name of the event; a ticket that Zendesk closes because it was merged counts as merged."""
    tags = ticket.value_at("tags").value
    return "merged" if name in _ENDED_BY and is_list(tags) and _MERGED_TAG in tags else name


def _event_rank(event: RecordReader, ticket: RecordReader, name: str, status: str) -> int:
    """Which of several events of one instant is the last: by what became of the ticket, then by their sequence."""
    state = _GONE_RANK if name in _GONE else _STATUS_RANK.get(status, _STATUS_RANK["open"])
    return state * 10 + (0 if name == "created" else min(1 + _position(event, ticket), 9))


def _position(event: RecordReader, ticket: RecordReader) -> int:
    """Position of an event within one update; the number of tags where Zendesk sends no sequence."""
    meta = event.value_at("event").value
    for part in ("meta", "sequence", "position"):
        meta = meta.get(part) if is_object(meta) else None
    if isinstance(meta, int) and meta >= 0:
        return meta
    tags = ticket.value_at("tags").value
    return len(tags) if is_list(tags) else 0


def _changes_nothing(name: str, status: str, event: RecordReader) -> bool:
    """A solved ticket keeps its end: being closed days later, or tagged, is no second end."""
    if status not in _SOLVED or name in _GONE:
        return False
    if name not in _ENDED_BY:
        return True
    before = event.sub_record("event").value_at("previous").value
    return name == "status_changed" and isinstance(before, str) and before.lower() in _SOLVED


def _map_contact(draft: DraftInteraction, ticket: RecordReader) -> None:
    via = ticket.sub_record("via").read_text("channel")
    channel = first_of(_CHANNELS, via)
    if channel is None:
        draft.keep_attribute("via-channel", via)
    draft.put_fact("kind", "service_request")
    draft.put_fact("channel", channel)
    draft.put_fact("direction", "inbound")
    requester = ticket.read_text("requester_id")
    set_caller(draft, FieldValue(None if requester is None else f"zendesk:{requester}", ticket.path_of("requester_id")))


def _map_times(draft: DraftInteraction, event: RecordReader, ticket: RecordReader, name: str, status: str) -> None:
    draft.put_value("started_at", ticket.required_text("created_at"))
    if name in _GONE:
        draft.put_fact("outcome", "failed")
        draft.keep_attribute("ticket-event", name)
    elif status in _SOLVED:
        draft.put_fact("outcome", "completed")
    else:
        draft.put_fact("outcome", "open")
        if status not in _OPEN:
            draft.keep_attribute("status", status)
        return
    draft.put_value("ended_at", event.value_at("time") if event.has_value("time") else ticket.value_at("updated_at"))


def _map_facts(draft: DraftInteraction, ticket: RecordReader) -> None:
    for name in ("group_id", "brand_id", "form_id", "priority", "type", "status", "custom_status", "organization_id"):
        draft.read_fact(name, ticket.value_at(name).value)
    draft.read_fact("via.channel", ticket.sub_record("via").value_at("channel").value)
    tags = ticket.value_at("tags").value
    draft.read_fact("tags", *(tags if is_list(tags) else ()))
