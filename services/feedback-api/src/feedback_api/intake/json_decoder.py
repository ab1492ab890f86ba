"""Strict JSON, except for one fault that many senders have: half a character (a lone surrogate) becomes U+FFFD."""

import re
from typing import Final

import orjson

_ESCAPED_BACKSLASH: Final = rb"\\"
_BACKSLASH_BY_NUMBER: Final = rb"\u005c"
_LONE_ESCAPE: Final = re.compile(
    rb"\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_ENCODED_SURROGATE: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
"""A surrogate in three bytes, which UTF-8 forbids and some encoders write; in real UTF-8 these bytes never meet."""


def decode_json(content: bytes) -> object:
    """The JSON value; raises orjson.JSONDecodeError. A lone surrogate, escaped or in bytes, is read as U+FFFD."""
    try:
        value: object = orjson.loads(content)
    except orjson.JSONDecodeError:
        repaired = _replace_surrogates(content)
        if repaired is None:
            raise
        value = orjson.loads(repaired)
    return value


def _replace_surrogates(content: bytes) -> bytes | None:
    """The content without lone surrogates; None where it holds none. Linear: no step looks back over more than one."""
    # Escaped backslashes are written by number first, so that each backslash that is left begins an escape.
    by_number = content.replace(_ESCAPED_BACKSLASH, _BACKSLASH_BY_NUMBER)
    escaped, escapes = _LONE_ESCAPE.subn(rb"\\ufffd", by_number)
    replaced, encoded = _ENCODED_SURROGATE.subn(b"\xef\xbf\xbd", escaped)
    return replaced if escapes or encoded else None
