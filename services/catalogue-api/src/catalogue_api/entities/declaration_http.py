"""The endpoint that checks a declaration of entities without keeping anything."""

from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from catalogue_api.entities.declaration_check import CheckDeclaration, Declaration, FindIncomplete
from catalogue_api.entities.domain import Document
from catalogue_api.entities.entity_type import EntityType
from catalogue_api.entities.ports import Catalogue
from catalogue_api.entities.replies import page_reply
from soundings.http.auth import current_principal
from soundings.kernel.clock import Clock
from soundings.kernel.errors import FieldError


def declaration_router(
    catalogue: Catalogue, kinds: Iterable[EntityType], clock: Clock, find_incomplete: FindIncomplete
) -> APIRouter:
    """The route of checks."""
    check_declaration = CheckDeclaration(catalogue, clock, {kind.plural: kind for kind in kinds}, find_incomplete)
    router = APIRouter(tags=["declarations"])

    @router.post(
        "/v1/declarations/check",
        name="catalogue.declarations.check",
        summary="Say what the catalogue would refuse of some entities; nothing is kept",
        responses={200: {"description": "For each entity `{entities, id, errors, findings}`, in the order sent."}},
    )
    async def check(request: Request, declaration: Declaration) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Each entity is checked as if those before it had been put.

        `errors` are those of its `PUT`; `findings` say what is incomplete in a form, such as a language.
        """
        checked = await check_declaration(declaration, current_principal(request))
        items: list[Document] = [
            {"entities": one.entities, "id": one.id, "errors": _shown(one.errors), "findings": _shown(one.findings)}
            for one in checked
        ]
        return page_reply(items, None)

    return router


def _shown(faults: Sequence[FieldError]) -> list[Document]:
    return [{"field": one.field, "code": one.code, "detail": one.detail} for one in faults]
