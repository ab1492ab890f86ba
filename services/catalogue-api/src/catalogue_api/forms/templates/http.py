"""Endpoints of form templates: list them, and render one as the body of a form."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from catalogue_api.entities.domain import Document
from catalogue_api.entities.ports import Catalogue
from catalogue_api.entities.replies import json_reply, page_reply
from catalogue_api.forms.templates.blocks import FormTemplate
from catalogue_api.forms.templates.render import TEMPLATES
from catalogue_api.forms.templates.use_cases import FillTemplate, TemplateRequest
from soundings.http.auth import current_principal


def templates_router(catalogue: Catalogue) -> APIRouter:
    """The routes of templates."""
    router = APIRouter(tags=["forms"])
    fill_template = FillTemplate(catalogue)

    @router.get("/v1/form-templates", name="catalogue.form_templates.list", summary="List forms that are ready to use")
    async def templates() -> Response:  # pyright: ignore[reportUnusedFunction]
        return page_reply([_head_of(template) for template in TEMPLATES.values()], None)

    @router.get(
        "/v1/form-templates/{template_id}",
        name="catalogue.form_templates.fill",
        summary="Make the body of a form of a template",
        responses={200: {"description": "A form with your names in it, ready to be put at `/v1/forms/{form_id}`."}},
    )
    async def template(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        template_id: Annotated[str, Path(description="The template's id.")],
        agency: Annotated[str, Query(description="The agency that asks.")],
        service: Annotated[list[str], Query(description="The services that it asks about.", min_length=1)],
        source: Annotated[str | None, Query(description="The source through which answers come.")] = None,
        language: Annotated[list[str] | None, Query(description="Only these languages; all where left out.")] = None,
    ) -> Response:
        wanted = TemplateRequest(template_id, agency, tuple(service), source, tuple(language or ()))
        return json_reply(await fill_template(wanted, current_principal(request)))

    return router


def _head_of(template: FormTemplate) -> Document:
    return {
        "id": template.id,
        "name": template.name,
        "about": template.about,
        "languages": list(template.languages),
    }
