"""Amazon Connect: contact records, and contact events as EventBridge delivers them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, first_of
from feedback_api.connectors.record_reader import Part
from feedback_api.connectors.revisions import ranked_revision
from feedback_api.intake.field_readers import Item, is_object

_KINDS: Final[Mapping[str, str]] = {
    "voice": "call", "telephony": "call", "chat": "chat", "email": "email", "task": "service_request",
}  # fmt: skip
_CHANNELS: Final[Mapping[str, str]] = {
    "voice": "phone", "telephony": "phone", "chat": "live_chat", "email": "email", "connect:sms": "sms",
    "connect:apple": "social_media", "connect:whatsapp": "social_media", "connect:chat": "live_chat",
    "connect:webrtc": "website",
}  # fmt: skip
_OUTBOUND: Final = frozenset({"outbound", "external_outbound", "agent_reply", "campaign_preview"})
_INBOUND: Final = frozenset(
    {"inbound", "transfer", "queue_transfer", "callback", "api", "webrtc_api", "messaging_platform", "flow"}
)
_NO_CONTACT: Final = frozenset({"disconnect", "monitor"})
"""What runs after a contact (a flow that asks how it was) or listens to it, and is no part of it."""
_CONTACT_EVENT: Final = "Amazon Connect Contact Event"
_CALLED_BACK: Final = ("InitiationMethod", "PreviousContactId")
_OUTCOME_RANK: Final[Mapping[str, int]] = {
    "open": 0, "contained": 4, "completed": 4, "failed": 4, "abandoned": 5, "callback": 6, "transferred": 7,
    "answered": 8,
}  # fmt: skip
_MEASURED: Final = ("enqueued_at", "answered_at", "ended_at", "wait_s", "talk_s", "hold_s", "wrap_up_s")
_EVENT_EPOCH: Final = 1_000_000_000_000
"""Events count their milliseconds from 2001: a contact record, which says more, outranks every event."""


def callback_origins(records: Iterable[object]) -> frozenset[str]:
    """The contacts of a delivery that were called back: those before a contact of the method CALLBACK.

    A contact record does not tell whether the contact after it is a callback or a second queue; that one's does.
    """
    found: set[str] = set()
    for record in records:
        contact = record.get("detail", record) if is_object(record) else None
        if not is_object(contact):
            continue
        method, before = (contact.get(name) or contact.get(name[0].lower() + name[1:]) for name in _CALLED_BACK)
        if isinstance(method, str) and isinstance(before, str) and method.lower() == "callback":
            found.add(before)
    return frozenset(found)


def map_amazon_connect(record: Item, setting: MappingContext) -> Sequence[DraftInteraction]:
    """One draft of a contact record or a contact event; none of what is not a contact of a person."""
    envelope = Part(record, any_case=True)
    is_event = envelope.has("detail")
    if is_event and _is_other_event(envelope):
        return ()
    contact = envelope.part("detail") if is_event else envelope
    identity = contact.required("ContactId")
    method = contact.text("InitiationMethod")
    if method is not None and method.lower() in _NO_CONTACT:
        return ()
    draft = DraftInteraction()
    draft.put("id", identity)
    initial = contact.at("InitialContactId")
    draft.put("root_id", identity if initial.value is None else initial)
    _contact(draft, contact, method)
    _course(draft, contact, method, is_called_back=identity.value in setting.called_back)
    _facts(draft, contact, method)
    rank = _state_rank(draft)
    if is_event:
        draft.say("revision", max(ranked_revision(envelope.time("time"), rank) - _EVENT_EPOCH, rank))
    else:
        draft.say("revision", ranked_revision(_last_update(contact), rank))
    return (draft,)


def _is_other_event(envelope: Part) -> bool:
    """Whether it is an event of Amazon Connect that is not about a contact, such as one of Contact Lens rules."""
    kind = envelope.at("detail-type").value
    return envelope.at("source").value == "aws.connect" and isinstance(kind, str) and kind != _CONTACT_EVENT


def _last_update(contact: Part) -> datetime | None:
    names = ("LastUpdateTimestamp", "DisconnectTimestamp", "InitiationTimestamp")
    return next((at for name in names if (at := contact.time(name)) is not None), None)


def _state_rank(draft: DraftInteraction) -> int:
    """Which of several states of one second is the last: how the contact ended, then how much is known of it."""
    item = draft.item
    outcome = str(item["outcome"])
    state = _OUTCOME_RANK[outcome]
    if outcome == "open":
        state = 3 if "ended_at" in item else 2 if "answered_at" in item else 1 if "enqueued_at" in item else 0
    return state * 10 + sum(name in item for name in _MEASURED)


def _contact(draft: DraftInteraction, contact: Part, method: str | None) -> None:
    channel = contact.text("Channel")
    subtype = _subtype(contact)
    kind = first_of(_KINDS, channel)
    if kind is None:
        draft.keep("channel", channel)
    draft.say("kind", "callback" if method is not None and method.lower() == "callback" else kind or "message")
    draft.say("channel", first_of(_CHANNELS, subtype) or first_of(_CHANNELS, channel))
    if method is not None and method.lower() not in _INBOUND | _OUTBOUND:
        draft.keep("initiation-method", method)
    draft.say("direction", "outbound" if method is not None and method.lower() in _OUTBOUND else "inbound")
    set_caller(draft, contact.part("CustomerEndpoint").at("Address"))


def _subtype(contact: Part) -> str | None:
    value = contact.part("SegmentAttributes").at("connect:Subtype").value
    if is_object(value):
        value = Part(value, any_case=True).at("ValueString").value
    return value if isinstance(value, str) else None


def _course(draft: DraftInteraction, contact: Part, method: str | None, *, is_called_back: bool) -> None:
    queue, agent = contact.part("Queue", "QueueInfo"), contact.part("Agent", "AgentInfo")
    draft.put("started_at", contact.required("InitiationTimestamp"))
    draft.put("enqueued_at", queue.at("EnqueueTimestamp"))
    draft.put("answered_at", agent.at("ConnectedToAgentTimestamp"))
    draft.put("ended_at", contact.at("DisconnectTimestamp"))
    draft.put("wait_s", queue.at("Duration"))
    draft.put("talk_s", agent.at("AgentInteractionDuration"))
    draft.put("hold_s", agent.at("CustomerHoldDuration"))
    draft.put("wrap_up_s", agent.at("AfterContactWorkDuration"))
    if not _is_agents_own(queue):
        draft.put("team", queue.at("Name"))
    draft.say("outcome", _outcome(draft, contact, method, is_called_back=is_called_back))
    if contact.has("TransferredToEndpoint"):
        draft.say("transferred_to", "external")


def _is_agents_own(queue: Part) -> bool:
    """Whether it is the queue that every agent has alone, whose name and address stand for that person."""
    return any("/queue/agent/" in str(queue.at(name).value) for name in ("ARN", "QueueArn"))


def _outcome(draft: DraftInteraction, contact: Part, method: str | None, *, is_called_back: bool) -> str:
    """Answered means that an agent was connected; abandoned means queued and never connected, and not passed on."""
    moved_on = any(map(contact.has, ("NextContactId", "TransferCompletedTimestamp", "TransferredToEndpoint")))
    if "ended_at" not in draft.item:
        return "open"
    if "answered_at" in draft.item:
        return "transferred" if moved_on and not is_called_back else "answered"
    if is_called_back:
        return "callback"
    if moved_on:  # nobody handled this record; the next one says how the contact went on
        return "open" if contact.has("NextContactId") else "completed"
    return _unanswered(draft, method)


def _unanswered(draft: DraftInteraction, method: str | None) -> str:
    if method is not None and method.lower() == "callback":
        return "failed"
    if "enqueued_at" in draft.item:
        return "abandoned"
    return "failed" if draft.item["direction"] == "outbound" else "contained"


def _facts(draft: DraftInteraction, contact: Part, method: str | None) -> None:
    queue = contact.part("Queue", "QueueInfo")
    if not _is_agents_own(queue):
        draft.fact("Queue.Name", queue.at("Name").value)
        draft.fact("Queue.ARN", queue.at("ARN").value, queue.at("QueueArn").value)
    draft.fact("Channel", contact.at("Channel").value)
    draft.fact("InitiationMethod", method)
    draft.fact("DisconnectReason", contact.at("DisconnectReason").value)
    draft.fact("SystemEndpoint.Address", contact.part("SystemEndpoint").at("Address").value)
    draft.fact("Subtype", _subtype(contact))
    for name, value in contact.part("Attributes").plain():
        draft.fact(f"Attributes.{name}", value)
    for name, value in contact.part("Tags").plain():
        draft.fact(f"Tags.{name}", value)
