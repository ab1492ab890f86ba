"""The endpoints of token revocations."""

from collections.abc import Mapping
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from catalogue_api.entities.domain import Document
from catalogue_api.entities.http import PageQuery
from catalogue_api.entities.openapi import request_body_schema
from catalogue_api.entities.replies import format_instant, json_reply, page_reply
from catalogue_api.token_revocations.domain import RevokedToken
from catalogue_api.token_revocations.use_cases import ListRevokedTokens, RevocationStore, RevokeToken
from soundings.http.auth import current_principal
from soundings.http.body import read_limited_body
from soundings.http.cursors import decode_cursor, encode_cursor
from soundings.http.problems import ProblemException
from soundings.kernel.clock import Clock

STATUS_OF: Final[Mapping[str, int]] = {"too_many_revocations": 409}
_BODY_LIMIT: Final = 16 * 1024
_BODY: Final[dict[str, object]] = {
    "type": "object",
    "required": ["jti"],
    "properties": {
        "jti": {"type": "string", "minLength": 1, "maxLength": 500, "description": "The claim jti of the token."},
        "expires_at": {"type": "string", "format": "date-time", "description": "When the token expires, if known."},
    },
    "additionalProperties": False,
}


def token_revocations_router(store: RevocationStore, clock: Clock) -> APIRouter:
    """POST and GET /v1/token-revocations."""
    revoke, list_revoked = RevokeToken(store, clock), ListRevokedTokens(store)
    router = APIRouter(tags=["tokens"])

    @router.post(
        "/v1/token-revocations",
        name="catalogue.token_revocations.create",
        summary="Revoke a staff token; every service refuses it within a second",
        responses={200: {"description": "It was revoked already."}, 201: {"description": "It is revoked now."}},
        openapi_extra=request_body_schema(_BODY, "application/json"),
    )
    async def create(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            sent: object = orjson.loads(await read_limited_body(request, _BODY_LIMIT))
        except orjson.JSONDecodeError as error:
            raise ProblemException(400, "unreadable", "The body is not JSON.") from error
        token, is_new = await revoke(sent, current_principal(request))
        return json_reply(_item(token), 201 if is_new else 200)

    @router.get("/v1/token-revocations", name="catalogue.token_revocations.list", summary="List revoked tokens")
    async def every(  # pyright: ignore[reportUnusedFunction]
        request: Request, query: Annotated[PageQuery, Query()]
    ) -> Response:
        after = str(decode_cursor(query.cursor, str)[0]) if query.cursor else ""
        found, more = await list_revoked(current_principal(request), after=after, limit=query.limit)
        return page_reply([_item(token) for token in found], encode_cursor(found[-1].id) if more else None)

    return router


def _item(token: RevokedToken) -> Document:
    return {
        "jti": token.jti,
        "expires_at": format_instant(token.expires_at),
        "revoked_at": format_instant(token.revoked_at),
        "revoked_by": token.revoked_by,
    }
