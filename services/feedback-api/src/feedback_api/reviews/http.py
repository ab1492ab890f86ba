"""HTTP endpoint of reviews: quarantine or release a response, with a reason."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.intake import openapi
from feedback_api.intake.body_parser import JSON_TYPES, SINGLE_MAX_BYTES, UnsupportedType, media_type, parse_body
from feedback_api.intake.context import CatalogueLookup
from feedback_api.intake.errors import invalid_field, missing_field, unknown_field, wrong_type
from feedback_api.intake.field_readers import (
    Item,
    Redact,
    is_object,
    read_identifier,
    read_reference,
    read_text,
    required_choice,
    truncate_redacted,
)
from feedback_api.intake.monotonic_revision import MonotonicRevisions
from feedback_api.intake.replies import json_response
from feedback_api.intake.source_auth import SourceAuthenticator
from soundings.access.roles import Principal
from soundings.events.envelope import encode_event
from soundings.events.response import ResponseReviewed
from soundings.http.auth import AccessForbidden, current_principal
from soundings.http.body import read_limited_body
from soundings.kernel.clock import Clock
from soundings.kernel.errors import ServiceUnavailable
from soundings.log.port import AppendFailed, EventLog
from soundings.telemetry.tracing import current_traceparent

Verdict = Literal["quarantined", "released"]

_FIELDS: Final = frozenset({"source_id", "id", "verdict", "reason"})
_VERDICTS: Final[Mapping[str, str]] = {"quarantined": "quarantined", "released": "released"}
_REASON_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class ReviewDependencies:
    """Dependencies of the review endpoint."""

    authenticator: SourceAuthenticator
    log: EventLog
    redact: Redact
    revisions: MonotonicRevisions
    clock: Clock


def review_router(desk: ReviewDependencies) -> APIRouter:
    """POST /v1/reviews."""
    router = APIRouter(tags=["reviews"])

    @router.post(
        "/v1/reviews",
        name="feedback.reviews.review",
        status_code=202,
        openapi_extra=openapi.REVIEW_BODY,
        responses=openapi.RETRIED,
    )
    async def review(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Say whether a response counts. It speaks of all its revisions, and the newest review holds."""
        item = await _request_item(request)
        directory = await desk.authenticator.ready_catalogue()
        event = await asyncio.to_thread(review_event, item, current_principal(request), directory, desk, desk.clock())
        (place,) = await desk.log.append_records(event.TOPIC.name, (encode_event(event, current_traceparent()),))
        if isinstance(place, AppendFailed):
            raise ServiceUnavailable("The log could not store this just now; send it again.") from place
        return json_response({"id": event.record_id, "revision": event.revision})

    return router


def review_event(
    item: Item, reviewer: Principal, directory: CatalogueLookup, desk: ReviewDependencies, at: datetime
) -> ResponseReviewed:
    """The event of a review. Raises InvalidInput, or AccessForbidden for another agency's source."""
    if not item.keys() <= _FIELDS:
        raise unknown_field(item, _FIELDS)
    source_id, record_id = read_reference(item, "source_id"), read_identifier(item, "id")
    verdict, reason = required_choice(item, "verdict", _VERDICTS), read_text(item, "reason", _REASON_MAX)
    if source_id is None or record_id is None or reason is None:
        raise missing_field("source_id" if source_id is None else "id" if record_id is None else "reason")
    source = directory.registered_source(source_id)
    if source is None:
        raise invalid_field("source_id", "unknown_source", "is not a source of the catalogue")
    if not reviewer.can_act_for(source.agency_id):
        raise AccessForbidden("This source belongs to another agency.")
    return ResponseReviewed(
        record_id=record_id,
        source_id=source_id,
        revision=desk.revisions.next_revision(),
        verdict=cast("Verdict", verdict),
        reason=truncate_redacted(desk.redact(reason), _REASON_MAX),
        reviewed_at=at,
    )


async def _request_item(request: Request) -> Item:
    if media_type(request.headers.get("content-type")) not in JSON_TYPES:
        raise UnsupportedType("Send application/json.")
    value = parse_body(await read_limited_body(request, SINGLE_MAX_BYTES))
    if not is_object(value):
        raise wrong_type("", "an object")
    return value
