"""Twilio TaskRouter: the events of tasks and reservations, as Event Streams delivers them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, as_text, first_of
from feedback_api.connectors.record_reader import FieldValue, RecordReader
from feedback_api.connectors.revisions import ranked_revision
from feedback_api.intake.errors import invalid_field, missing_field
from feedback_api.intake.field_readers import Item, is_object
from feedback_api.intake.json_decoder import decode_json

_VENDOR_PREFIX: Final = "com.twilio."
_PREFIX: Final = "com.twilio.taskrouter."
# What names of TaskRouter's events begin with where they come without their prefix.
_GROUPS: Final = frozenset({"task", "task-queue", "reservation", "worker", "workflow", "workspace", "activity"})
_TASK: Final = frozenset(
    {"task.created", "task-queue.entered", "task.canceled", "task.completed", "task.deleted", "task.system-deleted"}
)
_RESERVATION: Final = frozenset({"reservation.accepted", "reservation.wrapup", "reservation.completed"})
_DELETED: Final = frozenset({"task.deleted", "task.system-deleted"})
# Which of two events of one instant is the later one.
_EVENT_RANK: Final[Mapping[str, int]] = {
    "task.created": 0, "task-queue.entered": 10, "task.system-deleted": 50, "task.deleted": 50, "task.canceled": 60,
    "task.completed": 70, "reservation.accepted": 20, "reservation.wrapup": 30, "reservation.completed": 40,
}  # fmt: skip
_KINDS: Final[Mapping[str, str]] = {
    "voice": "call", "call": "call", "video": "call", "chat": "chat", "web": "chat", "sms": "message",
    "whatsapp": "message", "messenger": "message", "email": "email", "callback": "callback",
}  # fmt: skip
_CHANNELS: Final[Mapping[str, str]] = {
    "voice": "phone", "call": "phone", "callback": "phone", "chat": "live_chat", "web": "live_chat", "sms": "sms",
    "whatsapp": "social_media", "messenger": "social_media", "email": "email",
}  # fmt: skip
_LEFT: Final = ("hangup", "hung up", "hang up", "abandon", "caller left", "customer left", "disconnected")
# Attributes with personal data. They never become facts, nor does the person's location.
_PERSONAL: Final = frozenset(
    {"name", "customername", "customeraddress", "customers", "email", "phone", "address", "identity", "outbound_to"}
)
# Name prefixes of the caller's and of the called party's attributes.
_PLACED: Final = ("from", "caller"), ("to", "called")
_DURATIONS: Final = (("talk_s", "talk_time"), ("hold_s", "hold_time"), ("wrap_up_s", "wrap_up_time"))


_SECONDS_MAX: Final = 1_000_000


class _TaskAttributes:
    """The attributes of a task, which arrive as JSON in a string; what cannot be read counts as not there."""

    def __init__(self, found: FieldValue) -> None:
        value: object = found.value
        if isinstance(value, str):
            try:
                value = decode_json(value.encode("utf-8", "surrogatepass"))
            except orjson.JSONDecodeError:
                value = None
        self.unreadable = found.value is not None and not is_object(value)
        self.path = found.path
        self.top: Item = value if is_object(value) else {}
        inner = self.top.get("conversations")
        self.measured: Item = inner if is_object(inner) else {}

    def as_text(self, *names: str) -> str | None:
        return next((text for name in names if (text := as_text(self.top.get(name)))), None)

    def read_seconds(self, name: str) -> float | None:
        """A duration that Flex or the integrator wrote among the attributes; None where it is no sound number."""
        value = self.measured.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _SECONDS_MAX:
            return None
        return float(value)


def map_twilio(record: Item, _setting: MappingContext) -> Sequence[DraftInteraction]:
    """The draft of the task or reservation of an event; empty for other events."""
    event = RecordReader(record)
    kind = _event_kind(event)
    if kind not in _TASK | _RESERVATION:
        return ()
    data = event.sub_record("data")
    payload = data.sub_record("payload") if data.has_value("payload") else data
    attributes = _TaskAttributes(payload.value_at("task_attributes"))
    happened = payload.read_instant("timestamp") or event.read_instant("time") or data.read_instant("timestamp")
    if happened is None:
        raise missing_field(payload.path_of("timestamp"))
    draft = DraftInteraction()
    _map_contact(draft, payload, attributes)
    draft.put_fact("revision", ranked_revision(happened, _EVENT_RANK[kind]))
    if kind in _TASK:
        if _is_over_before(payload, kind):
            return ()
        _map_task(draft, payload, kind, happened)
    elif not _map_reservation(draft, payload, kind, attributes, happened):
        return ()
    return (draft,)


def _event_kind(event: RecordReader) -> str:
    """The name of a TaskRouter event without its prefix, the whole type of another of Twilio's events.

    Anything that Twilio does not send is refused.
    """
    kind = (event.read_text("type") or "").lower()
    if not kind:
        raise missing_field("type")
    if kind.startswith(_VENDOR_PREFIX) or kind.partition(".")[0] in _GROUPS:
        return kind.removeprefix(_PREFIX)
    raise invalid_field("type", "other_vendor", f"must begin with {_PREFIX}: this is no event of Twilio")


def _is_over_before(payload: RecordReader, kind: str) -> bool:
    """Whether a task was deleted that had ended before: that is housekeeping, and no second end."""
    status = (payload.read_text("task_assignment_status") or "").lower()
    return kind in _DELETED and status in {"completed", "canceled"}


def _map_contact(draft: DraftInteraction, payload: RecordReader, attributes: _TaskAttributes) -> None:
    channel = as_text(attributes.measured.get("communication_channel")) or attributes.as_text("channelType")
    channel = channel if first_of(_KINDS, channel) else payload.read_text("task_channel_unique_name") or channel
    kind = first_of(_KINDS, channel)
    if kind is None:
        draft.keep_attribute("task-channel", channel)
    draft.put_fact("kind", kind or "message")
    draft.put_fact("channel", first_of(_CHANNELS, channel))
    direction = (as_text(attributes.measured.get("direction")) or attributes.as_text("direction") or "").lower()
    draft.put_fact("direction", "outbound" if direction.startswith("outbound") else "inbound")
    if attributes.unreadable:
        draft.keep_attribute("task-attributes", "unreadable")
    outbound = draft.item["direction"] == "outbound"
    number = attributes.as_text(
        *(("outbound_to", "customerAddress", "to", "called") if outbound else ("customerAddress", "from", "caller"))
    )
    set_caller(draft, FieldValue(number, attributes.path))
    draft.put_fact("team", payload.read_text("task_queue_name"))
    draft.places["team"] = payload.path_of("task_queue_name")
    _map_facts(draft, payload, attributes)


def _map_facts(draft: DraftInteraction, payload: RecordReader, attributes: _TaskAttributes) -> None:
    for name in (
        "task_queue_name", "workflow_name", "task_channel_unique_name", "task_canceled_reason",
        "task_completed_reason", "workspace_name",
    ):  # fmt: skip
        draft.read_fact(name, payload.value_at(name).value)
    theirs = _PLACED[draft.item["direction"] == "outbound"]
    for name, value in attributes.top.items():
        if not _is_personal(name, theirs):
            draft.read_fact(f"attributes.{name}", value)
    for name, value in attributes.measured.items():
        if not _is_personal(name, theirs):
            draft.read_fact(f"attributes.conversations.{name}", value)


def _is_personal(name: str, theirs: Sequence[str]) -> bool:
    """Whether an attribute identifies the person. ``theirs`` are the prefixes of the person's end of the call."""
    plain = name.casefold()
    return plain in _PERSONAL or any(plain == end or plain.startswith(f"{end}_") for end in theirs)


