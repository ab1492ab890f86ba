"""Endpoints of source keys."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from catalogue_api.entities.domain import Document
from catalogue_api.entities.replies import format_instant, json_reply, page_reply
from catalogue_api.sources.domain import StoredKey
from catalogue_api.sources.ports import SourceKeyStore
from catalogue_api.sources.use_cases import CreateKey, ListKeys, RevokeKey
from soundings.http.auth import current_principal
from soundings.kernel.clock import Clock

STATUS_OF: Mapping[str, int] = {"too_many_keys": 409}

Id = Annotated[str, Path(description="The source's id.")]


class NewSourceKey(BaseModel):
    """What may be said of a key when it is made."""

    model_config = ConfigDict(extra="forbid")

    # No control characters: labels are shown in terminals, and PostgreSQL keeps no NUL.
    label: Annotated[
        str | None,
        Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", description="What the key is for, in your words."),
    ] = None


def keys_router(keyring: SourceKeyStore, clock: Clock) -> APIRouter:
    """The routes of keys, below their source."""
    create_key, list_keys, revoke_key = CreateKey(keyring, clock), ListKeys(keyring), RevokeKey(keyring, clock)
    router = APIRouter(tags=["sources"])

    @router.post(
        "/v1/sources/{source_id}/keys",
        name="catalogue.keys.create",
        summary="Make a key; its secret is shown this once",
        status_code=201,
        responses={201: {"description": "`{key_id, key}`"}},
    )
    async def create(  # pyright: ignore[reportUnusedFunction]
        request: Request, source_id: Id, wanted: NewSourceKey | None = None
    ) -> Response:
        label = None if wanted is None else wanted.label
        made = await create_key(source_id, current_principal(request), label)
        return json_reply({"key_id": made.key.id, "key": made.secret}, 201)

    @router.get("/v1/sources/{source_id}/keys", name="catalogue.keys.list", summary="List the keys of a source")
    async def every(request: Request, source_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        return page_reply([_item(key) for key in await list_keys(source_id, current_principal(request))], None)

    @router.delete(
        "/v1/sources/{source_id}/keys/{key_id}",
        name="catalogue.keys.revoke",
        summary="Revoke a key for good",
        status_code=204,
    )
    async def revoke(request: Request, source_id: Id, key_id: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        await revoke_key(source_id, key_id, current_principal(request))
        return Response(status_code=204)

    return router


def _item(key: StoredKey) -> Document:
    return {
        "key_id": key.id,
        "label": key.label,
        "state": "active" if key.revoked_at is None else "revoked",
        "created_at": format_instant(key.created_at),
        "created_by": key.created_by,
        "revoked_at": None if key.revoked_at is None else format_instant(key.revoked_at),
        "revoked_by": key.revoked_by,
    }
