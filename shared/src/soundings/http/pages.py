"""Cursors for lists: opaque text that holds where to read on, so that a list never skips or repeats a row."""

import base64
import binascii
from typing import cast

import orjson

from soundings.http.problems import Problem
from soundings.kernel.errors import Fault


def make_cursor(*position: str | int) -> str:
    """The position of the last row shown, as opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).rstrip(b"=").decode()


def read_cursor(cursor: str, *kinds: type) -> tuple[str | int, ...]:
    """The position that a cursor holds; 422 when it is not one that we made (with parts of these ``kinds``)."""
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        position = None
    parts = cast("list[str | int]", position) if isinstance(position, list) else None
    if parts is None or [type(part) for part in parts] != list(kinds):
        detail = "is not a cursor that an earlier page gave"
        raise Problem(422, "invalid", f"cursor: {detail}", errors=[Fault("cursor", "invalid_cursor", detail)])
    return tuple(parts)
