"""Events in the plain shape in which we write them, told apart at a glance from those that need a closer look.

What passes here is accepted by the contract models too, and means the same. Nothing is refused here: whatever is not
plain goes to the models, which decide.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from soundings.events.base import REVISION_MAX
from soundings.events.interaction import InteractionRecorded
from soundings.events.response import FormShown, ResponseSubmitted
from soundings.kernel.scales import Scale
from soundings.kernel.vocabulary import Channel, Direction, InteractionKind, Outcome, Reason, Stage

_TEXT: Final = frozenset({str})
_NUMBER: Final = frozenset({int, float})
_WHOLE: Final = frozenset({int})
_FLAG: Final = frozenset({bool})
_MAP: Final = frozenset({dict})
_LIST: Final = frozenset({list})
"""The exact types of JSON values; a bool is no int here."""

_RESPONSE: Final = {
    "record_id": _TEXT, "source_id": _TEXT, "revision": _WHOLE, "agency_id": _TEXT, "time_zone": _TEXT,
    "service_id": _TEXT, "channel": _TEXT, "form_id": _TEXT, "form_version": _WHOLE, "touchpoint": _TEXT,
    "stage": _TEXT, "language": _TEXT, "subject": _TEXT, "page": _TEXT, "device": _TEXT, "answers": _MAP,
    "scores": _LIST, "comments": _MAP, "spam_score": _NUMBER, "quarantined": _FLAG, "occurred_at": _TEXT,
    "received_at": _TEXT, "time_clamped": _FLAG, "test": _FLAG,
}  # fmt: skip
_FUNNEL: Final = {
    "record_id": _TEXT, "source_id": _TEXT, "revision": _WHOLE, "agency_id": _TEXT, "time_zone": _TEXT,
    "service_id": _TEXT, "channel": _TEXT, "form_id": _TEXT, "stage": _TEXT, "n": _WHOLE, "occurred_at": _TEXT,
    "received_at": _TEXT, "time_clamped": _FLAG, "test": _FLAG,
}  # fmt: skip
_INTERACTION: Final = {
    "record_id": _TEXT, "source_id": _TEXT, "root_id": _TEXT, "revision": _WHOLE, "agency_id": _TEXT,
    "time_zone": _TEXT, "service_id": _TEXT, "channel": _TEXT, "kind": _TEXT, "direction": _TEXT, "topic": _LIST,
    "reason": _TEXT, "started_at": _TEXT, "enqueued_at": _TEXT, "answered_at": _TEXT, "ended_at": _TEXT,
    "wait_s": _NUMBER, "talk_s": _NUMBER, "hold_s": _NUMBER, "wrap_up_s": _NUMBER, "outcome": _TEXT,
    "transferred_to": _TEXT, "team": _TEXT, "query": _TEXT, "results": _WHOLE, "cost": _WHOLE, "language": _TEXT,
    "subject": _TEXT, "attributes": _MAP, "received_at": _TEXT, "time_clamped": _FLAG,
}  # fmt: skip
"""The fields of each event and the types they have when plain."""

_CHANNELS: Final = frozenset(channel.value for channel in Channel)
_STAGES: Final = frozenset(stage.value for stage in Stage)
_KINDS: Final = frozenset(kind.value for kind in InteractionKind)
_DIRECTIONS: Final = frozenset(direction.value for direction in Direction)
_OUTCOMES: Final = frozenset(outcome.value for outcome in Outcome)
_REASONS: Final = frozenset(reason.value for reason in Reason)
_SCALES: Final = frozenset(scale.value for scale in Scale)
_SCORE_FIELDS: Final = 5
_LONGEST_S: Final = 3_200_000_000
_INSTANT_LENGTHS: Final = frozenset({20, 24, 27})
_ANSWER_TYPES: Final = frozenset({int, str})

_KEPT: Final = 10_000


class _Signatures:
    """Remembers which sequences of field names and value types are plain, so that one look-up tells."""

    def __init__(self, fields: dict[str, frozenset[type]], required: Iterable[str]) -> None:
        self._fields = fields
        self._required = frozenset(required)
        self._known: dict[tuple[object, ...], bool] = {}

    def is_plain(self, data: dict[str, object]) -> bool:
        signature = (*data, *map(type, data.values()))
        known = self._known.get(signature)
        return self._learn(signature, data) if known is None else known

    def _learn(self, signature: tuple[object, ...], data: dict[str, object]) -> bool:
        if len(self._known) >= _KEPT:
            self._known.clear()
        plain = self._required <= data.keys() and all(
            type(value) in self._fields.get(name, ()) for name, value in data.items()
        )
        self._known[signature] = plain
        return plain


def _required(model: type[ResponseSubmitted | FormShown | InteractionRecorded]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required()]


_RESPONSES: Final = _Signatures(_RESPONSE, _required(ResponseSubmitted))
_FUNNELS: Final = _Signatures(_FUNNEL, _required(FormShown))
_INTERACTIONS: Final = _Signatures(_INTERACTION, _required(InteractionRecorded))


def is_plain_response(data: object) -> bool:
    return (
        type(data) is dict
        and _RESPONSES.is_plain(data)
        and data["channel"] in _CHANNELS
        and 0 <= data.get("revision", 0) <= REVISION_MAX
        and _is_instant(data["occurred_at"])
        and _is_instant(data["received_at"])
        and _are_answers(data.get("answers"))
        and _are_texts(data.get("comments"))
        and all(map(_is_score, data.get("scores", ())))
    )


def is_plain_funnel(data: object) -> bool:
    return (
        type(data) is dict
        and _FUNNELS.is_plain(data)
        and data["channel"] in _CHANNELS
        and data["stage"] in _STAGES
        and 0 <= data.get("revision", 0) <= REVISION_MAX
        and data.get("n", 1) >= 1
        and _is_instant(data["occurred_at"])
        and _is_instant(data["received_at"])
    )


def is_plain_interaction(data: object) -> bool:
    return (
        type(data) is dict
        and _INTERACTIONS.is_plain(data)
        and data["kind"] in _KINDS
        and data["outcome"] in _OUTCOMES
        and data.get("channel", "phone") in _CHANNELS
        and data.get("direction", "inbound") in _DIRECTIONS
        and data.get("reason", "other") in _REASONS
        and 0 <= data.get("revision", 0) <= REVISION_MAX
        and data.get("results", 0) >= 0
        and all(0 <= data.get(name, 0) <= _LONGEST_S for name in ("wait_s", "talk_s", "hold_s", "wrap_up_s"))
        and _is_instant(data["started_at"])
        and _is_instant(data["received_at"])
        and all(_is_instant(data[name]) for name in ("enqueued_at", "answered_at", "ended_at") if name in data)
        and all(type(topic) is str for topic in data.get("topic", ()))
        and _are_texts(data.get("attributes"))
    )


def _is_instant(text: str) -> bool:
    """`2018-05-01T13:00:00Z` with no, three or six decimals, and in the calendar."""
    if len(text) not in _INSTANT_LENGTHS or text[-1] != "Z" or text[10] != "T" or text[19] not in ".Z":
        return False
    if text[4] != "-" or text[7] != "-" or text[13] != ":":
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_score(score: object) -> bool:
    if type(score) is not dict or len(score) != _SCORE_FIELDS:
        return False
    try:
        return (
            type(score["question_id"]) is str
            and type(score["measure"]) is str
            and type(score["measure_version"]) is int
            and score["scale"] in _SCALES
            and type(score["value"]) is int
        )
    except (KeyError, TypeError):
        return False


def _are_answers(answers: dict[str, object] | None) -> bool:
    if not answers or _ANSWER_TYPES.issuperset(map(type, answers.values())):
        return True
    return all(
        type(value) in _ANSWER_TYPES or (type(value) is list and all(type(item) is str for item in value))
        for value in answers.values()
    )


def _are_texts(texts: dict[str, object] | None) -> bool:
    return not texts or all(type(text) is str for text in texts.values())
