"""Token buckets in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_MOST: Final = 50_000


@dataclass(slots=True)
class _TokenBucket:
    tokens: float
    at: float


class TokenBuckets:
    """One bucket for each key: ``burst`` tokens at first, refilled at ``per_second``. The longest unused go."""

    def __init__(self, burst: int, per_second: float, monotonic: Callable[[], float], most: int = _MOST) -> None:
        self._burst = burst
        self._per_second = per_second
        self._monotonic = monotonic
        self._most = most
        self._held: OrderedDict[str, _TokenBucket] = OrderedDict()

    def take_token(self, key: str) -> bool:
        """Take a token; False where the bucket is empty."""
        return self.wait_seconds(key) == 0

    def wait_seconds(self, key: str) -> float:
        """0 when a token was taken; else how long until there is one."""
        now = self._monotonic()
        bucket = self._held.pop(key, None) or _TokenBucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        self._held[key] = bucket
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._per_second if self._per_second else float("inf")
        bucket.tokens -= 1
        return 0.0
