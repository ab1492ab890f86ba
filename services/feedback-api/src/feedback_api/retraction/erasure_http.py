"""HTTP endpoints of data subject requests: look up a person's pseudonyms, and erase records."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.intake.body_parser import (
    BATCH_MAX_BYTES,
    ITEMS_MAX,
    JSON_TYPES,
    TooLarge,
    UnsupportedType,
    media_type,
    parse_body,
)
from feedback_api.intake.errors import invalid_field, missing_field, unknown_field, wrong_type
from feedback_api.intake.field_readers import Item, is_list, is_object, read_reference, read_text
from feedback_api.intake.replies import batch_reply, json_response
from feedback_api.intake.source_auth import SourceAuthenticator
from feedback_api.pseudonyms.domain import BlankPerson
from feedback_api.retraction.erasure import ErasureContext, erase_records
from feedback_api.retraction.openapi import ERASE_ANSWERS, ERASE_BODY, FIND_ANSWERS, FIND_BODY
from soundings.http.auth import AccessForbidden, current_principal
from soundings.http.body import read_limited_body
from soundings.kernel.clock import Clock
from soundings.log.port import EventLog

# All pseudonyms that a person (second) has had under the keys of an agency (first).
Subjects = Callable[[str, str], tuple[str, ...]]

_FIND: Final = frozenset({"agency_id", "person"})
_ERASE: Final = frozenset({"records"})
_PERSON_MAX: Final = 500


def erasure_router(door: SourceAuthenticator, log: EventLog, subjects: Subjects, clock: Clock) -> APIRouter:
    """POST /v1/subjects and POST /v1/erasures."""
    router = APIRouter(tags=["taking back"])

    @router.post("/v1/subjects", name="feedback.subjects.find", openapi_extra=FIND_BODY, responses=FIND_ANSWERS)
    async def find(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """The pseudonyms of a person. Nothing is written, and the identifier is not logged."""
        item = await _request_item(request, _FIND)
        agency_id, person = read_reference(item, "agency_id"), read_text(item, "person", _PERSON_MAX)
        if agency_id is None or person is None:
            raise missing_field("agency_id" if agency_id is None else "person")
        if not current_principal(request).can_act_for(agency_id):
            raise AccessForbidden("This is another agency than yours.")
        if (await door.ready_catalogue()).registered_agency(agency_id) is None:
            raise invalid_field("agency_id", "unknown_agency", "is not an agency of the catalogue")
        try:
            found = subjects(agency_id, person)
        except BlankPerson:
            raise invalid_field("person", "blank", "must name somebody") from None
        return json_response({"agency_id": agency_id, "subjects": list(found)}, 200)

    @router.post(
        "/v1/erasures",
        name="feedback.erasures.erase",
        status_code=202,
        openapi_extra=ERASE_BODY,
        responses=ERASE_ANSWERS,
    )
    async def erase(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Erase records for good: they leave every count, and their text is deleted. Doing it twice does no harm."""
        item = await _request_item(request, _ERASE)
        records = item.get("records")
        if not is_list(records):
            raise missing_field("records") if records is None else wrong_type("records", "a list")
        if len(records) > ITEMS_MAX:
            raise TooLarge(f"A list may hold {ITEMS_MAX} records; this one holds {len(records)}. Send it in parts.")
        return batch_reply(
            await erase_records(
                records, ErasureContext(current_principal(request), await door.ready_catalogue(), clock()), log
            )
        )

    return router


async def _request_item(request: Request, fields: frozenset[str]) -> Item:
    if media_type(request.headers.get("content-type")) not in JSON_TYPES:
        raise UnsupportedType("Send application/json.")
    value = parse_body(await read_limited_body(request, BATCH_MAX_BYTES))
    if not is_object(value):
        raise wrong_type("", "an object")
    if not value.keys() <= fields:
        raise unknown_field(value, fields)
    return value
