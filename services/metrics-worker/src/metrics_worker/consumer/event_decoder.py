"""Decodes a log record to an event of the fold, or to the reason of its refusal.

Most events have the plain shape that this platform writes; msgspec decodes and checks these in one pass. All others
are parsed by the contract models, and then decoded in the same way.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, TypeVar, cast

import msgspec
import orjson
from msgspec import UNSET, Struct
from msgspec.structs import asdict, astuple

from metrics_worker.aggregation.errors import InconsistentEvent
from metrics_worker.aggregation.fact_payloads import (
    FunnelData,
    InteractionData,
    ResponseData,
    TallyData,
    funnel_content,
    interaction_content,
    response_content,
    tally_content,
    text_of,
)
from metrics_worker.aggregation.facts import COUNTED, QUARANTINED, RETRACTED, TEST, Kind, StoredFact
from metrics_worker.aggregation.responses import Score, score_count
from metrics_worker.aggregation.revisions import (
    Comments,
    Event,
    RecordReceived,
    RetractionReceived,
    ReviewReceived,
    placeholder_fact,
)
from metrics_worker.aggregation.timestamps import instant_ms
from metrics_worker.consumer.event_structs import (
    FUNNELS,
    INTERACTIONS,
    RESPONSES,
    TALLIES,
    ResponseStruct,
)
from soundings.events.base import EventData
from soundings.events.envelope import UnknownEventType, decode_event
from soundings.events.interaction import InteractionRecorded, InteractionRetracted
from soundings.events.response import FormFunnelStep, ResponseRetracted, ResponseReviewed, ResponseSubmitted
from soundings.events.tally import TallyRecorded, TallyRetracted
from soundings.kernel.clock import epoch_ms
from soundings.kernel.ids import hash_key128
from soundings.log.port import StoredRecord

Json = dict[str, Any]
"""An object as a contract model has written it."""
D = TypeVar("D", bound=Struct)

_KEPT: Final = 10_000
_NUL: Final = "\x00"
_ESCAPE: Final = b"\\"
_ESCAPED_NUL: Final = b"\\u0000"


def decode_log_event(record: StoredRecord, home: str) -> Event:
    """The event in a record. Raises `Undecodable` when it breaks its contract, `Contradiction` when it cannot be so."""
    try:
        return _decode_fast(record, home) or _decode_with_model(record, home)
    except ValueError as error:
        raise InconsistentEvent(str(error)) from error


def _decode_fast(record: StoredRecord, home: str) -> RecordReceived | None:
    """The event when it is plain; None when it has to be looked at more closely."""
    value = record.value
    build = _PLAIN.get(_type_of(record))
    if build is None or value is None or (_ESCAPE in value and _ESCAPED_NUL in value):
        return None
    try:
        return build(value, home)
    except msgspec.MsgspecError:
        return None


def _type_of(record: StoredRecord) -> bytes:
    for name, value in record.headers:
        if name == "ce_type":
            return value
    return b""


def _decode_with_model(record: StoredRecord, home: str) -> Event:
    event = decode_event(record)
    value = event.model_dump_json(exclude_none=True, by_alias=True).encode()
    if _ESCAPED_NUL in value:
        value = _without_nul(value)
    if plain := _PLAIN.get(event.TYPE.encode()):
        return _decode_record(plain, value, home)
    build = _BUILD.get(type(event))
    if build is None:
        raise UnknownEventType(f"{event.TYPE} does not belong on {record.topic}")
    return build(orjson.loads(value), home)


def _decode_record(plain: Callable[[bytes, str], RecordReceived | None], value: bytes, home: str) -> RecordReceived:
    """The event as a contract model has written it, which is plain but for numbers that nothing can hold."""
    try:
        recorded = plain(value, home)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    if recorded is None:
        raise ValueError("an instant cannot be read")
    return recorded


def _without_nul(value: bytes) -> bytes:
    """No database keeps the character NUL in a text: comments lose it, elsewhere it is no text of ours."""
    data: Json = orjson.loads(value)
    if "comments" in data:
        comments = cast("dict[str, str]", data["comments"])
        data["comments"] = {question: text.replace(_NUL, "") for question, text in comments.items()}
    if _holds_nul(data):
        raise ValueError("a text holds the character NUL")
    return orjson.dumps(data)


def _holds_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_NUL in name or _holds_nul(item) for name, item in cast("Json", value).items())
    if isinstance(value, list):
        return any(map(_holds_nul, cast("list[object]", value)))
    return isinstance(value, str) and _NUL in value


def _decode_response(value: bytes, home: str) -> RecordReceived | None:
    event = RESPONSES.decode(value)
    occurred = instant_ms(event.occurred_at)
    if occurred is None or instant_ms(event.received_at) is None:
        return None
    rows: list[Score] = list(map(astuple, event.scores))
    data = _response_data(event, rows)
    state = TEST if event.test else COUNTED
    if event.quarantined:
        state |= QUARANTINED
    service, channel = event.service_id, event.channel
    return RecordReceived(
        StoredFact(
            _identity_key("response", event.source_id, event.record_id), None, "response",
            event.source_id, event.record_id,
            service, channel, occurred, state, event.revision, None, None, text_of(data), home,
        ),
        response_content(service, channel, occurred, data, list(map(score_count, rows))),
        Comments(event.comments, None if event.language is UNSET else event.language) if event.comments else None,
    )  # fmt: skip


def _response_data(event: ResponseStruct, rows: list[Score]) -> ResponseData:
    """What facts keep, field by field, since there is nothing that the fold does more often."""
    return ResponseData(
        agency_id=event.agency_id,
        time_zone=event.time_zone,
        form_id=event.form_id,
        form_version=event.form_version,
        touchpoint=event.touchpoint,
        stage=event.stage,
        language=event.language,
        subject=event.subject,
        contact_consent=event.contact_consent,
        page=event.page,
        device=event.device,
        answers=event.answers,
        scores=rows,
        spam_score=event.spam_score,
        spam_reasons=event.spam_reasons,
        received_at=event.received_at,
        time_clamped=event.time_clamped or UNSET,
    )


def _decode_funnel(value: bytes, home: str) -> RecordReceived | None:
    event = FUNNELS.decode(value)
    occurred = instant_ms(event.occurred_at)
    if occurred is None or instant_ms(event.received_at) is None:
        return None
    data = _record_received(FunnelData, event)
    return RecordReceived(
        StoredFact(
            _identity_key("funnel", event.source_id, event.record_id), None, "funnel", event.source_id, event.record_id,
            event.service_id, event.channel, occurred, TEST if event.test else COUNTED, event.revision, None, None,
            text_of(data), home,
        ),
        funnel_content(event.service_id, event.channel, occurred, data),
    )  # fmt: skip


def _decode_interaction(value: bytes, home: str) -> RecordReceived | None:
    event = INTERACTIONS.decode(value)
    given = (event.started_at, event.received_at, event.enqueued_at, event.answered_at, event.ended_at)
    if any(instant is not UNSET and instant_ms(instant) is None for instant in given):
        return None
    data = _record_received(InteractionData, event)
    source_id, record_id, root_id = event.source_id, event.record_id, event.root_id
    data.root = UNSET if root_id == record_id else root_id
    service = None if event.service_id is UNSET else event.service_id
    channel = None if event.channel is UNSET else event.channel
    content = interaction_content(record_id, service, channel, data)
    return RecordReceived(
        StoredFact(
            hash_key128("interaction", source_id, root_id, record_id),
            hash_key128("root", source_id, root_id), "interaction",
            source_id, record_id, service or "", channel or "", content.started, COUNTED, event.revision, None, None,
            text_of(data), home,
        ),
        content,
    )  # fmt: skip


def _decode_tally(value: bytes, home: str) -> RecordReceived:
    event = TALLIES.decode(value)
    data = _record_received(TallyData, event)
    received = instant_ms(event.received_at)
    if received is None:
        received = epoch_ms(datetime.fromisoformat(event.received_at))
    return RecordReceived(
        StoredFact(
            _identity_key("tally", event.source_id, event.tally_id), None, "tally", event.source_id, event.tally_id,
            event.service_id, event.channel, received, COUNTED, event.revision, None, None, text_of(data), home,
        ),
        tally_content(event.service_id, event.channel, data),
    )  # fmt: skip


def _record_received(kind: type[D], event: Struct) -> D:
    """The fields of an event that facts keep."""
    fields = asdict(event)
    return kind(**{name: fields[name] for name in kind.__struct_fields__})


_prefixes: dict[tuple[str, ...], bytes] = {}


def _identity_key(kind: str, source_id: str, record_id: str) -> bytes:
    """The same as `key128` of the three, with what two of them have in common remembered."""
    prefix = _prefixes.get((kind, source_id))
    if prefix is None:
        if len(_prefixes) >= _KEPT:
            _prefixes.clear()
        prefix = _prefixes[kind, source_id] = b"\xff".join((kind.encode(), source_id.encode(), b""))
    return blake2b(prefix + record_id.encode(), digest_size=16).digest()


def _decode_review(data: Json, home: str) -> ReviewReceived:
    fact = _placeholder_fact("response", data["source_id"], data["record_id"], home)
    held = QUARANTINED if data["verdict"] == "quarantined" else 0
    return ReviewReceived(
        fact._replace(review_revision=data["revision"], verdict=data["verdict"], state=fact.state | held)
    )


def _retraction_decoder(kind: Kind) -> Callable[[Json, str], RetractionReceived]:
    def decode_retraction(data: Json, home: str) -> RetractionReceived:
        record_id = data["tally_id"] if kind == "tally" else data["record_id"]
        fact = _placeholder_fact(kind, data["source_id"], record_id, home, root_id=data.get("root_id"))
        return RetractionReceived(fact._replace(state=RETRACTED))

    return decode_retraction


def _placeholder_fact(
    kind: Kind, source_id: str, record_id: str, home: str, *, root_id: str | None = None
) -> StoredFact:
    """A record of which only its ids are known."""
    if root_id is None:
        key, unit = hash_key128(kind, source_id, record_id), None
    else:
        key, unit = hash_key128(kind, source_id, root_id, record_id), hash_key128("root", source_id, root_id)
    return placeholder_fact(StoredFact(key, unit, kind, source_id, record_id, "", "", 0, 0, 0, None, None, None, home))


_PLAIN: Final[dict[bytes, Callable[[bytes, str], RecordReceived | None]]] = {
    ResponseSubmitted.TYPE.encode(): _decode_response,
    FormFunnelStep.TYPE.encode(): _decode_funnel,
    InteractionRecorded.TYPE.encode(): _decode_interaction,
    TallyRecorded.TYPE.encode(): _decode_tally,
}
_BUILD: Final[dict[type[EventData], Callable[[Json, str], Event]]] = {
    ResponseReviewed: _decode_review,
    ResponseRetracted: _retraction_decoder("response"),
    InteractionRetracted: _retraction_decoder("interaction"),
    TallyRetracted: _retraction_decoder("tally"),
}
