"""HTTP endpoints of the connectors: receive vendor records, preview the mapping, seal a signing secret."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.connectors import openapi
from feedback_api.connectors.amazon_firehose import answer_to
from feedback_api.connectors.auth import ConnectorAuthenticator
from feedback_api.connectors.body_parser import read_records
from feedback_api.connectors.dry_run import preview_of
from feedback_api.connectors.mapper import MAPPERS, VendorRecordMapper
from feedback_api.connectors.use_cases import DeliveryResult, receive_mapped
from feedback_api.intake.body_parser import (
    BATCH_MAX_BYTES,
    ITEMS_MAX,
    JSON_TYPES,
    SINGLE_MAX_BYTES,
    TooLarge,
    UnsupportedType,
    media_type,
    parse_body,
)
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import invalid_field, missing_field, unknown_field, wrong_type
from feedback_api.intake.field_readers import Redact, is_object
from feedback_api.intake.ports import ItemParser
from feedback_api.intake.replies import batch_reply, json_response
from feedback_api.intake.use_cases import BatchResult
from feedback_api.secrets.secret_box import SECRET_MAX
from soundings.access.roles import ANONYMOUS
from soundings.events.catalogue import Vendor
from soundings.http.auth import current_principal
from soundings.http.body import read_limited_body
from soundings.http.problems import ProblemException
from soundings.kernel.clock import epoch_ms
from soundings.kernel.errors import FieldError
from soundings.log.port import EventLog

PREVIEW_MAX: Final = 100
_VENDORS: Final[Mapping[str, Vendor]] = {vendor: vendor for vendor in MAPPERS}
_NOTE: Final = (
    "accepted counts records that were stored before under the same id and revision, too. These stay as they were, "
    "whatever the file says now; whether there are any cannot be told here (POST /v1/records/compare of the measuring "
    "service tells). To put this file's records in their place send it again with ?replace=true, or map a column to "
    "revision."
)
_PATH: Final = "/v1/connectors/{source_id}/{vendor}"


@dataclass(frozen=True, slots=True)
class ConnectorDependencies:
    """Dependencies of the connector endpoints."""

    callers: ConnectorAuthenticator
    interactions: ItemParser
    redact: Redact
    log: EventLog


def connectors_router(desk: ConnectorDependencies) -> APIRouter:
    """The three routes below a source and a vendor."""
    router = APIRouter(tags=["connectors"])

    @router.post(
        _PATH,
        name="feedback.connectors.receive",
        status_code=202,
        summary="Send records in a vendor's own shape",
        openapi_extra=openapi.RECEIVE_BODY,
        responses=openapi.RECEIVE_ANSWERS,
    )
    async def receive(request: Request, source_id: str, vendor: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Take in what a contact-centre vendor sends, as interactions."""
        return await _receive_delivery(desk, request, source_id, _known_vendor(vendor))

    @router.post(
        f"{_PATH}/preview",
        name="feedback.connectors.preview",
        summary="Show what records would become, and write nothing",
        description=f"At most {PREVIEW_MAX} records; more are refused with 413.",
        openapi_extra=openapi.RECEIVE_BODY,
        responses=openapi.PREVIEW_ANSWERS,
    )
    async def preview(request: Request, source_id: str, vendor: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        known = _known_vendor(vendor)
        anonymous = current_principal(request) is ANONYMOUS
        limit = await desk.callers.body_limit(request, known) if anonymous else BATCH_MAX_BYTES
        body = await read_limited_body(request, limit)
        sender = await _dry_run_mapper(desk, request, source_id, known, body)
        _must_list(sender, known)
        records = read_records(known, body, request.headers.get("content-type"), ITEMS_MAX)
        if len(records) > PREVIEW_MAX:
            raise TooLarge(f"A preview shows at most {PREVIEW_MAX} records; these are {len(records)}.")
        mapped = await VendorRecordMapper(known, desk.interactions, sender).map_records(records)
        return json_response(await asyncio.to_thread(preview_of, mapped, desk.redact), 200)

    @router.post(
        f"{_PATH}/seal",
        name="feedback.connectors.seal",
        summary="Seal a vendor's signing secret, for the catalogue to keep",
        openapi_extra=openapi.SEAL_BODY,
        responses=openapi.SEAL_ANSWERS,
    )
    async def seal(request: Request, source_id: str, vendor: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        known = _known_vendor(vendor)
        source = await desk.callers.source_for(current_principal(request), source_id)
        sealed = desk.callers.seals.seal_secret(await _read_secret(request), source.id, known)
        answer = json_response({"sealed": sealed}, 200)
        answer.headers["cache-control"] = "no-store"
        return answer

    return router


async def _receive_delivery(desk: ConnectorDependencies, request: Request, source_id: str, vendor: Vendor) -> Response:
    body = await read_limited_body(request, await desk.callers.body_limit(request, vendor))
    sender = await desk.callers.authenticate_sender(request, source_id, vendor, body)
    _must_list(sender, vendor)
    records = read_records(vendor, body, request.headers.get("content-type"), ITEMS_MAX)
    replaces = _replaces(request, vendor)
    revision = epoch_ms(sender.received_at) if replaces else None
    mapped = await VendorRecordMapper(vendor, desk.interactions, sender, revision).map_records(records)
    received = await receive_mapped(mapped, sender, desk.log)
    vendor_reply = answer_to(request.headers, received, epoch_ms(desk.callers.clock()))
    if vendor_reply is not None:
        return vendor_reply
    return batch_reply(BatchResult(received.accepted, received.rejected), _more(received, vendor, replaces=replaces))


def _more(received: DeliveryResult, vendor: Vendor, *, replaces: bool) -> dict[str, object]:
    """Members of the batch reply besides ``accepted`` and ``rejected``."""
    more: dict[str, object] = {"ignored": received.ignored, "without_service": received.without_service}
    return more | ({"note": _NOTE} if vendor == "generic-csv" and not replaces else {})


def _replaces(request: Request, vendor: Vendor) -> bool:
    """Whether records without a revision are to replace what is stored; 422 where this vendor has revisions."""
    said = request.query_params.get("replace", "false")
    if said not in {"true", "false"}:
        raise invalid_field("replace", "unknown", "must be true or false")
    if said == "true" and vendor != "generic-csv":
        raise invalid_field("replace", "not_used", f"the records of {vendor} have revisions of their own")
    return said == "true"


def _known_vendor(name: str) -> Vendor:
    vendor = _VENDORS.get(name)
    if vendor is None:
        raise ProblemException(
            404, "not_found", f"There is no such connector; there are {', '.join(sorted(_VENDORS))}."
        )
    return vendor


def _must_list(sender: IntakeContext, vendor: Vendor) -> None:
    """422 where the source has connectors, but none of this vendor: the address is most likely a wrong one."""
    listed = sorted(sender.source.connectors)
    if listed and vendor not in listed:
        detail = f"This source has no connector of {vendor}; it has {', '.join(listed)}."
        raise ProblemException(422, "invalid", detail, errors=[FieldError("vendor", "other_vendor", detail)])


async def _dry_run_mapper(
    desk: ConnectorDependencies, request: Request, source_id: str, vendor: Vendor, body: bytes
) -> IntakeContext:
    """The context of a preview: for a manager of the source's agency, or for the source itself."""
    manager = current_principal(request)
    if manager is ANONYMOUS:
        return await desk.callers.authenticate_sender(request, source_id, vendor, body)
    return desk.callers.authenticator.context_of(await desk.callers.source_for(manager, source_id), request)


async def _read_secret(request: Request) -> str:
    if media_type(request.headers.get("content-type")) not in JSON_TYPES:
        raise UnsupportedType("Send application/json.")
    item = parse_body(await read_limited_body(request, SINGLE_MAX_BYTES))
    if not is_object(item):
        raise wrong_type("", "an object")
    if not item.keys() <= {"secret"}:
        raise unknown_field(item, {"secret"})
    secret = item.get("secret")
    if secret is None:
        raise missing_field("secret")
    if not isinstance(secret, str):
        raise wrong_type("secret", "text")
    if not 0 < len(secret) <= SECRET_MAX:
        raise invalid_field("secret", "wrong_length", f"must have 1 to {SECRET_MAX} characters")
    return secret
