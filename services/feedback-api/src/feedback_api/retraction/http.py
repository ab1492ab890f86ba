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


@dataclass(frozen=True, slots=True)
class RecordRetraction:
    """Appends retractions of records; a source under legal hold keeps everything."""

    authenticator: SourceAuthenticator
    log: EventLog
    clock: Clock

    async def retract_record(self, target: RetractionTarget, reason: Reason) -> None:
        """Durable on return. Raises ProblemException under a legal hold, and ServiceUnavailable."""
        if is_held(target.source_id, await self.authenticator.ready_catalogue()):
            raise held_problem()
        event = build_retraction(target, reason, self.clock())
        (place,) = await self.log.append_records(event.TOPIC.name, (encode_event(event, current_traceparent()),))
        if isinstance(place, AppendFailed):
            raise ServiceUnavailable("The log could not store this just now; send it again.") from place

    def can_erase(self, sealed: ReceiptTarget) -> bool:
        """Whether records of this kind can be erased."""
        return sealed.kind in _KINDS

    async def erase_record(self, sealed: ReceiptTarget) -> None:
        """Erase the record of an opened receipt, whose kind can be erased. Raises as `retract_record` does."""
        kind = cast("RecordKind", sealed.kind)
        await self.retract_record(RetractionTarget(sealed.source_id, kind, sealed.record_id, sealed.root_id), "erasure")


def retraction_router(retraction: RecordRetraction, receipts: ReceiptCodec) -> APIRouter:
    """DELETE by id for each kind, and DELETE by receipt."""
    router = APIRouter(tags=["taking back"])

    def by_id(path: str, name: str, kind: RecordKind, accepted: Accepted) -> None:
        @router.delete(
            path, name=name, status_code=202, responses=openapi.TAKEBACK_ANSWERS, openapi_extra=openapi.KEYED
        )
        async def retract_by_id(  # pyright: ignore[reportUnusedFunction]
            request: Request, record_id: str, root_id: str | None = None
        ) -> Response:
            """Take a record back for good. It may not have come yet; whatever comes later under its id stays out."""
            sender = await retraction.authenticator.authenticate_sender(request, accepted)
            target = RetractionTarget(
                sender.source.id,
                kind,
                keyed_path_id(record_id, "id"),
                keyed_path_id(root_id, "root_id") if root_id is not None and kind == "interaction" else None,
            )
            await retraction.retract_record(target, "sender")
            return _retracted_reply(target.record_id)

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
        sealed = receipts.open_receipt(receipt)
        if sealed is None or not retraction.can_erase(sealed):
            raise ProblemException(404, "not_found", "This is not a receipt that we gave.")
        await retraction.erase_record(sealed)
        return _retracted_reply(sealed.record_id)

    return router


def _retracted_reply(record_id: str) -> Response:
    return json_response({"id": client_id(record_id), "log_days": _LOG_DAYS})
