"""The records of a subject over HTTP, for erasures."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel

from metrics_worker.subjects.domain import is_subject
from metrics_worker.subjects.ports import SubjectStore
from soundings.http.auth import current_principal
from soundings.http.cursors import decode_cursor, encode_cursor
from soundings.kernel.errors import FieldError, InvalidInput

_SPAN: Final = 50_000
_LARGEST: Final = 2**62


class RecordBody(BaseModel):
    """One record, in the shape in which POST /v1/erasures takes it."""

    source_id: str
    kind: str
    id: str
    root_id: str | None = None


class RecordsBody(BaseModel):
    """A stretch of the records; ``next`` is where to read on, null at the end. A stretch may hold none."""

    items: list[RecordBody]
    next: str | None


def subjects_router(subjects: SubjectStore) -> APIRouter:
    """GET /v1/subjects/{subject}/records."""
    routes = APIRouter(tags=["subjects"])

    @routes.get(
        "/v1/subjects/{subject}/records",
        name="metrics.subjects.records",
        summary="Which records a subject has",
        response_model_exclude_none=False,
    )
    async def records_of_subject(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        subject: Annotated[str, Path(description="A pseudonym, as POST /v1/subjects of listening gives it.")],
        cursor: Annotated[str, Query(description="Where an earlier stretch said to read on.")] = "",
    ) -> RecordsBody:
        if not is_subject(subject):
            raise InvalidInput((FieldError("subject", "not_a_subject", "is not a pseudonym of this system"),))
        principal = current_principal(request)
        found = await subjects.subject_records(subject, _cursor_position(cursor), _SPAN)
        return RecordsBody(
            items=[
                RecordBody(source_id=one.source_id, kind=one.kind, id=one.id, root_id=one.root_id)
                for one in found.records
                if principal.can_act_for(one.agency_id)
            ],
            next=None if found.next is None else encode_cursor(found.next),
        )

    return routes


def _cursor_position(cursor: str) -> int:
    if not cursor:
        return 0
    (after,) = decode_cursor(cursor, int)
    number = int(after)
    if not 0 <= number <= _LARGEST:
        raise InvalidInput((FieldError("cursor", "invalid_cursor", "is not a cursor that an earlier stretch gave"),))
    return number
