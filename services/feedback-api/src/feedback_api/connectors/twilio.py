"""Twilio TaskRouter: the events of tasks and reservations, as Event Streams delivers them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, as_text, first_of
from feedback_api.connectors.record_reader import Found, Part
from feedback_api.connectors.revisions import ranked_revision
from feedback_api.intake.errors import invalid_field, missing_field
from feedback_api.intake.field_readers import Item, is_object

_VENDOR_PREFIX: Final = "com.twilio."
_PREFIX: Final = "com.twilio.taskrouter."
_GROUPS: Final = frozenset({"task", "task-queue", "reservation", "worker", "workflow", "workspace", "activity"})
"""What names of TaskRouter's events begin with where they come without their prefix."""
_TASK: Final = frozenset(
    {"task.created", "task-queue.entered", "task.canceled", "task.completed", "task.deleted", "task.system-deleted"}
)
_RESERVATION: Final = frozenset({"reservation.accepted", "reservation.wrapup", "reservation.completed"})
_DELETED: Final = frozenset({"task.deleted", "task.system-deleted"})
_EVENT_RANK: Final[Mapping[str, int]] = {
    "task.created": 0, "task-queue.entered": 10, "task.system-deleted": 50, "task.deleted": 50, "task.canceled": 60,
    "task.completed": 70, "reservation.accepted": 20, "reservation.wrapup": 30, "reservation.completed": 40,
}  # fmt: skip
"""Which of two events of one instant is the later one."""
_KINDS: Final[Mapping[str, str]] = {
    "voice": "call", "call": "call", "video": "call", "chat": "chat", "web": "chat", "sms": "message",
    "whatsapp": "message", "messenger": "message", "email": "email", "callback": "callback",
}  # fmt: skip
_CHANNELS: Final[Mapping[str, str]] = {
    "voice": "phone", "call": "phone", "callback": "phone", "chat": "live_chat", "web": "live_chat", "sms": "sms",
    "whatsapp": "social_media", "messenger": "social_media", "email": "email",
}  # fmt: skip
_LEFT: Final = ("hangup", "hung up", "hang up", "abandon", "caller left", "customer left", "disconnected")
_PERSONAL: Final = frozenset(
    {"name", "customername", "customeraddress", "customers", "email", "phone", "address", "identity", "outbound_to"}
)
"""Attributes that speak of the person; no rule sees them, nor what says where the person is."""
_PLACED: Final = ("from", "caller"), ("to", "called")
"""What begins with these tells of who calls, and of who is called."""
_DURATIONS: Final = (("talk_s", "talk_time"), ("hold_s", "hold_time"), ("wrap_up_s", "wrap_up_time"))


_SECONDS_MAX: Final = 1_000_000


class _Attributes:
    """The attributes of a task, which arrive as JSON in a string; what cannot be read counts as not there."""

    def __init__(self, found: Found) -> None:
        value: object = found.value
        if isinstance(value, str):
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError:
                value = None
        self.unreadable = found.value is not None and not is_object(value)
        self.path = found.path
        self.top: Item = value if is_object(value) else {}
        inner = self.top.get("conversations")
        self.measured: Item = inner if is_object(inner) else {}

    def text(self, *names: str) -> str | None:
        return next((text for name in names if (text := as_text(self.top.get(name)))), None)

    def seconds(self, name: str) -> float | None:
        """A duration that Flex or the integrator wrote among the attributes; None where it is no sound number."""
        value = self.measured.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _SECONDS_MAX:
            return None
        return float(value)


def map_twilio(record: Item, _setting: MappingContext) -> Sequence[DraftInteraction]:
    """A draft of the task or of the reservation that an event tells of; none of other events."""
    event = Part(record)
    kind = _event_kind(event)
    if kind not in _TASK | _RESERVATION:
        return ()
    data = event.part("data")
    payload = data.part("payload") if data.has("payload") else data
    attributes = _Attributes(payload.at("task_attributes"))
    happened = payload.time("timestamp") or event.time("time") or data.time("timestamp")
    if happened is None:
        raise missing_field(payload.path("timestamp"))
    draft = DraftInteraction()
    _contact(draft, payload, attributes)
    draft.say("revision", ranked_revision(happened, _EVENT_RANK[kind]))
    if kind in _TASK:
        if _is_over_before(payload, kind):
            return ()
        _task(draft, payload, kind, happened)
    elif not _reservation(draft, payload, kind, attributes, happened):
        return ()
    return (draft,)


def _event_kind(event: Part) -> str:
    """The name of a TaskRouter event without its prefix, the whole type of another of Twilio's events.

    Anything that Twilio does not send is refused.
    """
    kind = (event.text("type") or "").lower()
    if not kind:
        raise missing_field("type")
    if kind.startswith(_VENDOR_PREFIX) or kind.partition(".")[0] in _GROUPS:
        return kind.removeprefix(_PREFIX)
    raise invalid_field("type", "other_vendor", f"must begin with {_PREFIX}: this is no event of Twilio")


