"""Amazon Data Firehose: how it wraps records on their way to an HTTP endpoint, and the answer that it waits for."""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from starlette.responses import Response

from feedback_api.connectors.use_cases import DeliveryResult
from feedback_api.intake.body_parser import ITEMS_MAX, UnreadableBody, parse_body
from feedback_api.intake.field_readers import is_list, is_object
from feedback_api.intake.replies import json_response

KEY_HEADER: Final = "x-amz-firehose-access-key"
_ID_HEADER: Final = "x-amz-firehose-request-id"
_SPACE: Final = " \t\r\n"


def unwrap_delivery(value: object) -> Sequence[object]:
    """The records of a delivery, which come as base64 of one or several JSON values each; anything else as it is."""
    if not is_object(value) or "requestId" not in value or not is_list(inside := value.get("records")):
        return (value,)
    values = (record for place, wrapped in enumerate(inside) for record in _json_values(place, wrapped))
    return list(islice(values, ITEMS_MAX + 1))  # one more than is taken at once, so that the excess is noticed


def answer_to(headers: Mapping[str, str], received: DeliveryResult, now_ms: int) -> Response | None:
    """200 where every record was taken, else 422, so that Firehose keeps the delivery; None for other senders."""
    request_id = headers.get(_ID_HEADER)
    if request_id is None:
        return None
    body: dict[str, object] = {"requestId": request_id, "timestamp": now_ms}
    if not received.rejected:
        return json_response(body, 200)
    first = received.rejected[0]
    words = f"{len(received.rejected)} refused; record {first.index}, {first.fault.field}: {first.fault.detail}"
    return json_response({**body, "errorMessage": words}, 422)


def _json_values(place: int, wrapped: object) -> Iterator[object]:
    data = wrapped.get("data") if is_object(wrapped) else None
    try:
        text = b64decode(data if isinstance(data, str) else "*", validate=True).decode("utf-8")
        start = _next_value(text, 0)
        while start < len(text):
            _, end = json.JSONDecoder().raw_decode(text, start)
            yield parse_body(text[start:end].encode())
            start = _next_value(text, end)
    except (NotBase64, ValueError, RecursionError):
        raise UnreadableBody(f"records.{place}.data is not base64 of JSON. Nothing was taken.") from None


def _next_value(text: str, start: int) -> int:
    while start < len(text) and text[start] in _SPACE:
        start += 1
    return start
