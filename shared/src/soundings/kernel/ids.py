"""Ids: slugs chosen by people, time-ordered ids made by us, and 128-bit keys for storage."""

import os
import re
import time
import uuid
from hashlib import blake2b

SLUG_MAX = 100
RECORD_ID_MAX = 200
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,98}[a-z0-9])?")


def is_slug(text: str) -> bool:
    """A slug is 1 to 100 of a–z, 0–9, ``-`` and ``_``, and begins and ends with a letter or digit."""
    return _SLUG.fullmatch(text) is not None


def new_id() -> str:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits, so that ids sort by time."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62))


def hash_key128(*parts: str) -> bytes:
    """A 16-byte key of the parts, kept apart by a byte that UTF-8 never holds, so that different parts never meet."""
    return blake2b(b"\xff".join([part.encode("utf-8", "surrogatepass") for part in parts]), digest_size=16).digest()
