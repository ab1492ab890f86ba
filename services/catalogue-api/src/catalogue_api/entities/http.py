"""The HTTP form of entities, request preconditions and pagination."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from fastapi import Request
from fastapi.responses import Response

from catalogue_api.entities.domain import Document, Entity, document
from catalogue_api.entities.preconditions import Preconditions, etag, tags
from soundings.kernel.clock import epoch_ms, from_epoch_ms

STATUS_OF: Mapping[str, int] = {"retired": 409, "in_use": 409}
_FRESH = {"cache-control": "private, no-cache"}  # a cache may keep it, and must ask with the tag before using it


def conditions(request: Request) -> Preconditions:
    """The conditions of a request."""
    return Preconditions(tags(request.headers.get("if-match")), tags(request.headers.get("if-none-match")))


def item(entity: Entity) -> Document:
    """The body with its read-only fields."""
    shown: Document = {
        **document(entity.body),
        "id": entity.id,
        "state": entity.state,
        "revision": entity.revision,
        "updated_at": instant(entity.updated_at),
    }
    return shown if entity.kind != "form" else {**shown, "published": entity.published}


def instant(at: datetime) -> str:
    """An instant as text, in UTC and whole milliseconds."""
    return from_epoch_ms(epoch_ms(at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entity_answer(entity: Entity, status: int = 200) -> Response:
    """The item with its tag."""
    return answer(item(entity), status, {"etag": etag(entity), **_FRESH})


def not_modified(entity: Entity) -> Response:
    """304: the caller has it already."""
    return Response(status_code=304, headers={"etag": etag(entity), **_FRESH})


def page_answer(items: Sequence[Document], following: str | None) -> Response:
    """One page of a list, and the cursor of the page behind it."""
    return answer({"items": items, "next": following})


def answer(content: Document, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, dict(headers or {}), "application/json")
