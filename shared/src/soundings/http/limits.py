"""How long requests may take and how many there may be at once, for servers and for the middleware of every service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Time-outs in seconds, and the most connections and requests at once; the defaults suit a public server.

    A body must come at ``body_bytes_per_second`` at least, after ``body_seconds`` for its beginning.
    """

    head_seconds: float = 10.0
    """From the first byte of a request, or from the connection, to the end of its headers."""
    body_seconds: float = 20.0
    body_bytes_per_second: int = 16_384
    keep_alive_seconds: float = 5.0
    """How long a connection may rest between two requests."""
    write_seconds: float = 30.0
    """How long a client may leave an answer unread."""
    connections: int = 4_096
    requests: int = 1_000
    """Requests in work at once, per service."""

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> Self:
        """From ``SOUNDINGS_HEAD_SECONDS`` and the like; what is not set has its default."""
        usual = cls()
        return cls(
            head_seconds=float(given.get("SOUNDINGS_HEAD_SECONDS") or usual.head_seconds),
            body_seconds=float(given.get("SOUNDINGS_BODY_SECONDS") or usual.body_seconds),
            body_bytes_per_second=int(given.get("SOUNDINGS_BODY_BYTES_PER_SECOND") or usual.body_bytes_per_second),
            keep_alive_seconds=float(given.get("SOUNDINGS_KEEP_ALIVE_SECONDS") or usual.keep_alive_seconds),
            write_seconds=float(given.get("SOUNDINGS_WRITE_SECONDS") or usual.write_seconds),
            connections=int(given.get("SOUNDINGS_MAX_CONNECTIONS") or usual.connections),
            requests=int(given.get("SOUNDINGS_MAX_REQUESTS") or usual.requests),
        )
