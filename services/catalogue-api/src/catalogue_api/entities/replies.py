"""The HTTP form of entities, request preconditions and pagination."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from fastapi import Request
from fastapi.responses import Response

from catalogue_api.entities.domain import Document, Entity, body_document
from catalogue_api.entities.preconditions import Preconditions, entity_etag, parse_etags
from soundings.kernel.clock import epoch_ms, from_epoch_ms

STATUS_OF: Mapping[str, int] = {"retired": 409, "in_use": 409}
_FRESH = {"cache-control": "private, no-cache"}  # a cache may keep it, and must ask with the tag before using it


def request_preconditions(request: Request) -> Preconditions:
    """The conditions of a request."""
    return Preconditions(
        parse_etags(request.headers.get("if-match")), parse_etags(request.headers.get("if-none-match"))
    )


def entity_item(entity: Entity) -> Document:
    """The body with its read-only fields."""
    shown: Document = {
        **body_document(entity.body),
        "id": entity.id,
        "state": entity.state,
        "revision": entity.revision,
        "updated_at": format_instant(entity.updated_at),
    }
    return shown if entity.kind != "form" else {**shown, "published": entity.published}


def format_instant(at: datetime) -> str:
    """An instant as text, in UTC and whole milliseconds."""
    return from_epoch_ms(epoch_ms(at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entity_reply(entity: Entity, status: int = 200) -> Response:
    """The item with its tag."""
    return json_reply(entity_item(entity), status, {"etag": entity_etag(entity), **_FRESH})


def not_modified(entity: Entity) -> Response:
    """304: the caller has it already."""
    # RFC 9110 requires the ETag in a 304 reply.
    return Response(status_code=304, headers={"etag": entity_etag(entity), **_FRESH})


def page_reply(items: Sequence[Document], following: str | None) -> Response:
    """One page of a list, and the cursor of the page behind it."""
    return json_reply({"items": items, "next": following})


def json_reply(content: Document, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, dict(headers or {}), "application/json")
