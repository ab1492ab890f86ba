"""Endpoints of every entity type: put, patch, retire, get, list and history."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, cast

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from catalogue_api.entities.domain import Document, FieldChange, ListFilters
from catalogue_api.entities.entity_type import EntityType
from catalogue_api.entities.openapi import (
    body_schema,
    change_schema,
    item_schema,
    page_schema,
    patch_schema,
    request_body_schema,
    response_schema,
)
from catalogue_api.entities.ports import Catalogue
from catalogue_api.entities.replies import (
    entity_item,
    entity_reply,
    format_instant,
    not_modified,
    page_reply,
    request_preconditions,
)
from catalogue_api.entities.use_cases import GetEntity, ListEntities, PatchEntity, PutEntity, ReadHistory, RetireEntity
from soundings.events.catalogue import Slug
from soundings.http.auth import current_principal
from soundings.http.body import read_limited_body
from soundings.http.cursors import decode_cursor, encode_cursor
from soundings.http.json_bounds import SMALL_JSON
from soundings.http.problems import ProblemException
from soundings.kernel.clock import Clock
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.ids import is_slug

BODY_LIMIT = 1024 * 1024
_PLACE_MAX = 2**31 - 1
_NO_CURSOR = FieldError("cursor", "invalid_cursor", "is not a cursor that an earlier page gave")
_JSON = "application/json"
_PATCHES = ("application/merge-patch+json", _JSON)

Id = Annotated[str, Path(description="A slug chosen by whoever creates the entity.")]


class PageQuery(BaseModel):
    """Which page of a list; parameters that are not here are refused, since ignoring one would show too much."""

    # A misspelt filter would otherwise return an unfiltered list.
    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str | None, Field(max_length=1000, description="`next` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class ListQuery(PageQuery):
    state: Literal["active", "retired", "all"] = "active"
    q: Annotated[str | None, Field(max_length=200, description="Text in the id or in a name.")] = None

    def filters(self) -> ListFilters:
        return ListFilters(state=self.state, text=self.q)


class AgencyQuery(ListQuery):
    agency: Slug | None = None

    def filters(self) -> ListFilters:
        return ListFilters(state=self.state, text=self.q, agency=self.agency)


class DepartmentQuery(AgencyQuery):
    department: Slug | None = None

    def filters(self) -> ListFilters:
        return ListFilters(state=self.state, text=self.q, agency=self.agency, department=self.department)


class ServiceQuery(AgencyQuery):
    service: Slug | None = None

    def filters(self) -> ListFilters:
        return ListFilters(state=self.state, text=self.q, agency=self.agency, service=self.service)


@dataclass(frozen=True, slots=True)
class _EntityUseCases:
    """The use cases of these endpoints."""

    put: PutEntity
    patch: PatchEntity
    retire: RetireEntity
    get: GetEntity
    every: ListEntities
    history: ReadHistory


def entities_router(catalogue: Catalogue, kinds: Iterable[EntityType], clock: Clock) -> APIRouter:
    """The routes of all kinds; each is named ``catalogue.{plural}.{verb}``."""
    doors = _EntityUseCases(
        put=PutEntity(catalogue, clock),
        patch=PatchEntity(catalogue, clock),
        retire=RetireEntity(catalogue, clock),
        get=GetEntity(catalogue),
        every=ListEntities(catalogue),
        history=ReadHistory(catalogue),
    )
    router = APIRouter()
    for kind in kinds:
        _add_write_routes(router, kind, doors)
        _add_read_routes(router, kind, doors)
        _add_list_route(router, kind, doors)
    return router


def _add_write_routes(router: APIRouter, kind: EntityType, doors: _EntityUseCases) -> None:
    path, name, tag = f"/v1/{kind.plural}/{{entity_id}}", f"catalogue.{kind.plural}", kind.plural
    shown = response_schema(item_schema(kind.model, kind.name), "The entity as it now is; its tag is in `ETag`.")

    @router.put(
        path,
        name=f"{name}.put",
        tags=[tag],
        summary=f"Create or replace a {kind.name}",
        responses={200: shown, 201: shown},
        openapi_extra=request_body_schema(body_schema(kind.model), _JSON),
    )
    async def put(request: Request, entity_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        sent = await _read_json(request, (_JSON,))
        written = await doors.put(kind, entity_id, sent, current_principal(request), request_preconditions(request))
        return entity_reply(written.entity, 201 if written.created else 200)

    @router.patch(
        path,
        name=f"{name}.patch",
        tags=[tag],
        summary=f"Change some fields of a {kind.name}",
        responses={200: shown},
        openapi_extra=request_body_schema(patch_schema(), *_PATCHES),
    )
    async def patch(request: Request, entity_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        sent = await _read_json(request, _PATCHES)
        return entity_reply(
            await doors.patch(kind, entity_id, sent, current_principal(request), request_preconditions(request))
        )

    @router.delete(
        path, name=f"{name}.retire", tags=[tag], summary=f"Retire a {kind.name}; its history stays", status_code=204
    )
    async def retire(request: Request, entity_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        await doors.retire(kind, entity_id, current_principal(request), request_preconditions(request))
        return Response(status_code=204)


def _add_read_routes(router: APIRouter, kind: EntityType, doors: _EntityUseCases) -> None:
    path, name, tag = f"/v1/{kind.plural}/{{entity_id}}", f"catalogue.{kind.plural}", kind.plural

    @router.get(
        path,
        name=f"{name}.get",
        tags=[tag],
        summary=f"Read a {kind.name}",
        responses={
            200: response_schema(item_schema(kind.model, kind.name), "The entity; its tag is in `ETag`."),
            304: {"description": "The caller has it already."},
        },
    )
    async def get(request: Request, entity_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        entity = await doors.get(kind, entity_id, current_principal(request))
        return not_modified(entity) if request_preconditions(request).is_unmodified(entity) else entity_reply(entity)

    @router.get(
        f"{path}/history",
        name=f"{name}.history",
        tags=[tag],
        summary=f"Who changed what in a {kind.name}",
        responses={200: response_schema(page_schema(change_schema()), "Changes, the newest first.")},
    )
    async def history(  # pyright: ignore[reportUnusedFunction]
        request: Request, entity_id: Id, query: Annotated[PageQuery, Query()]
    ) -> Response:
        before = _history_position(query.cursor) if query.cursor else None
        found, more = await doors.history(kind, entity_id, current_principal(request), before=before, limit=query.limit)
        following = encode_cursor(found[-1].revision, found[-1].ordinal) if more else None
        return page_reply([_history_entry(change) for change in found], following)


def _add_list_route(router: APIRouter, kind: EntityType, doors: _EntityUseCases) -> None:
    async def every(request: Request, query: ListQuery) -> Response:
        after = _cursor_id(query.cursor) if query.cursor else ""
        found, more = await doors.every(
            kind, query.filters(), current_principal(request), after=after, limit=query.limit
        )
        return page_reply([entity_item(entity) for entity in found], encode_cursor(found[-1].id) if more else None)

    async def of_all(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        return await every(request, query)

    async def of_agency(request: Request, query: Annotated[AgencyQuery, Query()]) -> Response:
        return await every(request, query)

    async def of_department(request: Request, query: Annotated[DepartmentQuery, Query()]) -> Response:
        return await every(request, query)

    async def of_service(request: Request, query: Annotated[ServiceQuery, Query()]) -> Response:
        return await every(request, query)

    # FastAPI reads query parameters from the signature, so each set of filters needs a function of
    # its own.
    endpoint: Callable[..., Awaitable[Response]]
    if kind.name == "agency":
        endpoint = of_all
    elif "department" in kind.filters:
        endpoint = of_department
    else:
        endpoint = of_service if "service" in kind.filters else of_agency
    router.add_api_route(
        f"/v1/{kind.plural}",
        endpoint,
        methods=["GET"],
        name=f"catalogue.{kind.plural}.list",
        tags=[kind.plural],
        summary=f"List {kind.plural}",
        responses={200: response_schema(page_schema(item_schema(kind.model, kind.name)), "One page, in order of id.")},
    )


def _cursor_id(cursor: str) -> str:
    entity_id = str(decode_cursor(cursor, str)[0])
    if not is_slug(entity_id):
        raise InvalidInput([_NO_CURSOR])
    return entity_id


def _history_position(cursor: str) -> tuple[int, int]:
    revision, ordinal = cast("tuple[int, int]", decode_cursor(cursor, int, int))
    if not (0 <= revision <= _PLACE_MAX and 0 <= ordinal <= _PLACE_MAX):
        raise InvalidInput([_NO_CURSOR])
    return revision, ordinal


def _history_entry(change: FieldChange) -> Document:
    return {
        "at": format_instant(change.at),
        "who": change.who,
        "revision": change.revision,
        "field": change.field,
        "old": change.old,
        "new": change.new,
    }


async def _read_json(request: Request, media_types: tuple[str, ...]) -> object:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise ProblemException(415, "unsupported_media_type", f"This door reads {' or '.join(media_types)}.")
    body = await read_limited_body(request, BODY_LIMIT)
    # Checked before parsing, whose cost follows the number of values and not the bytes.
    excess = SMALL_JSON.excess(body)
    if excess is not None:
        raise ProblemException(413, "too_large", f"The body {excess}.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemException(400, "unreadable", "The body is not JSON.") from error
