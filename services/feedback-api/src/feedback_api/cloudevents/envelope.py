"""Parser of CloudEvents 1.0 envelopes from untrusted HTTP requests."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from feedback_api.intake.body_parser import UnreadableBody, media_type, parse_body
from feedback_api.intake.errors import invalid_field, missing_field, wrong_type
from feedback_api.intake.field_readers import checked_id, is_object

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
_PREFIX: Final = "ce-"
_ESCAPED: Final = re.compile(r"\\(.)")
_ATTRIBUTE_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class CloudEventEnvelope:
    """The attributes of an envelope that intake uses: id, type and data."""

    id: str
    type: str
    data: object


def from_headers(headers: Mapping[str, str], body: bytes) -> CloudEventEnvelope:
    """An event in binary mode: attributes in ``ce-`` headers, data in the body. Raises InvalidInput, UnreadableBody."""
    attributes: dict[str, object] = {
        name[len(_PREFIX) :]: _decode_attribute(name, value)
        for name, value in headers.items()
        if name.startswith(_PREFIX)
    }
    return _parse_envelope({**attributes, "data": parse_body(body)})


def from_json(value: object) -> CloudEventEnvelope:
    """An event in structured mode, or one of a batch. Raises InvalidInput."""
    if not is_object(value):
        raise wrong_type("", "a CloudEvent as a JSON object")
    if "data_base64" in value:
        if "data" in value:
            raise invalid_field("data_base64", "not_here", "cannot stand beside data")
        return _parse_envelope({**value, "data": _from_base64(value["data_base64"])})
    return _parse_envelope(value)


def claimed_id(value: object) -> str | None:
    """The ``id`` attribute of a JSON event for the rejection reply; None where it is missing or too long."""
    given = value.get("id") if is_object(value) else None
    return given if isinstance(given, str) and len(given) <= _ATTRIBUTE_MAX else None


def _parse_envelope(value: Mapping[str, object]) -> CloudEventEnvelope:
    if _read_attribute(value, "specversion") != "1.0":
        raise invalid_field("specversion", "unknown_value", "must be 1.0")
    _read_attribute(value, "source")
    content_type = value.get("datacontenttype")
    if isinstance(content_type, str) and not _is_json(content_type):
        raise invalid_field("datacontenttype", "unknown_value", "the data must be JSON")
    event_id = checked_id(_read_attribute(value, "id"), "id")
    if "data" not in value:
        raise missing_field("data")
    return CloudEventEnvelope(event_id, _read_attribute(value, "type"), value["data"])


def _read_attribute(value: Mapping[str, object], name: str) -> str:
    attribute = value.get(name)
    if attribute is None:
        raise missing_field(name)
    if not isinstance(attribute, str) or not attribute:
        raise wrong_type(name, "text that is not empty")
    if len(attribute) > _ATTRIBUTE_MAX:
        raise invalid_field(name, "too_long", f"may have {_ATTRIBUTE_MAX} characters")
    return attribute


def _is_json(content_type: str) -> bool:
    kind = media_type(content_type)
    return kind == "application/json" or kind.endswith("+json")


def _decode_attribute(name: str, value: str) -> str:
    """A header's value without quotes, backslashes and percent-encoding (CloudEvents HTTP binding 1.0.2, 3.1.3.2)."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _ESCAPED.sub(r"\1", value[1:-1])
    try:
        return unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        raise invalid_field(name[len(_PREFIX) :], "not_utf8", "is not percent-encoded UTF-8") from None


def _from_base64(value: object) -> object:
    if not isinstance(value, str):
        raise wrong_type("data_base64", "text")
    try:
        return parse_body(b64decode(value, validate=True))
    except (NotBase64, ValueError, UnreadableBody):
        raise invalid_field("data_base64", "unreadable", "is not JSON in Base64") from None
