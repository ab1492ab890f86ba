"""Voices over HTTP, for advocates only."""

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from metrics_worker.responses.domain import MOST_ITEMS, ResponseVoice, VoicePosition
from metrics_worker.responses.errors import invalid_parameter
from metrics_worker.responses.use_cases import SearchResponses
from soundings.http.auth import current_principal
from soundings.http.cursors import decode_cursor, encode_cursor
from soundings.kernel.clock import from_epoch_ms
from soundings.kernel.vocabulary import ServiceChannel

_WORDS: Final[Mapping[str, str]] = {
    "agency": "Only of this agency.",
    "service": "Only of this service.",
    "form": "Only answers to this form.",
    "channel": f"Only from this channel: {', '.join(ServiceChannel)}.",
    "measure": "Only with an answer to this measure.",
    "low": "Only where that answer is at least this.",
    "high": "Only where that answer is at most this.",
    "q": "Only where the comments hold all these words.",
    "from": "Only since this local date, YYYY-MM-DD.",
    "to": "Only before this local date, YYYY-MM-DD.",
    "quarantined": "true: only what is held back; false: only what is not.",
    "cursor": "Where an earlier page said to read on.",
    "limit": f"At most so many, up to {MOST_ITEMS}.",
}
_LARGEST: Final = 2**63 - 1
_PARAMETERS: Final = [
    {"name": name, "in": "query", "required": False, "description": words, "schema": {"type": "string"}}
    for name, words in _WORDS.items()
]
_SOURCE: Final = [
    {
        "name": "source",
        "in": "query",
        "required": False,
        "description": "The source that gave the id, where several did.",
        "schema": {"type": "string"},
    }
]


def responses_router(voices: SearchResponses) -> APIRouter:
    """The routes of the voices."""
    routes = APIRouter(tags=["voices"])

    @routes.get(
        "/v1/responses",
        name="metrics.responses.list",
        summary="What people said, newest first",
        openapi_extra={"parameters": _PARAMETERS},
    )
    async def list_responses(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        given = _once_each(request)
        page = await voices.search_page(given, _cursor_position(given.get("cursor", "")), current_principal(request))
        further = encode_cursor(*page.next) if page.next else None
        return _json_body({"items": [voice_body(one) for one in page.items], "next": further})

    @routes.get(
        "/v1/responses/{response_id:path}",
        name="metrics.responses.get",
        summary="One response",
        openapi_extra={"parameters": _SOURCE},
    )
    async def get_response(response_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        given = _once_each(request)
        for name in given:
            if name != "source":
                raise invalid_parameter(name, "unknown", "there is no such parameter")
        return _json_body(
            voice_body(await voices.find_one(response_id, given.get("source") or None, current_principal(request)))
        )

    return routes


def _cursor_position(cursor: str) -> VoicePosition | None:
    if not cursor:
        return None
    occurred_at, id_ = decode_cursor(cursor, int, int)
    position = VoicePosition(int(occurred_at), int(id_))
    if max(map(abs, position)) > _LARGEST:
        raise invalid_parameter("cursor", "invalid_cursor", "is not a cursor that an earlier page gave")
    return position


def _once_each(request: Request) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise invalid_parameter(name, "repeated", "is given twice")
        given[name] = value
    return given


def _json_body(body: Mapping[str, object]) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")


def voice_body(voice: ResponseVoice) -> dict[str, object]:
    """A voice in the shape of the API."""
    at = from_epoch_ms(voice.position.occurred_at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body: dict[str, object] = {
        "id": voice.id,
        "source": voice.source,
        "service": voice.service,
        "channel": voice.channel,
        "form": voice.form,
        "form_version": voice.form_version,
        "occurred_at": at,
        "language": voice.language,
        "answers": voice.answers,
        "comments": voice.comments,
    }
    if voice.touchpoint is not None:
        body["touchpoint"] = voice.touchpoint
    if voice.spam_score is not None:
        body["spam"] = {"score": voice.spam_score, "reasons": list(voice.spam_reasons)}
    marks = (("contact_consent", voice.contact_consent), ("test", voice.test), ("quarantined", voice.quarantined))
    return body | {name: True for name, holds in marks if holds}
