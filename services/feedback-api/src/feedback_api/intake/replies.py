"""HTTP replies of the record endpoints."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import orjson
from starlette.responses import Response

from feedback_api.intake.errors import FORBIDDEN
from feedback_api.intake.use_cases import BatchResult, Preview, RejectedItem
from soundings.http.problems import problem_reply
from soundings.kernel.errors import InvalidInput


def json_response(body: object, status: int = 202) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def accepted_reply(record_id: str, receipt: str | None) -> Response:
    """202 for a single item that is durable; without a receipt where there is nothing to take back."""
    return json_response({"id": record_id} if receipt is None else {"id": record_id, "receipt": receipt})


def rejected_reply(refusal: InvalidInput) -> Response:
    """403 where the item is not this source's right, else 422; both name the field."""
    fault = refusal.faults[0]
    status, code = (403, FORBIDDEN) if fault.code == FORBIDDEN else (422, "invalid")
    return problem_reply(status, code, str(refusal), refusal.faults)


def batch_reply(outcome: BatchResult, more: Mapping[str, object] = MappingProxyType({})) -> Response:
    """202 when something was taken or the list was empty; 422 with the same body when everything was refused.

    ``more`` are further members of the body.
    """
    all_refused = outcome.accepted == 0 and bool(outcome.rejected)
    body = {"accepted": outcome.accepted, "rejected": [_rejection_body(entry) for entry in outcome.rejected], **more}
    return json_response(body, 422 if all_refused else 202)


def preview_reply(previews: Sequence[Preview], rejected: Sequence[RejectedItem]) -> Response:
    """200 with the event that each item would become, free of personal data, and the refusals."""
    records = [
        {
            "index": one.index,
            "id": one.taken.record_id,
            "root_id": one.taken.root_id,
            "event": orjson.Fragment(one.taken.record.value or b"null"),
        }
        for one in previews
    ]
    return json_response({"records": records, "rejected": [_rejection_body(entry) for entry in rejected]}, 200)


def _rejection_body(entry: RejectedItem) -> dict[str, object]:
    fault = entry.fault
    return {"index": entry.index, "id": entry.id, "code": fault.code, "field": fault.field, "detail": fault.detail}
