"""Keyed hash of public clients. The random key rotates hourly, so hashes cannot be traced."""

import secrets
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

_ROTATE_SECONDS: Final = 3600


class RotatingClientHash:
    """Hashes a client together with where it is counted; the key is random and lives an hour at most."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._key = b""
        self._until = float("-inf")

    def hash_client(self, place: str, client: str) -> str:
        """The same text for the same client and place until the key changes."""
        now = self._monotonic()
        if now >= self._until:
            self._key, self._until = secrets.token_bytes(32), now + _ROTATE_SECONDS
        return blake2b(f"{place}\n{client}".encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).hexdigest()
