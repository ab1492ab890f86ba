"""Body parser of the record endpoints: one JSON object, an array, or JSON lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import orjson

from feedback_api.intake.field_readers import is_list
from feedback_api.intake.json_decoder import decode_json
from soundings.http.json_bounds import BATCH_JSON
from soundings.kernel.errors import SoundingsError

ITEMS_MAX: Final = 10_000
SINGLE_MAX_BYTES: Final = 1024 * 1024
BATCH_MAX_BYTES: Final = 8 * 1024 * 1024
# Limit without a source key; far above the largest answers to the largest form.
PUBLIC_MAX_BYTES: Final = 256 * 1024
# Blank lines between items are allowed, but not without end.
_LINES_MAX: Final = 2 * ITEMS_MAX

JSON_TYPES: Final = frozenset({"application/json"})
LINES_TYPES: Final = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
_BOM: Final = b"\xef\xbb\xbf"


class UnreadableBody(SoundingsError):
    """The body is not the JSON that its type announces."""

    code: ClassVar[str] = "unreadable"


class TooLarge(SoundingsError):
    """The body, or the list in it, exceeds the limit of one request."""

    code: ClassVar[str] = "too_large"


class UnsupportedType(SoundingsError):
    """The endpoint does not read this media type."""

    code: ClassVar[str] = "unsupported_media_type"


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """What was sent: ``single`` where it was one item alone. Items may still be anything that JSON knows."""

    items: Sequence[object]
    single: bool


def media_type(content_type: str | None) -> str:
    """The bare media type of a Content-Type header, in lower case; "" where there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def read_items(body: bytes, content_type: str | None) -> ParsedBody:
    """The items of a body. Raises UnreadableBody, TooLarge or UnsupportedType."""
    kind = media_type(content_type)
    if kind in JSON_TYPES:
        sent = _one_or_many(parse_body(body))
    elif kind in LINES_TYPES:
        sent = ParsedBody(_ndjson_lines(body), single=False)
    else:
        wanted = ", ".join(sorted(JSON_TYPES | LINES_TYPES))
        raise UnsupportedType(f"Send one of {wanted} as Content-Type.")
    return check_batch_bounds(sent, len(body))


def parse_body(body: bytes) -> object:
    """The body as JSON (strict: no NaN, nested at most 1,024 deep; of equal names the last; see ``decode_json``).

    Raises UnreadableBody, or TooLarge where it holds more values than are parsed at once.
    """
    excess = BATCH_JSON.excess(body)
    if excess is not None:
        raise TooLarge(f"The body {excess}. Send it in parts.")
    try:
        value = decode_json(body.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        raise UnreadableBody(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    return value


def check_batch_bounds(sent: ParsedBody, size: int) -> ParsedBody:
    """The same, unless it is larger than a single item or a list may be."""
    if sent.single and size > SINGLE_MAX_BYTES:
        raise TooLarge(f"A single item may have {SINGLE_MAX_BYTES} bytes; this one has {size}.")
    if len(sent.items) > ITEMS_MAX:
        raise TooLarge(f"A list may hold {ITEMS_MAX} items; this one holds {len(sent.items)}. Send it in parts.")
    return sent


def _one_or_many(value: object) -> ParsedBody:
    if is_list(value):
        return ParsedBody(value, single=False)
    return ParsedBody([value], single=True)


def _ndjson_lines(body: bytes) -> list[object]:
    if body.count(b"\n") > _LINES_MAX:
        raise TooLarge(f"A body may have {_LINES_MAX} lines, blank ones included. Send it in parts.")
    excess = BATCH_JSON.excess(body)
    if excess is not None:
        raise TooLarge(f"The body {excess}. Send it in parts.")
    lines = [line for line in enumerate(body.removeprefix(_BOM).split(b"\n"), start=1) if line[1].strip()]
    if len(lines) > ITEMS_MAX:
        raise TooLarge(f"A list may hold {ITEMS_MAX} items; this one holds {len(lines)}. Send it in parts.")
    return [_parse_line(number, line) for number, line in lines]


def _parse_line(number: int, line: bytes) -> object:
    try:
        value = decode_json(line)
    except orjson.JSONDecodeError as error:
        raise UnreadableBody(
            f"Line {number} is not JSON: {error.msg} at column {error.colno}. Nothing was taken."
        ) from None
    return value
