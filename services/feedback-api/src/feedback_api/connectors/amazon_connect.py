"""Amazon Connect: contact records, and contact events as EventBridge delivers them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, first_of
from feedback_api.connectors.record_reader import RecordReader
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
# What runs after a contact (a flow that asks how it was) or listens to it, and is no part of it.
_NO_CONTACT: Final = frozenset({"disconnect", "monitor"})
_CONTACT_EVENT: Final = "Amazon Connect Contact Event"
_CALLED_BACK: Final = ("InitiationMethod", "PreviousContactId")
_OUTCOME_RANK: Final[Mapping[str, int]] = {
    "open": 0, "contained": 4, "completed": 4, "failed": 4, "abandoned": 5, "callback": 6, "transferred": 7,
    "answered": 8,
}  # fmt: skip
_MEASURED: Final = ("enqueued_at", "answered_at", "ended_at", "wait_s", "talk_s", "hold_s", "wrap_up_s")
# Events count their milliseconds from 2001: a contact record, which says more, outranks every event.
_EVENT_EPOCH: Final = 1_000_000_000_000


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
    envelope = RecordReader(record, any_case=True)
    is_event = envelope.has_value("detail")
    if is_event and _is_other_event(envelope):
        return ()
    contact = envelope.sub_record("detail") if is_event else envelope
    identity = contact.required_text("ContactId")
    method = contact.read_text("InitiationMethod")
    if method is not None and method.lower() in _NO_CONTACT:
        return ()
    draft = DraftInteraction()
    draft.put_value("id", identity)
    initial = contact.value_at("InitialContactId")
    draft.put_value("root_id", identity if initial.value is None else initial)
    _map_contact(draft, contact, method)
    _map_times(draft, contact, method, is_called_back=identity.value in setting.called_back)
    _map_facts(draft, contact, method)
    rank = _state_rank(draft)
    if is_event:
        draft.put_fact("revision", max(ranked_revision(envelope.read_instant("time"), rank) - _EVENT_EPOCH, rank))
    else:
        draft.put_fact("revision", ranked_revision(_last_update(contact), rank))
    return (draft,)


def _is_other_event(envelope: RecordReader) -> bool:
    """Whether it is an event of Amazon Connect that is not about a contact, such as one of Contact Lens rules."""
    kind = envelope.value_at("detail-type").value
    return envelope.value_at("source").value == "aws.connect" and isinstance(kind, str) and kind != _CONTACT_EVENT


def _last_update(contact: RecordReader) -> datetime | None:
    names = ("LastUpdateTimestamp", "DisconnectTimestamp", "InitiationTimestamp")
    return next((at for name in names if (at := contact.read_instant(name)) is not None), None)


def _state_rank(draft: DraftInteraction) -> int:
    """Which of several states of one second is the last: how the contact ended, then how much is known of it."""
    item = draft.item
    outcome = str(item["outcome"])
    state = _OUTCOME_RANK[outcome]
    if outcome == "open":
        state = 3 if "ended_at" in item else 2 if "answered_at" in item else 1 if "enqueued_at" in item else 0
    return state * 10 + sum(name in item for name in _MEASURED)


def _map_contact(draft: DraftInteraction, contact: RecordReader, method: str | None) -> None:
    channel = contact.read_text("Channel")
    subtype = _contact_subtype(contact)
    kind = first_of(_KINDS, channel)
    if kind is None:
        draft.keep_attribute("channel", channel)
    draft.put_fact("kind", "callback" if method is not None and method.lower() == "callback" else kind or "message")
    draft.put_fact("channel", first_of(_CHANNELS, subtype) or first_of(_CHANNELS, channel))
    if method is not None and method.lower() not in _INBOUND | _OUTBOUND:
        draft.keep_attribute("initiation-method", method)
    draft.put_fact("direction", "outbound" if method is not None and method.lower() in _OUTBOUND else "inbound")
    set_caller(draft, contact.sub_record("CustomerEndpoint").value_at("Address"))


def _contact_subtype(contact: RecordReader) -> str | None:
    value = contact.sub_record("SegmentAttributes").value_at("connect:Subtype").value
    if is_object(value):
        value = RecordReader(value, any_case=True).value_at("ValueString").value
    return value if isinstance(value, str) else None


def _map_times(draft: DraftInteraction, contact: RecordReader, method: str | None, *, is_called_back: bool) -> None:
    queue, agent = contact.sub_record("Queue", "QueueInfo"), contact.sub_record("Agent", "AgentInfo")
    draft.put_value("started_at", contact.required_text("InitiationTimestamp"))
    draft.put_value("enqueued_at", queue.value_at("EnqueueTimestamp"))
    draft.put_value("answered_at", agent.value_at("ConnectedToAgentTimestamp"))
    draft.put_value("ended_at", contact.value_at("DisconnectTimestamp"))
    draft.put_value("wait_s", queue.value_at("Duration"))
    draft.put_value("talk_s", agent.value_at("AgentInteractionDuration"))
    draft.put_value("hold_s", agent.value_at("CustomerHoldDuration"))
    draft.put_value("wrap_up_s", agent.value_at("AfterContactWorkDuration"))
    if not _is_agents_own(queue):
        draft.put_value("team", queue.value_at("Name"))
    draft.put_fact("outcome", _map_outcome(draft, contact, method, is_called_back=is_called_back))
    if contact.has_value("TransferredToEndpoint"):
        draft.put_fact("transferred_to", "external")


def _is_agents_own(queue: RecordReader) -> bool:
    """Whether it is the queue that every agent has alone, whose name and address stand for that person."""
    return any("/queue/agent/" in str(queue.value_at(name).value) for name in ("ARN", "QueueArn"))


def _map_outcome(draft: DraftInteraction, contact: RecordReader, method: str | None, *, is_called_back: bool) -> str:
    """Answered means that an agent was connected; abandoned means queued and never connected, and not passed on."""
    moved_on = any(map(contact.has_value, ("NextContactId", "TransferCompletedTimestamp", "TransferredToEndpoint")))
    if "ended_at" not in draft.item:
        return "open"
    if "answered_at" in draft.item:
        return "transferred" if moved_on and not is_called_back else "answered"
    if is_called_back:
        return "callback"
    if moved_on:  # nobody handled this record; the next one says how the contact went on
        return "open" if contact.has_value("NextContactId") else "completed"
    return _unanswered(draft, method)


def _unanswered(draft: DraftInteraction, method: str | None) -> str:
    if method is not None and method.lower() == "callback":
        return "failed"
    if "enqueued_at" in draft.item:
        return "abandoned"
    return "failed" if draft.item["direction"] == "outbound" else "contained"


def _map_facts(draft: DraftInteraction, contact: RecordReader, method: str | None) -> None:
    queue = contact.sub_record("Queue", "QueueInfo")
    if not _is_agents_own(queue):
        draft.read_fact("Queue.Name", queue.value_at("Name").value)
        draft.read_fact("Queue.ARN", queue.value_at("ARN").value, queue.value_at("QueueArn").value)
    draft.read_fact("Channel", contact.value_at("Channel").value)
    draft.read_fact("InitiationMethod", method)
    draft.read_fact("DisconnectReason", contact.value_at("DisconnectReason").value)
    draft.read_fact("SystemEndpoint.Address", contact.sub_record("SystemEndpoint").value_at("Address").value)
    draft.read_fact("Subtype", _contact_subtype(contact))
    for name, value in contact.sub_record("Attributes").plain_facts():
        draft.read_fact(f"Attributes.{name}", value)
    for name, value in contact.sub_record("Tags").plain_facts():
        draft.read_fact(f"Tags.{name}", value)