def _is_over_before(payload: Part, kind: str) -> bool:
    """Whether a task was deleted that had ended before: that is housekeeping, and no second end."""
    status = (payload.text("task_assignment_status") or "").lower()
    return kind in _DELETED and status in {"completed", "canceled"}


def _contact(draft: DraftInteraction, payload: Part, attributes: _Attributes) -> None:
    channel = as_text(attributes.measured.get("communication_channel")) or attributes.text("channelType")
    channel = channel if first_of(_KINDS, channel) else payload.text("task_channel_unique_name") or channel
    kind = first_of(_KINDS, channel)
    if kind is None:
        draft.keep("task-channel", channel)
    draft.say("kind", kind or "message")
    draft.say("channel", first_of(_CHANNELS, channel))
    direction = (as_text(attributes.measured.get("direction")) or attributes.text("direction") or "").lower()
    draft.say("direction", "outbound" if direction.startswith("outbound") else "inbound")
    if attributes.unreadable:
        draft.keep("task-attributes", "unreadable")
    outbound = draft.item["direction"] == "outbound"
    number = attributes.text(
        *(("outbound_to", "customerAddress", "to", "called") if outbound else ("customerAddress", "from", "caller"))
    )
    set_caller(draft, Found(number, attributes.path))
    draft.say("team", payload.text("task_queue_name"))
    draft.places["team"] = payload.path("task_queue_name")
    _facts(draft, payload, attributes)


def _facts(draft: DraftInteraction, payload: Part, attributes: _Attributes) -> None:
    for name in (
        "task_queue_name", "workflow_name", "task_channel_unique_name", "task_canceled_reason",
        "task_completed_reason", "workspace_name",
    ):  # fmt: skip
        draft.fact(name, payload.at(name).value)
    theirs = _PLACED[draft.item["direction"] == "outbound"]
    for name, value in attributes.top.items():
        if not _is_personal(name, theirs):
            draft.fact(f"attributes.{name}", value)
    for name, value in attributes.measured.items():
        if not _is_personal(name, theirs):
            draft.fact(f"attributes.conversations.{name}", value)


def _is_personal(name: str, theirs: Sequence[str]) -> bool:
    """Whether an attribute tells of the person; ``theirs`` are the names of the person's end of the line."""
    plain = name.casefold()
    return plain in _PERSONAL or any(plain == end or plain.startswith(f"{end}_") for end in theirs)


def _task(draft: DraftInteraction, payload: Part, kind: str, happened: datetime) -> None:
    """The task itself: from its creation until it is completed or taken back."""
    task = payload.required("task_sid")
    draft.put("id", task)
    draft.put("root_id", task)
    created = payload.at("task_date_created")
    draft.put("started_at", created)
    if created.value is None:
        draft.say("started_at", happened.isoformat())
    # A task that overflows enters a second queue, and its events tell only the last entry: it waits since it is there.
    draft.put("enqueued_at", payload.at("task_queue_entered_date") if created.value is None else created)
    if kind in {"task.created", "task-queue.entered"}:
        draft.say("outcome", "open")
        return
    draft.say("ended_at", happened.isoformat())
    draft.places["ended_at"] = payload.path("timestamp")
    draft.say("outcome", "completed" if kind == "task.completed" else _canceled(draft, payload))


def _canceled(draft: DraftInteraction, payload: Part) -> str:
    reason = payload.text("task_canceled_reason") or payload.text("reason")
    if reason is not None and any(word in reason.lower() for word in _LEFT):
        return "abandoned"
    draft.keep("task-canceled-reason", reason)
    return "failed"


def _reservation(
    draft: DraftInteraction, payload: Part, kind: str, attributes: _Attributes, happened: datetime
) -> bool:
    """What one worker did. False where an event adds nothing to the acceptance that came before it."""
    draft.put("id", payload.required("reservation_sid"))
    draft.put("root_id", payload.required("task_sid"))
    draft.say("outcome", "answered")
    spent = {field: seconds for field, name in _DURATIONS if (seconds := attributes.seconds(name)) is not None}
    if kind == "reservation.accepted":
        answered = happened
    elif kind == "reservation.completed" and spent:
        answered = happened - timedelta(seconds=sum(spent.values()))
        draft.item.update(spent)
        draft.say("ended_at", (happened - timedelta(seconds=spent.get("wrap_up_s", 0))).isoformat())
    else:
        return False
    for field in ("started_at", "answered_at"):
        draft.say(field, answered.isoformat())
        draft.places[field] = payload.path("timestamp")
    draft.say("wait_s", attributes.seconds("queue_time"))
    return True
