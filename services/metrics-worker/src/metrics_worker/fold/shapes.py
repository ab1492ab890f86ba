"""Events in the plain shape in which we write them, told apart at a glance from those that need a closer look.

What passes here is accepted by the contract models too, and means the same. Nothing is refused here: whatever is not
plain goes to the models, which decide.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from metrics_worker.contributions.counts import Count
from metrics_worker.contributions.responses import Score, score_count
from metrics_worker.store.instants import instant_ms
from soundings.events.base import REVISION_MAX
from soundings.events.interaction import InteractionRecorded
from soundings.events.response import FormShown, ResponseSubmitted
from soundings.kernel.scales import Scale
from soundings.kernel.vocabulary import Channel, Direction, InteractionKind, Outcome, Reason, Stage

Json = dict[str, Any]
"""An object as orjson gives it; what its fields are is looked at here."""

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
_SCORE_TYPES: Final = ([str, str, int, str, int], [str, str, int, str, str])
# Parsed, for orjson keeps the names of fields, and the same objects compare fastest.
_FIELDS: Final = tuple(orjson.loads('{"question_id":0,"measure":0,"measure_version":0,"scale":0,"value":0}'))
_known_scores: dict[Score, Count] = {}
_LONGEST_S: Final = 3_200_000_000
_ANSWER_TYPES: Final = frozenset({int, str})

_KEPT: Final = 10_000


class _Signatures:
    """Remembers which sequences of field names come with which types of values when plain, so that one look tells."""

    def __init__(self, fields: dict[str, frozenset[type]], required: Iterable[str]) -> None:
        self._fields = fields
        self._required = frozenset(required)
        self._known: dict[tuple[str, ...], list[list[type]]] = {}

    def is_plain(self, data: Json) -> bool:
        types = list(map(type, data.values()))
        return types in self._known.get(tuple(data), ()) or self._learn(types, data)

    def _learn(self, types: list[type], data: Json) -> bool:
        plain = self._required <= data.keys() and all(
            found in self._fields.get(name, ()) for name, found in zip(data, types, strict=True)
        )
        if plain:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known.setdefault(tuple(data), []).append(types)
        return plain


def _required(model: type[ResponseSubmitted | FormShown | InteractionRecorded]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required()]


_RESPONSES: Final = _Signatures(_RESPONSE, _required(ResponseSubmitted))
_FUNNELS: Final = _Signatures(_FUNNEL, _required(FormShown))
_INTERACTIONS: Final = _Signatures(_INTERACTION, _required(InteractionRecorded))


def is_plain_response(data: Json) -> bool:
    """All but the scores, for which see `plain_scores`."""
    return (
        _RESPONSES.is_plain(data)
        and data["channel"] in _CHANNELS
        and 0 <= data.get("revision", 0) <= REVISION_MAX
        and _is_instant(data["occurred_at"])
        and _is_instant(data["received_at"])
        and _are_answers(data.get("answers"))
        and _are_texts(data.get("comments"))
    )


def plain_scores(scores: Sequence[Json]) -> tuple[list[Score], list[Count]] | None:
    """The scores as rows of their values in the order of the contract, and what they count; None when not all plain.

    They may be anything that JSON can be. ValueError when one is plain and cannot be counted.
    """
    rows: list[Score] = []
    counts: list[Count] = []
    try:
        for score in scores:
            row: Score = tuple(score.values())
            count = _known_scores.get(row) or _learn_score(row)
            # Where 4 is known, 4.0 is found too; and values in another order are not what they seem.
            if count is None or row[2].__class__ is not int or tuple(score) != _FIELDS:
                return None
            if row[4].__class__ is not int and row[4].__class__ is not str:
                return None
            rows.append(row)
            counts.append(count)
    except (AttributeError, TypeError):  # not an object, or one that holds another
        return None
    return rows, counts


def _learn_score(row: Score) -> Count | None:
    if list(map(type, row)) not in _SCORE_TYPES or row[3] not in _SCALES:
        return None
    if len(_known_scores) >= _KEPT:
        _known_scores.clear()
    count = _known_scores[row] = score_count(row)
    return count


def is_plain_funnel(data: Json) -> bool:
    return (
        _FUNNELS.is_plain(data)
        and data["channel"] in _CHANNELS
        and data["stage"] in _STAGES
        and 0 <= data.get("revision", 0) <= REVISION_MAX
        and data.get("n", 1) >= 1
        and _is_instant(data["occurred_at"])
        and _is_instant(data["received_at"])
    )


def is_plain_interaction(data: Json) -> bool:
    return (
        _INTERACTIONS.is_plain(data)
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
        and _TEXT.issuperset(map(type, data.get("topic", ())))
        and _are_texts(data.get("attributes"))
    )


def _is_instant(text: str) -> bool:
    return instant_ms(text) is not None


def _are_answers(answers: Json | None) -> bool:
    if not answers or _ANSWER_TYPES.issuperset(map(type, answers.values())):
        return True
    return all(
        type(value) in _ANSWER_TYPES or (type(value) is list and _TEXT.issuperset(map(type, value)))
        for value in answers.values()
    )


def _are_texts(texts: Json | None) -> bool:
    return not texts or _TEXT.issuperset(map(type, texts.values()))
