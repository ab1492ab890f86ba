"""How fast one client may use one form: counted in memory under a hash that cannot be traced and soon changes."""

import secrets
import time
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from typing import Final

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

_ROTATE_SECONDS: Final = 3600


@dataclass(slots=True)
class _Salt:
    value: bytes
    until: float


class ClientLimits:
    """A generous limit per form and client. Clients are known by a keyed hash whose key lives an hour at most."""

    def __init__(self, limit: RateLimitItem) -> None:
        self._limit = limit
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._salt = _Salt(secrets.token_bytes(32), time.monotonic() + _ROTATE_SECONDS)

    def wait_seconds(self, form_id: str, client: str) -> int:
        """0 when the client may go on; else after how many whole seconds it may try again."""
        key = self._key(form_id, client)
        if self._limiter.hit(self._limit, key):
            return 0
        return max(1, ceil(self._limiter.get_window_stats(self._limit, key).reset_time - time.time()))

    def _key(self, form_id: str, client: str) -> str:
        if time.monotonic() >= self._salt.until:
            self._salt = _Salt(secrets.token_bytes(32), time.monotonic() + _ROTATE_SECONDS)
        return blake2b(f"{form_id}\n{client}".encode(), key=self._salt.value, digest_size=16).hexdigest()
