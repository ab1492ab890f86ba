"""Source keys: opaque secrets that are shown once and kept as hashes."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

PREFIX = "snd_"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: ``secret`` is shown once, ``key_hash`` is what is stored."""

    key_id: str
    secret: str
    key_hash: str


def make_key() -> NewKey:
    """A key with 256 random bits."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return NewKey(key_id="key_" + secrets.token_hex(8), secret=secret, key_hash=hash_key(secret))


def hash_key(secret: str) -> str:
    """What is stored of a key. A plain hash suffices, because a random 256-bit secret cannot be guessed."""
    # surrogatepass: a malformed header must give an unknown key, not an exception.
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
