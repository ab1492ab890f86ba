"""Endpoints of form versions: publish, list, read one."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from catalogue_api.entities.domain import Document, EntityVersion
from catalogue_api.entities.ports import Catalogue
from catalogue_api.entities.preconditions import entity_etag
from catalogue_api.entities.replies import format_instant, json_reply, page_reply, request_preconditions
from catalogue_api.forms.use_cases import GetVersion, LintForm, ListVersions, PublishForm
from soundings.http.auth import current_principal
from soundings.kernel.clock import Clock
from soundings.kernel.errors import FieldError

# A published version never changes again, so whoever may read it may keep it.
_FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}

Id = Annotated[str, Path(description="The form's id.")]


def forms_router(catalogue: Catalogue, clock: Clock) -> APIRouter:
    """The routes that only forms have, in addition to those of every entity type."""
    publish_form, list_versions, get_version, find_in_form = (
        PublishForm(catalogue, clock),
        ListVersions(catalogue),
        GetVersion(catalogue),
        LintForm(catalogue),
    )
    router = APIRouter(tags=["forms"])

    @router.post(
        "/v1/forms/{form_id}/publish",
        name="catalogue.forms.publish",
        summary="Publish a form as it now is",
        status_code=201,
        responses={
            200: {"description": "The newest version says just this already."},
            201: {"description": "A new version: `{form_id, version, findings?}`."},
        },
    )
    async def publish(request: Request, form_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        published = await publish_form(form_id, current_principal(request), request_preconditions(request))
        content: Document = {"form_id": form_id, "version": published.version}
        if published.findings:
            content["findings"] = _shown(published.findings)
        return json_reply(content, 201 if published.is_new else 200, {"etag": entity_etag(published.form)})

    @router.get(
        "/v1/forms/{form_id}/findings",
        name="catalogue.forms.findings",
        summary="Say what is not complete in a form, such as a language",
    )
    async def found(request: Request, form_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        return page_reply(_shown(await find_in_form(form_id, current_principal(request))), None)

    @router.get("/v1/forms/{form_id}/versions", name="catalogue.forms.versions", summary="List what was published")
    async def versions(request: Request, form_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        found = await list_versions(form_id, current_principal(request))
        return page_reply([_head(version) for version in found], None)

    @router.get(
        "/v1/forms/{form_id}/versions/{version}", name="catalogue.forms.version", summary="Read a published version"
    )
    async def version(request: Request, form_id: Id, version: int) -> Response:  # pyright: ignore[reportUnusedFunction]
        found = await get_version(form_id, version, current_principal(request))
        return json_reply({**found.body, **_head(found)}, headers=_FOR_EVER)

    return router


def _head(version: EntityVersion) -> Document:
    return {
        "form_id": version.id,
        "version": version.number,
        "published_at": format_instant(version.at),
        "published_by": version.who,
    }


def _shown(findings: Sequence[FieldError]) -> list[Document]:
    return [{"field": one.field, "code": one.code, "detail": one.detail} for one in findings]
