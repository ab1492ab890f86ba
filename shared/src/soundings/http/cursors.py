"""Cursors for lists: opaque text that holds where to read on, so that a list never skips or repeats a row."""

import base64
import binascii
from typing import Final, cast

import orjson

from soundings.http.problems import ProblemException
from soundings.kernel.errors import FieldError

_CURSOR_MAX: Final = 2_000
_TEXT_MAX: Final = 1_000
_NUMBER_MAX: Final = 2**63 - 1
"""What the columns of databases can hold; a larger number would be an error there."""


def encode_cursor(*position: str | int) -> str:
    """The position of the last row shown, as opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type) -> tuple[str | int, ...]:
    """The position that a cursor holds; 422 when it is not one that we made (with parts of these ``kinds``).

    Numbers fit 64 bits, texts hold no NUL and at most 1,000 characters.
    """
    try:
        # Checked before decoding, as a cursor is client input.
        encoded = cursor if len(cursor) <= _CURSOR_MAX else ""
        position = orjson.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError):
        position = None
    parts = cast("list[str | int]", position) if isinstance(position, list) else None
    # Exact types: bool would pass isinstance(int), and a wrong type is a database error later.
    if parts is None or [type(part) for part in parts] != list(kinds) or not all(map(_is_storable, parts)):
        detail = "is not a cursor that an earlier page gave"
        raise ProblemException(
            422, "invalid", f"cursor: {detail}", errors=[FieldError("cursor", "invalid_cursor", detail)]
        )
    return tuple(parts)


def _is_storable(part: str | int) -> bool:
    if isinstance(part, int):
        return -_NUMBER_MAX <= part <= _NUMBER_MAX
    return len(part) <= _TEXT_MAX and "\0" not in part
