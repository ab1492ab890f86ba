"""Rate limit per form and client, in memory, keyed by a rotating hash."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final, Self

from feedback_api.spam.client_hash import RotatingClientHash
from feedback_api.spam.token_bucket import TokenBuckets

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE: Final = re.compile(rf"([1-9][0-9]{{0,8}}) ?(?:/|per) ?({'|'.join(_SECONDS)})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """``times`` requests in ``seconds`` seconds."""

    times: int
    seconds: int

    @classmethod
    def parse_rate(cls, text: str) -> Self:
        """The rate that a text such as ``600/minute`` means; raises ValueError for any other."""
        match = _RATE.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"a limit is a number per second, minute, hour or day, such as 600/minute; not {text!r}")
        return cls(int(match[1]), _SECONDS[match[2]])


class ClientLimits:
    """A limit per form and client. The client is keyed by a hash that changes hourly.

    The whole rate may be used as a burst; tokens refill continuously.
    """

    def __init__(self, rate: RateLimit, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._buckets = TokenBuckets(rate.times, rate.times / rate.seconds, monotonic)
        self._clients = RotatingClientHash(monotonic)

    def wait_seconds(self, form_id: str, client: str) -> int:
        """0 when the client may go on; else after how many whole seconds it may try again."""
        return ceil(self._buckets.wait_seconds(self._clients.hash_client(form_id, client)))
