"""How fast one client may use one form: counted in memory under a hash that cannot be traced and soon changes."""

import time
from math import ceil

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from feedback_api.abuse.clients import ClientHashes


class ClientLimits:
    """A generous limit per form and client, who is known by a hash that changes within the hour."""

    def __init__(self, limit: RateLimitItem) -> None:
        self._limit = limit
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._clients = ClientHashes()

    def wait_seconds(self, form_id: str, client: str) -> int:
        """0 when the client may go on; else after how many whole seconds it may try again."""
        key = self._clients.of(form_id, client)
        if self._limiter.hit(self._limit, key):
            return 0
        return max(1, ceil(self._limiter.get_window_stats(self._limit, key).reset_time - time.time()))
