"""POST /v1/events: CloudEvents in binary, structured and batch mode. The event type selects the item parser."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.cloudevents import envelope as cloudevents_envelope
from feedback_api.cloudevents.envelope import CloudEventEnvelope
from feedback_api.intake import openapi, replies
from feedback_api.intake.body_parser import (
    BATCH_MAX_BYTES,
    JSON_TYPES,
    ParsedBody,
    UnsupportedType,
    check_batch_bounds,
    media_type,
    parse_body,
)
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import FORBIDDEN, invalid_field
from feedback_api.intake.field_readers import is_list
from feedback_api.intake.http import RecordIntake
from feedback_api.intake.ports import ItemParser
from feedback_api.intake.source_auth import must_accept
from feedback_api.intake.use_cases import IncomingItem, InvalidItem, receive_many
from soundings.http.body import read_limited_body
from soundings.kernel.errors import InvalidInput

# Item parsers by CloudEvents type.
ParsersByType = Mapping[str, ItemParser]

_BINARY: Final = "ce-specversion"


def events_router(desk: RecordIntake, kinds: ParsersByType) -> APIRouter:
    """The router of the CloudEvents endpoint."""
    router = APIRouter(tags=["records"])

    @router.post(
        "/v1/events",
        name="feedback.events.receive",
        status_code=202,
        summary="Send CloudEvents",
        openapi_extra=openapi.events_body(sorted(kinds)),
        responses=openapi.RECORD_ANSWERS,
    )
    async def receive(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        sender = await desk.authenticator.authenticate_sender(request)
        body = await read_limited_body(request, BATCH_MAX_BYTES)
        kind = media_type(request.headers.get("content-type"))
        if kind == cloudevents_envelope.BATCH:
            return await _receive_batch(body, desk, kinds, sender)
        try:
            envelope = _receive_one(request, kind, body)
            entry = item_of_event(envelope, kinds)
        except InvalidInput as refusal:
            return replies.rejected_reply(refusal)
        must_accept(sender, entry.kind.accepted_as)
        return await desk.receive_one(entry, sender)

    return router


def _receive_one(request: Request, kind: str, body: bytes) -> CloudEventEnvelope:
    check_batch_bounds(ParsedBody((), single=True), len(body))
    if kind == cloudevents_envelope.STRUCTURED:
        return cloudevents_envelope.from_json(parse_body(body))
    if _BINARY in request.headers and (kind in JSON_TYPES or kind.endswith("+json")):
        return cloudevents_envelope.from_headers(request.headers, body)
    raise UnsupportedType(
        f"Send {cloudevents_envelope.STRUCTURED}, {cloudevents_envelope.BATCH},"
        " or application/json with the attributes in ce- headers."
    )


async def _receive_batch(body: bytes, desk: RecordIntake, kinds: ParsersByType, sender: IntakeContext) -> Response:
    value = parse_body(body)
    if not is_list(value):
        return replies.rejected_reply(invalid_field("", "wrong_type", "a batch must be a list of CloudEvents"))
    sent = check_batch_bounds(ParsedBody(value, single=False), len(body))
    entries = [_incoming_item(event, kinds, sender) for event in sent.items]
    return replies.batch_reply(await receive_many(entries, sender, desk.log))


def _incoming_item(event: object, kinds: ParsersByType, sender: IntakeContext) -> IncomingItem | InvalidItem:
    try:
        entry = item_of_event(cloudevents_envelope.from_json(event), kinds)
        if entry.kind.accepted_as not in sender.source.accepts:
            raise invalid_field("type", FORBIDDEN, f"this source may not send {entry.kind.accepted_as}")
    except InvalidInput as refusal:
        return InvalidItem(cloudevents_envelope.claimed_id(event), refusal)
    return entry


def item_of_event(envelope: CloudEventEnvelope, kinds: ParsersByType) -> IncomingItem:
    """The intake item of an event. Raises InvalidInput for an unknown event type."""
    kind = kinds.get(envelope.type)
    if kind is None:
        raise invalid_field("type", "unknown_type", f"must be one of {', '.join(sorted(kinds))}")
    return IncomingItem(kind, envelope.data, envelope.id)
