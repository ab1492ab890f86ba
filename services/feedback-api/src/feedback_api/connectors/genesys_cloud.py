"""Genesys Cloud: conversation details, as the analytics API and its exports give them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, first_of
from feedback_api.connectors.record_reader import FieldValue, RecordReader
from feedback_api.connectors.revisions import ranked_revision
from feedback_api.intake.field_readers import Item, is_list

_KINDS: Final[Mapping[str, str]] = {
    "voice": "call", "chat": "chat", "webchat": "chat", "message": "message", "email": "email",
    "callback": "callback", "cobrowse": "chat", "video": "call",
}  # fmt: skip
_CHANNELS: Final[Mapping[str, str]] = {
    "voice": "phone", "callback": "phone", "chat": "live_chat", "webchat": "live_chat", "email": "email",
    "sms": "sms", "webmessaging": "live_chat", "whatsapp": "social_media", "facebook": "social_media",
    "twitter": "social_media", "instagram": "social_media", "line": "social_media", "apple": "social_media",
}  # fmt: skip
_HANDLERS: Final = frozenset({"agent", "user"})
_OVER_RANK: Final = 99
_CUSTOMERS: Final = frozenset({"customer", "external"})


@dataclass(frozen=True, slots=True)
class _AgentLeg:
    """What one person of the agency did in a conversation."""

    participant: RecordReader
    sessions: Sequence[RecordReader]
    started: FieldValue
    answered: FieldValue
    ended: FieldValue | None
    passed_on: bool


@dataclass(frozen=True, slots=True)
class _GenesysConversation:
    whole: RecordReader
    participants: Sequence[RecordReader]
    # Every session with the purpose of its participant.
    sessions: Sequence[tuple[str, RecordReader]]
    is_over: bool

    def participants_of(self, purposes: frozenset[str]) -> list[RecordReader]:
        return [session for purpose, session in self.sessions if purpose in purposes]

    def has_media(self, media: str) -> bool:
        return any(_media(session) == media for _, session in self.sessions)


def map_genesys_cloud(record: Item, _setting: MappingContext) -> Sequence[DraftInteraction]:
    """A draft of the conversation up to the first person who took it, and one for everybody who took it after.

    Where people are called back, the first draft ends with their request and everybody who called has one of their own.
    """
    whole = RecordReader(record)
    identity = whole.required_text("conversationId")
    whole.required_text("conversationStart")
    conversation = _read_conversation(whole)
    legs = sorted(_agent_legs(conversation), key=lambda leg: _instant_of(leg.answered))
    times = list(_conversation_times(conversation))
    # A conversation that is over has no later state; before, the fuller of two pictures of one instant is the later.
    rank = _OVER_RANK if conversation.is_over else min(len(times), _OVER_RANK - 1)
    revision = ranked_revision(max(times, default=None), rank)
    asked = _callback_request(conversation, legs)
    drafts = [_first_leg(conversation, identity, legs, asked)]
    later = legs[1:] if asked is None else legs
    drafts += [
        _later_leg(conversation, identity, leg, is_last=leg is legs[-1], kind=None if asked is None else "callback")
        for leg in later
    ]
    for draft in drafts:
        draft.put_fact("revision", revision)
    return drafts


def _callback_request(conversation: _GenesysConversation, legs: Sequence[_AgentLeg]) -> FieldValue | None:
    """When an inbound contact became a callback before any agent answered; None otherwise."""
    if (conversation.whole.read_text("originatingDirection") or "").lower() == "outbound":
        return None
    starts = [
        segment.value_at("segmentStart")
        for _, session in conversation.sessions
        if _media(session) == "callback"
        for segment in session.sub_records("segments")
        if segment.has_value("segmentStart")
    ]
    if not starts or not conversation.is_over:
        return None
    asked = min(starts, key=_instant_of)
    return None if legs and _instant_of(legs[0].answered) < _instant_of(asked) else asked


def _read_conversation(whole: RecordReader) -> _GenesysConversation:
    participants = whole.sub_records("participants")
    sessions = [
        ((participant.read_text("purpose") or "").lower(), session)
        for participant in participants
        for session in participant.sub_records("sessions")
    ]
    return _GenesysConversation(whole, participants, sessions, is_over=whole.has_value("conversationEnd"))


def _first_leg(
    conversation: _GenesysConversation, identity: FieldValue, legs: Sequence[_AgentLeg], asked: FieldValue | None
) -> DraftInteraction:
    whole, draft = conversation.whole, DraftInteraction()
    draft.put_value("id", identity)
    draft.put_value("root_id", identity)
    draft.put_value("started_at", whole.value_at("conversationStart"))
    _map_contact(draft, conversation)
    _map_waits(draft, conversation, legs[0] if legs else None, asked)
    if asked is not None:
        # Without a callback the wait lasted until the end of the conversation.
        draft.put_value("ended_at", asked if legs else whole.value_at("conversationEnd"))
        draft.put_fact("outcome", "callback")
    elif legs:
        _map_handling(draft, conversation, legs[0], is_last=len(legs) == 1)
    else:
        draft.put_value("ended_at", whole.value_at("conversationEnd"))
        draft.put_fact("outcome", _map_unhandled(draft, conversation))
    _map_facts(draft, conversation, conversation.participants if len(legs) < 2 else _leg_end(conversation, legs[1]))  # noqa: PLR2004
    return draft


def _later_leg(
    conversation: _GenesysConversation, identity: FieldValue, leg: _AgentLeg, *, is_last: bool, kind: str | None = None
) -> DraftInteraction:
    draft = DraftInteraction()
    own = leg.participant.read_text("participantId") or leg.participant.path_of("participantId")
    draft.put_value("id", FieldValue(f"{identity.value}/{own}", leg.participant.path_of("participantId")))
    draft.put_value("root_id", identity)
    draft.put_value("started_at", leg.started)
    _map_contact(draft, conversation)
    draft.put_fact("kind", kind)
    _map_handling(draft, conversation, leg, is_last=is_last)
    _map_facts(draft, conversation, [leg.participant])
    return draft


def _leg_end(conversation: _GenesysConversation, leg: _AgentLeg) -> list[RecordReader]:
    """The participants before the second person who took it."""
    place = next(i for i, one in enumerate(conversation.participants) if one is leg.participant)
    return list(conversation.participants[:place])


def _map_contact(draft: DraftInteraction, conversation: _GenesysConversation) -> None:
    customer = conversation.participants_of(_CUSTOMERS) or [session for _, session in conversation.sessions]
    media = next((media for session in customer if (media := session.read_text("mediaType"))), None)
    message = next((kind for session in customer if (kind := session.read_text("messageType"))), None)
    kind = first_of(_KINDS, media)
    if kind is None:
        draft.keep_attribute("media-type", media)
    draft.put_fact("kind", kind or "message")
    draft.put_fact("channel", first_of(_CHANNELS, message) or first_of(_CHANNELS, media))
    direction = conversation.whole.read_text("originatingDirection")
    if direction is not None and direction.lower() not in {"inbound", "outbound"}:
        draft.keep_attribute("originating-direction", direction)
    draft.put_fact("direction", "outbound" if direction is not None and direction.lower() == "outbound" else "inbound")
    outbound = draft.item["direction"] == "outbound"
    for session in customer:
        number = session.value_at("dnis" if outbound else "ani")
        if number.value is None:
            number = session.value_at("addressTo" if outbound else "addressFrom")
        set_caller(draft, number)
        if "person" in draft.item:
            return


def _map_waits(
    draft: DraftInteraction, conversation: _GenesysConversation, leg: _AgentLeg | None, asked: FieldValue | None
) -> None:
    """Set the first queue time and the total wait in all queues before the first answer.

    Queues entered after the first answer are not counted.
    """
    answered = None if leg is None else _instant_of(leg.answered)
    queues = conversation.participants_of(frozenset({"acd"}))
    entered = [segment.value_at("segmentStart") for session in queues for segment in session.sub_records("segments")]
    entered = [found for found in entered if found.value is not None]
    if answered is not None:
        entered = [found for found in entered if _instant_of(found) <= answered]
    if entered:
        draft.put_value("enqueued_at", min(entered, key=_instant_of))
    if asked is not None:
        return  # the metrics include the callback's wait, which its own record derives from its times
    everywhere = [session for _, session in conversation.sessions]
    last = _first_metric(everywhere, "tAbandon") if leg is None else _answer_metric(everywhere, leg)
    if last is None:
        return
    # The last queue has its own metric; each queue before it has the time until the contact flowed out of it.
    before = _flowed_out(everywhere, answered)
    draft.put_value("wait_s", FieldValue(sum(before, float(str(last.value))), last.path))


def _answer_metric(sessions: Sequence[RecordReader], leg: _AgentLeg) -> FieldValue | None:
    """The wait for the first agent, excluding answers after that agent had left."""
    left = None if leg.ended is None else _instant_of(leg.ended)
    for metric in _metric_values(sessions, "tAnswered"):
        emitted, seconds = metric.read_instant("emitDate"), _metric_seconds(metric)
        if seconds.value is not None and (left is None or emitted is None or emitted <= left):
            return seconds
    return None


def _flowed_out(sessions: Sequence[RecordReader], until: datetime | None) -> Iterator[float]:
    for metric in _metric_values(sessions, "tFlowOut"):
        left, seconds = metric.read_instant("emitDate"), _metric_seconds(metric).value
        if isinstance(seconds, float) and (until is None or left is None or left <= until):
            yield seconds


def _map_handling(
    draft: DraftInteraction, conversation: _GenesysConversation, leg: _AgentLeg, *, is_last: bool
) -> None:
    draft.put_value("answered_at", leg.answered)
    draft.put_value("talk_s", _total_metrics(leg.sessions, "tTalkComplete", "tTalk"))
    draft.put_value("hold_s", _total_metrics(leg.sessions, "tHeldComplete", "tHeld"))
    draft.put_value("wrap_up_s", _total_metrics(leg.sessions, "tAcw"))
    if leg.ended is not None:
        draft.put_value("ended_at", leg.ended)
    if not conversation.is_over:
        draft.put_fact("outcome", "open")
    else:
        draft.put_fact("outcome", "transferred" if leg.passed_on or not is_last else "answered")


def _map_unhandled(draft: DraftInteraction, conversation: _GenesysConversation) -> str:
    if not conversation.is_over:
        return "open"
    if conversation.has_media("callback"):
        return "callback" if draft.item["direction"] == "inbound" else "failed"
    if draft.item["direction"] == "outbound":
        return "failed"
    if any(purpose == "voicemail" for purpose, _ in conversation.sessions):
        return "completed"  # they left a message, and gave up nothing
    return "abandoned" if {"enqueued_at", "wait_s"} & draft.item.keys() else "contained"


def _agent_legs(conversation: _GenesysConversation) -> Iterator[_AgentLeg]:
    for participant in conversation.participants:
        if (participant.read_text("purpose") or "").lower() not in _HANDLERS:
            continue
        sessions = participant.sub_records("sessions")
        segments = [segment for session in sessions for segment in session.sub_records("segments")]
        talking = [
            segment
            for segment in segments
            if _segment_type(segment) == "interact" and segment.has_value("segmentStart")
        ]
        if not talking:
            continue
        spoken = _with_the_person(sessions, talking)
        if not spoken:
            continue
        answered = min((segment.value_at("segmentStart") for segment in spoken), key=_instant_of)
        starts = [segment.value_at("segmentStart") for segment in segments if segment.has_value("segmentStart")]
        with_person = [segment for segment in segments if _segment_type(segment) in {"interact", "hold"}]
        ends = [segment.value_at("segmentEnd") for segment in with_person if segment.has_value("segmentEnd")]
        yield _AgentLeg(
            participant,
            sessions,
            started=min(starts, key=_instant_of),
            answered=answered,
            ended=max(ends, key=_instant_of) if len(ends) == len(with_person) else None,
            passed_on=any(_is_disconnected(segment) == "transfer" for segment in with_person),
        )


def _with_the_person(sessions: Sequence[RecordReader], talking: Sequence[RecordReader]) -> Sequence[RecordReader]:
    """The talk segments with the customer; empty where a callback was not answered.

    For a callback these are the segments of the dialling session.
    """
    dialled = [session for session in sessions if _media(session) != "callback"]
    if len(dialled) in {0, len(sessions)}:
        return talking
    spoken = [segment for session in dialled for segment in session.sub_records("segments")]
    return [one for one in spoken if _segment_type(one) == "interact" and one.has_value("segmentStart")]


def _media(session: RecordReader) -> str:
    return (session.read_text("mediaType") or "").lower()


def _segment_type(segment: RecordReader) -> str:
    return (segment.read_text("segmentType") or "").lower()


def _is_disconnected(segment: RecordReader) -> str:
    return (segment.read_text("disconnectType") or "").lower()


def _first_metric(sessions: Sequence[RecordReader], name: str) -> FieldValue | None:
    found = (_metric_seconds(metric) for metric in _metric_values(sessions, name))
    return next((seconds for seconds in found if seconds.value is not None), None)


def _total_metrics(sessions: Sequence[RecordReader], *names: str) -> FieldValue:
    """The sum of a metric in seconds, by the first of its names that is there; absent is not zero."""
    for name in names:
        found = [
            seconds
            for metric in _metric_values(sessions, name)
            if (seconds := _metric_seconds(metric)).value is not None
        ]
        if found:
            return FieldValue(sum(float(str(one.value)) for one in found), found[0].path)
    return FieldValue(None, names[0])


def _metric_values(sessions: Sequence[RecordReader], name: str) -> Iterator[RecordReader]:
    every = chain.from_iterable(session.sub_records("metrics") for session in sessions)
    return (metric for metric in every if metric.read_text("name") == name)


def _metric_seconds(metric: RecordReader) -> FieldValue:
    value = metric.read_milliseconds("value")
    return FieldValue(None if value is None else value / 1000, metric.path_of("value"))


def _conversation_times(conversation: _GenesysConversation) -> Iterator[datetime]:
    yield from _all_of(conversation.whole, "conversationStart", "conversationEnd")
    for _, session in conversation.sessions:
        for segment in session.sub_records("segments"):
            yield from _all_of(segment, "segmentStart", "segmentEnd")
        for metric in session.sub_records("metrics"):
            yield from _all_of(metric, "emitDate")


def _all_of(part: RecordReader, *names: str) -> Iterator[datetime]:
    return (at for name in names if (at := part.read_instant(name)) is not None)


def _instant_of(found: FieldValue) -> datetime:
    at = RecordReader({found.path: found.value}).read_instant(found.path)
    assert at is not None  # noqa: S101 - only times that are there are compared
    return at


def _map_facts(
    draft: DraftInteraction, conversation: _GenesysConversation, participants: Sequence[RecordReader]
) -> None:
    divisions = conversation.whole.value_at("divisionIds").value
    draft.read_fact("divisionId", *(divisions if is_list(divisions) else ()))
    for _, session in conversation.sessions[:1]:
        draft.read_fact("mediaType", session.value_at("mediaType").value)
    for participant in participants:
        for name, value in participant.sub_record("attributes").plain_facts():
            draft.read_fact(f"attributes.{name}", value)
        for session in participant.sub_records("sessions"):
            draft.read_fact("flowName", session.sub_record("flow").value_at("flowName").value)
            if (participant.read_text("purpose") or "").lower() in _CUSTOMERS and draft.item["direction"] == "inbound":
                draft.read_fact("dnis", session.value_at("dnis").value)
            for segment in session.sub_records("segments"):
                draft.read_fact("queueId", segment.value_at("queueId").value)
                draft.read_fact("wrapUpCode", segment.value_at("wrapUpCode").value)
                draft.read_fact("requestedLanguageId", segment.value_at("requestedLanguageId").value)
