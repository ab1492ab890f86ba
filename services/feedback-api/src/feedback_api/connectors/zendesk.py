"""Zendesk: the events of tickets, as event webhooks deliver them."""

from collections.abc import Mapping, Sequence
from typing import Final

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, first_of
from feedback_api.connectors.record_reader import Found, Part
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
    """A draft of the ticket that an event tells of; none where it changes nothing that is counted."""
    event = Part(record)
    kind = event.required("type")
    name = str(kind.value).lower()
    if not name.startswith(_VENDOR_PREFIX):
        raise invalid_field(kind.path, "other_vendor", f"must begin with {_VENDOR_PREFIX}: this is no event of Zendesk")
    if not name.startswith(_PREFIX):
        return ()
    ticket = event.part("detail")
    status = (ticket.text("status") or "").lower()
    name = _event_name(name.removeprefix(_PREFIX), ticket)
    if _changes_nothing(name, status, event):
        return ()
    draft = DraftInteraction()
    identity = ticket.required("id")
    draft.put("id", identity)
    draft.put("root_id", identity)
    happened = event.time("time") or ticket.time("updated_at")
    draft.say("revision", ranked_revision(happened, _event_rank(event, ticket, name, status)))
    _contact(draft, ticket)
    _course(draft, event, ticket, name, status)
    _facts(draft, ticket)
    return (draft,)


def _event_name(name: str, ticket: Part) -> str:
    """The name of the event; a ticket that Zendesk closes because it was merged counts as merged."""
    tags = ticket.at("tags").value
    return "merged" if name in _ENDED_BY and is_list(tags) and _MERGED_TAG in tags else name


def _event_rank(event: Part, ticket: Part, name: str, status: str) -> int:
    """Which of several events of one instant is the last: by what became of the ticket, then by their sequence."""
    state = _GONE_RANK if name in _GONE else _STATUS_RANK.get(status, _STATUS_RANK["open"])
    return state * 10 + (0 if name == "created" else min(1 + _position(event, ticket), 9))


def _position(event: Part, ticket: Part) -> int:
    """The place of an event among those of one update; by the number of tags where Zendesk does not tell it."""
    meta = event.at("event").value
    for part in ("meta", "sequence", "position"):
        meta = meta.get(part) if is_object(meta) else None
    if isinstance(meta, int) and meta >= 0:
        return meta
    tags = ticket.at("tags").value
    return len(tags) if is_list(tags) else 0


def _changes_nothing(name: str, status: str, event: Part) -> bool:
    """A solved ticket keeps its end: being closed days later, or tagged, is no second end."""
    if status not in _SOLVED or name in _GONE:
        return False
    if name not in _ENDED_BY:
        return True
    before = event.part("event").at("previous").value
    return name == "status_changed" and isinstance(before, str) and before.lower() in _SOLVED


def _contact(draft: DraftInteraction, ticket: Part) -> None:
    via = ticket.part("via").text("channel")
    channel = first_of(_CHANNELS, via)
    if channel is None:
        draft.keep("via-channel", via)
    draft.say("kind", "service_request")
    draft.say("channel", channel)
    draft.say("direction", "inbound")
    requester = ticket.text("requester_id")
    set_caller(draft, Found(None if requester is None else f"zendesk:{requester}", ticket.path("requester_id")))


def _course(draft: DraftInteraction, event: Part, ticket: Part, name: str, status: str) -> None:
    draft.put("started_at", ticket.required("created_at"))
    if name in _GONE:
        draft.say("outcome", "failed")
        draft.keep("ticket-event", name)
    elif status in _SOLVED:
        draft.say("outcome", "completed")
    else:
        draft.say("outcome", "open")
        if status not in _OPEN:
            draft.keep("status", status)
        return
    draft.put("ended_at", event.at("time") if event.has("time") else ticket.at("updated_at"))


def _facts(draft: DraftInteraction, ticket: Part) -> None:
    for name in ("group_id", "brand_id", "form_id", "priority", "type", "status", "custom_status", "organization_id"):
        draft.fact(name, ticket.at(name).value)
    draft.fact("via.channel", ticket.part("via").at("channel").value)
    tags = ticket.at("tags").value
    draft.fact("tags", *(tags if is_list(tags) else ()))
