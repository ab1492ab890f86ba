"""From a record on the log to what the fold understands, or the reason why not.

Most events have the plain shape in which our own doors write them; these are taken from orjson as they are. All others
go through the contract models.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Final, cast

import orjson

from metrics_worker.contributions.counts import Count
from metrics_worker.contributions.responses import score_count
from metrics_worker.fold.domain import Event, Recorded, Retracted, Reviewed, Voice, spoken_of
from metrics_worker.fold.errors import Contradiction
from metrics_worker.fold.shapes import (
    Json,
    is_plain_funnel,
    is_plain_interaction,
    is_plain_response,
    plain_scores,
)
from metrics_worker.store.facts import COUNTED, QUARANTINED, RETRACTED, TEST, Fact, Kind
from metrics_worker.store.instants import instant_ms
from metrics_worker.store.records import (
    funnel_content,
    interaction_content,
    response_content,
    tally_content,
)
from soundings.events.base import EventData
from soundings.events.envelope import UnknownEventType, decode
from soundings.events.interaction import InteractionRecorded, InteractionRetracted
from soundings.events.response import FormShown, ResponseRetracted, ResponseReviewed, ResponseSubmitted
from soundings.events.tally import TallyRecorded, TallyRetracted
from soundings.kernel.clock import epoch_ms
from soundings.kernel.ids import key128
from soundings.log.port import Stored

_KEPT: Final = 10_000
_NUL: Final = "\x00"
_ESCAPE: Final = b"\\"
_ESCAPED_NUL: Final = b"\\u0000"


def decode_event(record: Stored, home: str) -> Event:
    """The event in a record. Raises `Undecodable` when it breaks its contract, `Contradiction` when it cannot be so."""
    try:
        return _quick(record, home) or _thorough(record, home)
    except ValueError as error:
        raise Contradiction(str(error)) from error


def _quick(record: Stored, home: str) -> Recorded | None:
    """The event when it is plain; None when it has to be looked at more closely."""
    value = record.value
    build = _QUICK.get(_type_of(record))
    if build is None or value is None or (_ESCAPE in value and _ESCAPED_NUL in value):
        return None
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return build(data, home) if data.__class__ is dict else None


def _type_of(record: Stored) -> bytes:
    for name, value in record.headers:
        if name == "ce_type":
            return value
    return b""


def _thorough(record: Stored, home: str) -> Event:
    event = decode(record)
    build = _BUILD.get(type(event))
    if build is None:
        raise UnknownEventType(f"{event.TYPE} does not belong on {record.topic}")
    return build(_without_nul(orjson.loads(event.model_dump_json(exclude_none=True, by_alias=True))), home)


def _without_nul(data: Json) -> Json:
    """No database keeps the character NUL in a text: comments lose it, elsewhere it is no text of ours."""
    if "comments" in data:
        comments = cast("dict[str, str]", data["comments"])
        data["comments"] = {question: text.replace(_NUL, "") for question, text in comments.items()}
    if _ESCAPED_NUL in orjson.dumps(data) and _holds_nul(data):
        raise ValueError("a text holds the character NUL")
    return data


def _holds_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_NUL in name or _holds_nul(item) for name, item in cast("Json", value).items())
    if isinstance(value, list):
        return any(map(_holds_nul, cast("list[object]", value)))
    return isinstance(value, str) and _NUL in value


def _quick_response(data: Json, home: str) -> Recorded | None:
    if not is_plain_response(data):
        return None
    scores = plain_scores(data.get("scores", ()))
    if scores is None:
        return None
    data["scores"], counts = scores
    return _response(data, counts, home)


def _thorough_response(data: Json, home: str) -> Recorded:
    data["scores"] = [tuple(score.values()) for score in data.get("scores", ())]
    return _response(data, list(map(score_count, data["scores"])), home)


def _response(data: Json, counts: list[Count], home: str) -> Recorded:
    """`scores` are rows of values by now, and `counts` theirs."""
    source_id, record_id, revision = data.pop("source_id"), data.pop("record_id"), data.pop("revision", 0)
    service, channel = data.pop("service_id"), data.pop("channel")
    occurred = _ms(data.pop("occurred_at"))
    comments = data.pop("comments", None)
    state = TEST if data.pop("test", False) else COUNTED
    if data.pop("quarantined", False):
        state |= QUARANTINED
    if not data.get("time_clamped"):
        data.pop("time_clamped", None)
    return Recorded(
        Fact(
            _key("response", source_id, record_id), None, "response", source_id, record_id, service, channel,
            occurred, state, revision, None, None, orjson.dumps(data).decode(), home,
        ),
        response_content(service, channel, occurred, data, counts),  # type: ignore[arg-type]  # checked before
        Voice(comments, data.get("language")) if comments else None,
    )  # fmt: skip


def _funnel(data: Json, home: str) -> Recorded:
    source_id, record_id, revision = data.pop("source_id"), data.pop("record_id"), data.pop("revision", 0)
    service, channel = data.pop("service_id"), data.pop("channel")
    occurred = _ms(data.pop("occurred_at"))
    return Recorded(
        Fact(
            key128("funnel", source_id, record_id), None, "funnel", source_id, record_id, service, channel,
            occurred, TEST if data.pop("test", False) else COUNTED, revision, None, None,
            orjson.dumps(data).decode(), home,
        ),
        funnel_content(service, channel, occurred, data),  # type: ignore[arg-type]  # checked by shape or by model
    )  # fmt: skip


def _interaction(data: Json, home: str) -> Recorded:
    source_id, record_id, root_id = data.pop("source_id"), data.pop("record_id"), data.pop("root_id")
    service, channel = data.pop("service_id", None), data.pop("channel", None)
    revision = data.pop("revision", 0)
    content = interaction_content(record_id, service, channel, data)  # type: ignore[arg-type]  # checked before
    return Recorded(
        Fact(
            key128("interaction", source_id, root_id, record_id), key128("root", source_id, root_id), "interaction",
            source_id, record_id, service or "", channel or "", content.started, COUNTED, revision, None, None,
            orjson.dumps(data).decode(), home,
        ),
        content,
    )  # fmt: skip


def _tally(data: Json, home: str) -> Recorded:
    source_id, tally_id, revision = data.pop("source_id"), data.pop("tally_id"), data.pop("revision")
    service, channel = data.pop("service_id"), data.pop("channel")
    received = _ms(data["received_at"])
    return Recorded(
        Fact(
            key128("tally", source_id, tally_id), None, "tally", source_id, tally_id, service, channel,
            received, COUNTED, revision, None, None, orjson.dumps(data).decode(), home,
        ),
        tally_content(service, channel, data),  # type: ignore[arg-type]  # checked by the model
    )  # fmt: skip


def _ms(instant: str) -> int:
    ms = instant_ms(instant)
    return epoch_ms(datetime.fromisoformat(instant)) if ms is None else ms


_prefixes: dict[tuple[str, ...], bytes] = {}


def _key(kind: str, source_id: str, record_id: str) -> bytes:
    """The same as `key128` of the three, with what two of them have in common remembered."""
    prefix = _prefixes.get((kind, source_id))
    if prefix is None:
        if len(_prefixes) >= _KEPT:
            _prefixes.clear()
        prefix = _prefixes[kind, source_id] = b"\xff".join((kind.encode(), source_id.encode(), b""))
    return blake2b(prefix + record_id.encode(), digest_size=16).digest()


def _review(data: Json, home: str) -> Reviewed:
    fact = _unheard("response", data["source_id"], data["record_id"], home)
    held = QUARANTINED if data["verdict"] == "quarantined" else 0
    return Reviewed(fact._replace(review_revision=data["revision"], verdict=data["verdict"], state=fact.state | held))


def _retraction(kind: Kind) -> Callable[[Json, str], Retracted]:
    def build(data: Json, home: str) -> Retracted:
        record_id = data["tally_id"] if kind == "tally" else data["record_id"]
        fact = _unheard(kind, data["source_id"], record_id, home, root_id=data.get("root_id"))
        return Retracted(fact._replace(state=RETRACTED))

    return build


def _unheard(kind: Kind, source_id: str, record_id: str, home: str, *, root_id: str | None = None) -> Fact:
    """A record of which only its ids are known."""
    if root_id is None:
        key, unit = key128(kind, source_id, record_id), None
    else:
        key, unit = key128(kind, source_id, root_id, record_id), key128("root", source_id, root_id)
    return spoken_of(Fact(key, unit, kind, source_id, record_id, "", "", 0, 0, 0, None, None, None, home))


_QUICK: Final[dict[bytes, Callable[[Json, str], Recorded | None]]] = {
    ResponseSubmitted.TYPE.encode(): _quick_response,
    FormShown.TYPE.encode(): lambda data, home: _funnel(data, home) if is_plain_funnel(data) else None,
    InteractionRecorded.TYPE.encode(): (
        lambda data, home: _interaction(data, home) if is_plain_interaction(data) else None
    ),
}
_BUILD: Final[dict[type[EventData], Callable[[Json, str], Event]]] = {
    ResponseSubmitted: _thorough_response,
    ResponseReviewed: _review,
    ResponseRetracted: _retraction("response"),
    FormShown: _funnel,
    InteractionRecorded: _interaction,
    InteractionRetracted: _retraction("interaction"),
    TallyRecorded: _tally,
    TallyRetracted: _retraction("tally"),
}