def _map_task(draft: DraftInteraction, payload: RecordReader, kind: str, happened: datetime) -> None:
    """The task itself: from its creation until it is completed or taken back."""
    task = payload.required_text("task_sid")
    draft.put_value("id", task)
    draft.put_value("root_id", task)
    created = payload.value_at("task_date_created")
    draft.put_value("started_at", created)
    if created.value is None:
        draft.put_fact("started_at", happened.isoformat())
    # A task that overflows enters a second queue and reports only the last entry, so the wait counts from creation.
    draft.put_value("enqueued_at", payload.value_at("task_queue_entered_date") if created.value is None else created)
    if kind in {"task.created", "task-queue.entered"}:
        draft.put_fact("outcome", "open")
        return
    draft.put_fact("ended_at", happened.isoformat())
    draft.places["ended_at"] = payload.path_of("timestamp")
    draft.put_fact("outcome", "completed" if kind == "task.completed" else _map_canceled(draft, payload))


def _map_canceled(draft: DraftInteraction, payload: RecordReader) -> str:
    reason = payload.read_text("task_canceled_reason") or payload.read_text("reason")
    if reason is not None and any(word in reason.lower() for word in _LEFT):
        return "abandoned"
    draft.keep_attribute("task-canceled-reason", reason)
    return "failed"


def _map_reservation(
    draft: DraftInteraction, payload: RecordReader, kind: str, attributes: _TaskAttributes, happened: datetime
) -> bool:
    """What one worker did. False where an event adds nothing to the acceptance that came before it."""
    draft.put_value("id", payload.required_text("reservation_sid"))
    draft.put_value("root_id", payload.required_text("task_sid"))
    draft.put_fact("outcome", "answered")
    spent = {field: seconds for field, name in _DURATIONS if (seconds := attributes.read_seconds(name)) is not None}
    if kind == "reservation.accepted":
        answered = happened
    elif kind == "reservation.completed" and spent:
        answered = happened - timedelta(seconds=sum(spent.values()))
        draft.item.update(spent)
        draft.put_fact("ended_at", (happened - timedelta(seconds=spent.get("wrap_up_s", 0))).isoformat())
    else:
        return False
    for field in ("started_at", "answered_at"):
        draft.put_fact(field, answered.isoformat())
        draft.places[field] = payload.path_of("timestamp")
    draft.put_fact("wait_s", attributes.read_seconds("queue_time"))
    return True
