"""Parked sources over HTTP, for admins."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from metrics_worker.catalogue_view.agency_reach import reach_of
from metrics_worker.parked.domain import ParkedSource
from metrics_worker.parked.errors import NoSuchParkedSource
from metrics_worker.parked.ports import ParkedSourceStore
from soundings.http.auth import current_principal
from soundings.kernel.clock import from_epoch_ms


class ParkedSourceBody(BaseModel):
    """A source whose records wait in the order of the log; `resuming` while they are being counted."""

    source: str
    since: str
    reason: str
    records: int
    resuming: bool


class ParkedSourceList(BaseModel):
    """All parked sources that the caller reaches, by name."""

    items: list[ParkedSourceBody]


def router(store: ParkedSourceStore) -> APIRouter:
    """The routes of the parked sources."""
    routes = APIRouter(tags=["parked sources"])

    @routes.get("/v1/parked-sources", name="metrics.parked.list", summary="Sources of which too much was refused")
    async def list_parked_sources(request: Request) -> ParkedSourceList:  # pyright: ignore[reportUnusedFunction]
        found = await store.every(reach_of(current_principal(request)))
        return ParkedSourceList(items=[_body(one) for one in found])

    @routes.post(
        "/v1/parked-sources/{source}/resume",
        name="metrics.parked.resume",
        summary="Count what is parked of a source, and what it sends from now on",
        status_code=202,
    )
    async def resume_parked_source(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        # PostgreSQL has no text with a NUL.
        source: Annotated[str, Path(max_length=200, pattern=r"^[^\x00]*$")],
    ) -> ParkedSourceBody:
        found = await store.resume(source, reach_of(current_principal(request)))
        if found is None:
            raise NoSuchParkedSource(f"No source {source!r} is parked.")
        return _body(found)

    return routes


def _body(one: ParkedSource) -> ParkedSourceBody:
    return ParkedSourceBody(
        source=one.source,
        since=from_epoch_ms(one.since).isoformat(),
        reason=one.reason,
        records=int(one.records),
        resuming=bool(one.resuming),
    )
