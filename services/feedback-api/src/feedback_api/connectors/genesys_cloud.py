"""Genesys Cloud: conversation details, as the analytics API and its exports give them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext, first_of
from feedback_api.connectors.record_reader import Found, Part
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
class _Leg:
    """What one person of the agency did in a conversation."""

    participant: Part
    sessions: Sequence[Part]
    started: Found
    answered: Found
    ended: Found | None
    passed_on: bool


@dataclass(frozen=True, slots=True)
class _Conversation:
    whole: Part
    participants: Sequence[Part]
    sessions: Sequence[tuple[str, Part]]
    """Every session with the purpose of its participant."""
    is_over: bool

    def of(self, purposes: frozenset[str]) -> list[Part]:
        return [session for purpose, session in self.sessions if purpose in purposes]

    def has_media(self, media: str) -> bool:
        return any(_media(session) == media for _, session in self.sessions)


def map_genesys_cloud(record: Item, _setting: MappingContext) -> Sequence[DraftInteraction]:
    """A draft of the conversation up to the first person who took it, and one for everybody who took it after.

    Where people are called back, the first draft ends with their request and everybody who called has one of their own.
    """
    whole = Part(record)
    identity = whole.required("conversationId")
    whole.required("conversationStart")
    conversation = _read(whole)
    legs = sorted(_legs(conversation), key=lambda leg: _instant_of(leg.answered))
    times = list(_times(conversation))
    # A conversation that is over has no later state; before, the fuller of two pictures of one instant is the later.
    rank = _OVER_RANK if conversation.is_over else min(len(times), _OVER_RANK - 1)
    revision = ranked_revision(max(times, default=None), rank)
    asked = _callback_request(conversation, legs)
    drafts = [_first(conversation, identity, legs, asked)]
    later = legs[1:] if asked is None else legs
    drafts += [
        _later(conversation, identity, leg, is_last=leg is legs[-1], kind=None if asked is None else "callback")
        for leg in later
    ]
    for draft in drafts:
        draft.say("revision", revision)
    return drafts


def _callback_request(conversation: _Conversation, legs: Sequence[_Leg]) -> Found | None:
    """When an inbound contact became a callback, where that was before anybody took it; None where it did not."""
    if (conversation.whole.text("originatingDirection") or "").lower() == "outbound":
        return None
    starts = [
        segment.at("segmentStart")
        for _, session in conversation.sessions
        if _media(session) == "callback"
        for segment in session.parts("segments")
        if segment.has("segmentStart")
    ]
    if not starts or not conversation.is_over:
        return None
    asked = min(starts, key=_instant_of)
    return None if legs and _instant_of(legs[0].answered) < _instant_of(asked) else asked


def _read(whole: Part) -> _Conversation:
    participants = whole.parts("participants")
    sessions = [
        ((participant.text("purpose") or "").lower(), session)
        for participant in participants
        for session in participant.parts("sessions")
    ]
    return _Conversation(whole, participants, sessions, is_over=whole.has("conversationEnd"))


def _first(conversation: _Conversation, identity: Found, legs: Sequence[_Leg], asked: Found | None) -> DraftInteraction:
    whole, draft = conversation.whole, DraftInteraction()
    draft.put("id", identity)
    draft.put("root_id", identity)
    draft.put("started_at", whole.at("conversationStart"))
    _contact(draft, conversation)
    _waiting(draft, conversation, legs[0] if legs else None, asked)
    if asked is not None:
        # Nobody called back: the wait for it lasted to the end.
        draft.put("ended_at", asked if legs else whole.at("conversationEnd"))
        draft.say("outcome", "callback")
    elif legs:
        _handling(draft, conversation, legs[0], is_last=len(legs) == 1)
    else:
        draft.put("ended_at", whole.at("conversationEnd"))
        draft.say("outcome", _unhandled(draft, conversation))
    _facts(draft, conversation, conversation.participants if len(legs) < 2 else _until(conversation, legs[1]))  # noqa: PLR2004
    return draft


def _later(
    conversation: _Conversation, identity: Found, leg: _Leg, *, is_last: bool, kind: str | None = None
) -> DraftInteraction:
    draft = DraftInteraction()
    own = leg.participant.text("participantId") or leg.participant.path("participantId")
    draft.put("id", Found(f"{identity.value}/{own}", leg.participant.path("participantId")))
    draft.put("root_id", identity)
    draft.put("started_at", leg.started)
    _contact(draft, conversation)
    draft.say("kind", kind)
    _handling(draft, conversation, leg, is_last=is_last)
    _facts(draft, conversation, [leg.participant])
    return draft


def _until(conversation: _Conversation, leg: _Leg) -> list[Part]:
    """The participants before the second person who took it."""
    place = next(i for i, one in enumerate(conversation.participants) if one is leg.participant)
    return list(conversation.participants[:place])


def _contact(draft: DraftInteraction, conversation: _Conversation) -> None:
    customer = conversation.of(_CUSTOMERS) or [session for _, session in conversation.sessions]
    media = next((media for session in customer if (media := session.text("mediaType"))), None)
    message = next((kind for session in customer if (kind := session.text("messageType"))), None)
    kind = first_of(_KINDS, media)
    if kind is None:
        draft.keep("media-type", media)
    draft.say("kind", kind or "message")
    draft.say("channel", first_of(_CHANNELS, message) or first_of(_CHANNELS, media))
    direction = conversation.whole.text("originatingDirection")
    if direction is not None and direction.lower() not in {"inbound", "outbound"}:
        draft.keep("originating-direction", direction)
    draft.say("direction", "outbound" if direction is not None and direction.lower() == "outbound" else "inbound")
    outbound = draft.item["direction"] == "outbound"
    for session in customer:
        number = session.at("dnis" if outbound else "ani")
        if number.value is None:
            number = session.at("addressTo" if outbound else "addressFrom")
        set_caller(draft, number)
        if "person" in draft.item:
            return


def _waiting(draft: DraftInteraction, conversation: _Conversation, leg: _Leg | None, asked: Found | None) -> None:
    """When the contact was first queued, and how long it waited in all its queues before somebody took it.

    What was queued after the first answer is no part of that wait.
    """
    answered = None if leg is None else _instant_of(leg.answered)
    queues = conversation.of(frozenset({"acd"}))
    entered = [segment.at("segmentStart") for session in queues for segment in session.parts("segments")]
    entered = [found for found in entered if found.value is not None]
    if answered is not None:
        entered = [found for found in entered if _instant_of(found) <= answered]
    if entered:
        draft.put("enqueued_at", min(entered, key=_instant_of))
    if asked is not None:
        return  # the metrics tell of the callback's wait, which its own record has by its instants
    everywhere = [session for _, session in conversation.sessions]
    last = _first_metric(everywhere, "tAbandon") if leg is None else _answer_metric(everywhere, leg)
    if last is None:
        return
    # The last queue has its own metric; each queue before it has the time until the contact flowed out of it.
    before = _flowed_out(everywhere, answered)
    draft.put("wait_s", Found(sum(before, float(str(last.value))), last.path))


def _answer_metric(sessions: Sequence[Part], leg: _Leg) -> Found | None:
    """The wait for the first person, not one for somebody who took it after that one had left."""
    left = None if leg.ended is None else _instant_of(leg.ended)
    for metric in _metrics(sessions, "tAnswered"):
        emitted, seconds = metric.time("emitDate"), _seconds(metric)
        if seconds.value is not None and (left is None or emitted is None or emitted <= left):
            return seconds
    return None


def _flowed_out(sessions: Sequence[Part], until: datetime | None) -> Iterator[float]:
    for metric in _metrics(sessions, "tFlowOut"):
        left, seconds = metric.time("emitDate"), _seconds(metric).value
        if isinstance(seconds, float) and (until is None or left is None or left <= until):
            yield seconds


def _handling(draft: DraftInteraction, conversation: _Conversation, leg: _Leg, *, is_last: bool) -> None:
    draft.put("answered_at", leg.answered)
    draft.put("talk_s", _total(leg.sessions, "tTalkComplete", "tTalk"))
    draft.put("hold_s", _total(leg.sessions, "tHeldComplete", "tHeld"))
    draft.put("wrap_up_s", _total(leg.sessions, "tAcw"))
    if leg.ended is not None:
        draft.put("ended_at", leg.ended)
    if not conversation.is_over:
        draft.say("outcome", "open")
    else:
        draft.say("outcome", "transferred" if leg.passed_on or not is_last else "answered")


def _unhandled(draft: DraftInteraction, conversation: _Conversation) -> str:
    if not conversation.is_over:
        return "open"
    if conversation.has_media("callback"):
        return "callback" if draft.item["direction"] == "inbound" else "failed"
    if draft.item["direction"] == "outbound":
        return "failed"
    if any(purpose == "voicemail" for purpose, _ in conversation.sessions):
        return "completed"  # they left a message, and gave up nothing
    return "abandoned" if {"enqueued_at", "wait_s"} & draft.item.keys() else "contained"


def _legs(conversation: _Conversation) -> Iterator[_Leg]:
    for participant in conversation.participants:
        if (participant.text("purpose") or "").lower() not in _HANDLERS:
            continue
        sessions = participant.parts("sessions")
        segments = [segment for session in sessions for segment in session.parts("segments")]
        talking = [segment for segment in segments if _type(segment) == "interact" and segment.has("segmentStart")]
        if not talking:
            continue
        spoken = _with_the_person(sessions, talking)
        if not spoken:
            continue
        answered = min((segment.at("segmentStart") for segment in spoken), key=_instant_of)
        starts = [segment.at("segmentStart") for segment in segments if segment.has("segmentStart")]
        with_person = [segment for segment in segments if _type(segment) in {"interact", "hold"}]
        ends = [segment.at("segmentEnd") for segment in with_person if segment.has("segmentEnd")]
        yield _Leg(
            participant,
            sessions,
            started=min(starts, key=_instant_of),
            answered=answered,
            ended=max(ends, key=_instant_of) if len(ends) == len(with_person) else None,
            passed_on=any(_disconnected(segment) == "transfer" for segment in with_person),
        )


def _with_the_person(sessions: Sequence[Part], talking: Sequence[Part]) -> Sequence[Part]:
    """The segments in which somebody spoke with the person; a callback is spoken in the session that dials.

    Where a callback dials and nobody picks up, there are none.
    """
    dialled = [session for session in sessions if _media(session) != "callback"]
    if len(dialled) in {0, len(sessions)}:
        return talking
    spoken = [segment for session in dialled for segment in session.parts("segments")]
    return [one for one in spoken if _type(one) == "interact" and one.has("segmentStart")]


def _media(session: Part) -> str:
    return (session.text("mediaType") or "").lower()


def _type(segment: Part) -> str:
    return (segment.text("segmentType") or "").lower()


def _disconnected(segment: Part) -> str:
    return (segment.text("disconnectType") or "").lower()


def _first_metric(sessions: Sequence[Part], name: str) -> Found | None:
    found = (_seconds(metric) for metric in _metrics(sessions, name))
    return next((seconds for seconds in found if seconds.value is not None), None)


def _total(sessions: Sequence[Part], *names: str) -> Found:
    """The sum of a metric in seconds, by the first of its names that is there; absent is not zero."""
    for name in names:
        found = [seconds for metric in _metrics(sessions, name) if (seconds := _seconds(metric)).value is not None]
        if found:
            return Found(sum(float(str(one.value)) for one in found), found[0].path)
    return Found(None, names[0])


def _metrics(sessions: Sequence[Part], name: str) -> Iterator[Part]:
    every = chain.from_iterable(session.parts("metrics") for session in sessions)
    return (metric for metric in every if metric.text("name") == name)


def _seconds(metric: Part) -> Found:
    value = metric.milliseconds("value")
    return Found(None if value is None else value / 1000, metric.path("value"))


def _times(conversation: _Conversation) -> Iterator[datetime]:
    yield from _all_of(conversation.whole, "conversationStart", "conversationEnd")
    for _, session in conversation.sessions:
        for segment in session.parts("segments"):
            yield from _all_of(segment, "segmentStart", "segmentEnd")
        for metric in session.parts("metrics"):
            yield from _all_of(metric, "emitDate")


def _all_of(part: Part, *names: str) -> Iterator[datetime]:
    return (at for name in names if (at := part.time(name)) is not None)


def _instant_of(found: Found) -> datetime:
    at = Part({found.path: found.value}).time(found.path)
    assert at is not None  # noqa: S101 - only times that are there are compared
    return at


def _facts(draft: DraftInteraction, conversation: _Conversation, participants: Sequence[Part]) -> None:
    divisions = conversation.whole.at("divisionIds").value
    draft.fact("divisionId", *(divisions if is_list(divisions) else ()))
    for _, session in conversation.sessions[:1]:
        draft.fact("mediaType", session.at("mediaType").value)
    for participant in participants:
        for name, value in participant.part("attributes").plain():
            draft.fact(f"attributes.{name}", value)
        for session in participant.parts("sessions"):
            draft.fact("flowName", session.part("flow").at("flowName").value)
            if (participant.text("purpose") or "").lower() in _CUSTOMERS and draft.item["direction"] == "inbound":
                draft.fact("dnis", session.at("dnis").value)
            for segment in session.parts("segments"):
                draft.fact("queueId", segment.at("queueId").value)
                draft.fact("wrapUpCode", segment.at("wrapUpCode").value)
                draft.fact("requestedLanguageId", segment.at("requestedLanguageId").value)
