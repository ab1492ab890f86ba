"""The endpoint that returns embed snippets."""

from typing import Annotated, Final
from urllib.parse import urljoin

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from catalogue_api.entities.domain import Document
from catalogue_api.entities.ports import Catalogue
from catalogue_api.entities.replies import json_reply
from catalogue_api.snippets.use_cases import ShowSnippets, SnippetReport
from soundings.http.auth import current_principal
from soundings.http.problems import ProblemException

_UNKNOWN: Final = "This catalogue was not told where pages find listening: set SOUNDINGS_PUBLIC_FEEDBACK_URL."

Id = Annotated[str, Path(description="The form's id.")]
Language = Annotated[
    str | None, Query(alias="lang", max_length=35, description="The language of the label; else the agency's own.")
]


def snippets_router(catalogue: Catalogue, feedback_url: str | None) -> APIRouter:
    """``feedback_url`` is the public address of listening; a path is looked for where the catalogue was asked."""
    show = ShowSnippets(catalogue)
    router = APIRouter(tags=["forms"])

    @router.get(
        "/v1/forms/{form_id}/snippet",
        name="catalogue.forms.snippet",
        summary="Show what to paste into a page",
        responses={409: {"description": "It is not known where pages find listening."}},
    )
    async def snippet(  # pyright: ignore[reportUnusedFunction]
        request: Request, form_id: Id, language: Language = None
    ) -> Response:
        """For each delivery the HTML, with integrity, and what the page's content security policy must allow.

        `{form_id, widget: {version, src, integrity}, origins, snippets: [{delivery, html, csp}], findings}`;
        `findings` say what keeps the form from working on pages.
        """
        if feedback_url is None:
            raise ProblemException(409, "no_feedback_url", _UNKNOWN)
        base = urljoin(str(request.base_url), feedback_url).rstrip("/")
        shown = await show(form_id, base, language, current_principal(request))
        return json_reply(_document(form_id, shown))

    return router


def _document(form_id: str, shown: SnippetReport) -> Document:
    widget = shown.widget
    return {
        "form_id": form_id,
        "widget": {"version": widget.version, "src": widget.src, "integrity": widget.integrity},
        "origins": list(shown.origins),
        "snippets": [{"delivery": one.delivery, "html": one.html, "csp": one.csp} for one in shown.snippets],
        "findings": [{"field": one.field, "code": one.code, "detail": one.detail} for one in shown.findings],
    }
