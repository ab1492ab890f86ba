"""HTTP endpoints of retraction: by record id with the source's key, and by receipt code without a key."""

from dataclasses import dataclass
from typing import Final, cast, get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.intake import openapi
from feedback_api.intake.ports import Accepted, RecordKind
from feedback_api.intake.receipts import ReceiptCodec, ReceiptTarget
from feedback_api.intake.record_ids import client_id, keyed_path_id
from feedback_api.intake.replies import json_response
from feedback_api.intake.source_auth import SourceAuthenticator
from feedback_api.retraction.legal_hold import held_problem, is_held
from feedback_api.retraction.parser import Reason, RetractionTarget, build_retraction
from soundings.events.envelope import encode_event
from soundings.events.topics import INTERACTIONS, RESPONSES
from soundings.http.problems import ProblemException
from soundings.kernel.clock import Clock
from soundings.kernel.errors import ServiceUnavailable
from soundings.log.port import AppendFailed, EventLog
from soundings.telemetry.tracing import current_traceparent

# After how many days at most the log has forgotten what was taken back.
_LOG_DAYS: Final = max(topic.retention.days for topic in (RESPONSES, INTERACTIONS) if topic.retention)
_KINDS: Final = frozenset(get_args(RecordKind))


def retraction_router(door: SourceAuthenticator, log: EventLog, receipts: ReceiptCodec, clock: Clock) -> APIRouter:
    """DELETE by id for each kind, and DELETE by receipt."""
    router = APIRouter(tags=["taking back"])

    async def retract(target: RetractionTarget, reason: Reason) -> Response:
        if is_held(target.source_id, await door.ready_catalogue()):
            raise held_problem()
        await append_retraction(log, target, reason, clock)
        return json_response({"id": client_id(target.record_id), "log_days": _LOG_DAYS})

    def by_id(path: str, name: str, kind: RecordKind, accepted: Accepted) -> None:
        @router.delete(
            path, name=name, status_code=202, responses=openapi.TAKEBACK_ANSWERS, openapi_extra=openapi.KEYED
        )
        async def retract_by_id(  # pyright: ignore[reportUnusedFunction]
            request: Request, record_id: str, root_id: str | None = None
        ) -> Response:
            """Take a record back for good. It may not have come yet; whatever comes later under its id stays out."""
            sender = await door.authenticate_sender(request, accepted)
            target = RetractionTarget(
                sender.source.id,
                kind,
                keyed_path_id(record_id, "id"),
                keyed_path_id(root_id, "root_id") if root_id is not None and kind == "interaction" else None,
            )
            return await retract(target, "sender")

    by_id("/v1/responses/{record_id:path}", "feedback.responses.retract", "response", "responses")
    by_id("/v1/interactions/{record_id:path}", "feedback.interactions.retract", "interaction", "interactions")
    by_id("/v1/tallies/{record_id:path}", "feedback.tallies.retract", "tally", "tallies")

    @router.delete(
        "/v1/receipts/{receipt}", name="feedback.receipts.erase", status_code=202, responses=openapi.ERASURE_ANSWERS
    )
    async def erase(receipt: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Erase the record of a receipt: it leaves every count at once, and its text is deleted.

        The append-only log, which is not readable from outside, drops it within ``log_days`` days.
        """
        target = receipts.open_receipt(receipt)
        erasable = None if target is None else erasable_target(target)
        if erasable is None:
            raise ProblemException(404, "not_found", "This is not a receipt that we gave.")
        return await retract(erasable, "erasure")

    return router


@dataclass(frozen=True, slots=True)
class ReceiptErasure:
    """Erases the records of opened receipts, for the page of receipts."""

    authenticator: SourceAuthenticator
    log: EventLog
    clock: Clock

    def can_erase(self, sealed: ReceiptTarget) -> bool:
        """Whether records of this kind can be erased."""
        return erasable_target(sealed) is not None

    async def erase_record(self, sealed: ReceiptTarget) -> None:
        """Durable on return. Raises ProblemException under a legal hold, and ServiceUnavailable."""
        target = erasable_target(sealed)
        if target is None:
            raise ProblemException(404, "not_found", "This is not a receipt that we gave.")
        if is_held(target.source_id, await self.authenticator.ready_catalogue()):
            raise held_problem()
        await append_retraction(self.log, target, "erasure", self.clock)


async def append_retraction(log: EventLog, target: RetractionTarget, reason: Reason, clock: Clock) -> None:
    """Append a retraction; durable on return. Raises ServiceUnavailable."""
    event = build_retraction(target, reason, clock())
    (place,) = await log.append_records(event.TOPIC.name, (encode_event(event, current_traceparent()),))
    if isinstance(place, AppendFailed):
        raise ServiceUnavailable("The log could not store this just now; send it again.") from place


def erasable_target(sealed: ReceiptTarget) -> RetractionTarget | None:
    """The record of an opened receipt; None where its kind cannot be erased."""
    if sealed.kind not in _KINDS:
        return None
    return RetractionTarget(sealed.source_id, cast("RecordKind", sealed.kind), sealed.record_id, sealed.root_id)
