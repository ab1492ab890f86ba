"""HTTP endpoints of records: one route per item type, for one object, an array, or JSON lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from feedback_api.intake import openapi, replies
from feedback_api.intake.body_parser import BATCH_MAX_BYTES, read_items
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import checked_id
from feedback_api.intake.ports import ItemParser, ParsedItem
from feedback_api.intake.receipts import ReceiptCodec, ReceiptTarget
from feedback_api.intake.record_ids import client_id
from feedback_api.intake.source_auth import SourceAuthenticator
from feedback_api.intake.use_cases import IncomingItem, preview_many, receive_many, receive_one
from soundings.access.policy import AuthScheme
from soundings.http.body import read_limited_body
from soundings.http.fast_path import FastPathRoute
from soundings.kernel.errors import InvalidInput
from soundings.log.port import EventLog

# An Idempotency-Key leaves room for the index that a list adds to it.
_KEY_MAX: Final = 190


class SourceRoute(FastPathRoute):
    """A route authenticated by source key. Only for operations that the policy table opens to sources."""

    required_scheme = AuthScheme.SOURCE


@dataclass(frozen=True, slots=True)
class RecordIntake:
    """Dependencies of the record endpoints: authentication, log and receipts."""

    authenticator: SourceAuthenticator
    log: EventLog
    receipts: ReceiptCodec

    async def receive_one(self, entry: IncomingItem, sender: IntakeContext) -> Response:
        """Accept a single item. 202 when durable; 403 or 422 when rejected."""
        try:
            taken = await receive_one(entry, sender, self.log)
        except InvalidInput as refusal:
            return replies.rejected_reply(refusal)
        return replies.accepted_reply(client_id(taken.record_id), self.issue_receipt(entry.kind, sender, taken))

    def issue_receipt(
        self, kind: ItemParser, sender: IntakeContext, taken: ParsedItem, form_id: str | None = None
    ) -> str | None:
        """The receipt of a record, where its kind can be taken back."""
        if kind.receipt_kind is None:
            return None
        return self.receipts.seal_receipt(
            ReceiptTarget(sender.source.id, kind.receipt_kind, taken.root_id, taken.record_id, form_id)
        )


def record_router(
    desk: RecordIntake, kind: ItemParser, *, path: str, name: str, shape: type[BaseModel], summary: str
) -> APIRouter:
    """The router of one item type: receive and preview."""
    router = APIRouter(tags=["records"], route_class=SourceRoute)

    @router.post(
        path,
        name=name,
        status_code=202,
        summary=summary,
        openapi_extra=openapi.record_body(shape),
        responses=openapi.RECORD_ANSWERS,
    )
    async def receive(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        sender = await desk.authenticator.authenticate_sender(request, kind.accepted_as)
        body = await read_limited_body(request, BATCH_MAX_BYTES)
        sent = read_items(body, request.headers.get("content-type"))
        try:
            key = idempotency_key(request)
        except InvalidInput as refusal:
            return replies.rejected_reply(refusal)
        if sent.single:
            return await desk.receive_one(IncomingItem(kind, sent.items[0], key), sender)
        return replies.batch_reply(await receive_many(_incoming_items(kind, sent.items, key), sender, desk.log))

    @router.post(
        f"{path}/preview",
        name=f"{name.rpartition('.')[0]}.preview",
        summary=f"Show what would be stored, and store nothing: {summary.lower()}",
        openapi_extra=openapi.record_body(shape),
        responses=openapi.RECORD_PREVIEWS,
    )
    async def preview(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        sender = await desk.authenticator.authenticate_sender(request, kind.accepted_as)
        sent = read_items(await read_limited_body(request, BATCH_MAX_BYTES), request.headers.get("content-type"))
        previews, rejected = await preview_many([IncomingItem(kind, item) for item in sent.items], sender)
        return replies.preview_reply(previews, rejected)

    return router


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key of a request, which names its record."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if len(given) > _KEY_MAX:
        raise invalid_field("Idempotency-Key", "wrong_length", f"must have 1 to {_KEY_MAX} characters")
    return checked_id(given, "Idempotency-Key")


def _incoming_items(kind: ItemParser, items: Sequence[object], key: str | None) -> list[IncomingItem]:
    if key is None:
        return [IncomingItem(kind, item) for item in items]
    return [IncomingItem(kind, item, f"{key}/{index}") for index, item in enumerate(items)]
