"""Interaction records over HTTP, for analysts."""

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from metrics_worker.interactions.domain import MOST_ITEMS, refused
from metrics_worker.interactions.use_cases import ListInteractions
from soundings.http.auth import current_principal
from soundings.http.cursors import decode_cursor, encode_cursor
from soundings.kernel.vocabulary import ServiceChannel

_LARGEST: Final = 2**62
_WORDS: Final[Mapping[str, str]] = {
    "agency": "Only of this agency.",
    "service": "Only records that name this service.",
    "channel": f"Only records that name this channel: {', '.join(ServiceChannel)}.",
    "from": "Only started since this local date, YYYY-MM-DD.",
    "to": "Only started before this local date, YYYY-MM-DD.",
    "cursor": "Where an earlier page said to read on.",
    "limit": f"At most so many, up to {MOST_ITEMS}.",
}
_PARAMETERS: Final = [
    {"name": name, "in": "query", "required": False, "description": words, "schema": {"type": "string"}}
    for name, words in _WORDS.items()
]


def router(interactions: ListInteractions) -> APIRouter:
    """GET /v1/interactions."""
    routes = APIRouter(tags=["interactions"])

    @routes.get(
        "/v1/interactions",
        name="metrics.interactions.list",
        summary="Interaction records without text and person, in the order in which they came",
        openapi_extra={"parameters": _PARAMETERS},
    )
    async def list_interactions(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        given: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            if name in given:
                raise refused(name, "repeated", "is given twice")
            given[name] = value
        page = await interactions.page(given, _after(given.get("cursor", "")), current_principal(request))
        further = None if page.next is None else encode_cursor(page.next)
        body = {"items": [one.body() for one in page.items], "next": further}
        return Response(orjson.dumps(body), media_type="application/json")

    return routes


def _after(cursor: str) -> int:
    if not cursor:
        return 0
    (after,) = decode_cursor(cursor, int)
    if not 0 <= int(after) <= _LARGEST:
        raise refused("cursor", "invalid_cursor", "is not a cursor that an earlier page gave")
    return int(after)
