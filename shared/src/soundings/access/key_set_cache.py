"""The key set of one issuer: refreshed in bounded time, fetched once at a time, kept while the provider is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from soundings.access.key_set_loader import (
    KeySet,
    KeySetUnusable,
    VerificationKey,
    is_local,
    load_key_set,
    local_path,
)
from soundings.access.token_issuer import TokenIssuer
from soundings.kernel.errors import ServiceUnavailable
from soundings.telemetry.metrics import KEY_SET_AGE_SECONDS, KEY_SET_LOADS

LoadKeySet = Callable[[str], Awaitable[KeySet]]
Ticks = Callable[[], float]
"""Seconds on a clock that never goes back."""

# How soon a withdrawn key stops working, and how often an identity provider is asked: once a minute
# per process.
REFRESH_SECONDS: Final = 60.0
FILE_CHECK_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 10.0
"""The least time between two fetches, whatever tokens come."""
UNKNOWN_KID_SECONDS: Final = 60.0
# Tokens with invented kids are free to send; the memory that they take is not.
_UNKNOWN_KIDS: Final = 1024
STALE_SECONDS: Final = 24 * 3600.0
_log = structlog.get_logger("soundings.access")

_FileMark = tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class _Failure:
    since: float
    reason: str


class KeySetCache:
    """Gives the keys of an issuer. A key that has left the set stops working with the next refresh.

    A set from HTTP is fetched again after 60 s; a file is read again half a second after it changed at the latest. When
    loading fails, the last good set goes on to be used for ``stale_seconds``.
    """

    def __init__(
        self,
        issuer: TokenIssuer,
        *,
        load: LoadKeySet = load_key_set,
        ticks: Ticks = time.monotonic,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        self.issuer = issuer
        self._load = load
        self._ticks = ticks
        self._stale_seconds = stale_seconds
        self._path: Path | None = local_path(issuer.jwks_url) if is_local(issuer.jwks_url) else None
        self._mark: _FileMark = None
        self._keys: KeySet | None = None
        self._loaded_at = 0.0
        self._tried_at: float | None = None
        self._failure: _Failure | None = None
        self._unknown: dict[str, float] = {}
        self._flight: asyncio.Task[None] | None = None
        self.generation = 0
        """Rises whenever the keys become others; what was checked with an older set must be checked again."""

    async def current(self) -> KeySet:
        """The keys in force. Raises Unavailable when there are none that may be used."""
        if self._is_due():
            await self._reload()
        return self._usable()

    async def find(self, kid: str | None, algorithm: str) -> VerificationKey | None:
        """The key of a token's header; the set is fetched once more when it may be newer than what is known."""
        found = (await self.current()).find(kid, algorithm)
        # A key may have been rotated in since the last load; the rate of these loads is bounded.
        if found is None and self._may_be_new(kid):
            await self._reload()
            found = self._usable().find(kid, algorithm)
            if found is None and kid is not None and self._failure is None:
                self._note_unknown(kid)
        return found

    async def note(self) -> str | None:
        """What is wrong with the keys, for readiness; None when all is well. Nothing is fetched."""
        if self._failure is None:
            return None
        lasts = f"for {self._ticks() - self._failure.since:.0f} s"
        then = "its tokens are refused" if self._keys is None or self._is_stale() else "the last good ones are used"
        return (
            f"the keys of the token issuer {self.issuer.label} cannot be had {lasts} ({self._failure.reason}); {then}"
        )

    async def keep_fresh(self) -> None:
        """Load the set now and then whether tokens come or not, so that the last good one is never old. Never ends."""
        while True:
            if self._is_due():
                await self._reload()
            await asyncio.sleep(REFRESH_SECONDS / 2)

    # When to load

    def _is_due(self) -> bool:
        now = self._ticks()
        if self._tried_at is None:
            return True
        if self._path is not None:
            return now - self._tried_at >= FILE_CHECK_SECONDS
        pause = RETRY_SECONDS if self._failure is not None else REFRESH_SECONDS
        return now - self._tried_at >= pause

    def _may_be_new(self, kid: str | None) -> bool:
        if self._path is not None or kid is None:  # a file was looked at just now
            return False
        now = self._ticks()
        seen = self._unknown.get(kid)
        if seen is not None and now - seen < UNKNOWN_KID_SECONDS:
            return False
        return self._tried_at is None or now - self._tried_at >= RETRY_SECONDS

    def _note_unknown(self, kid: str) -> None:
        if len(self._unknown) >= _UNKNOWN_KIDS:
            self._unknown.clear()
        self._unknown[kid] = self._ticks()

    # Loading

    async def _reload(self) -> None:
        """Load once, however many callers wait. A caller that goes away does not take the load with it."""
        loop = asyncio.get_running_loop()
        flight = self._flight
        # The loop is compared, because tests and the embedded mode use one cache from several event
        # loops.
        if flight is None or flight.done() or flight.get_loop() is not loop:
            flight = self._flight = loop.create_task(self._try_to_load(), name="load a key set")
        if self._failure is not None and self._keys is not None and not self._is_stale():
            return  # while the provider is away nobody waits for the next attempt
        # Shielded: cancelling one request must not cancel the load that others wait for.
        await asyncio.shield(flight)

    async def _try_to_load(self) -> None:
        self._tried_at = self._ticks()
        mark = None if self._path is None else await asyncio.to_thread(_mark_of, self._path)
        # An unchanged file needs no parsing; only its age is renewed.
        if mark is not None and mark == self._mark and self._failure is None:
            self._loaded_at = self._ticks()
            return
        try:
            keys = await self._load(self.issuer.jwks_url)
        except KeySetUnusable as error:
            self._take_failure(str(error))
        else:
            self._mark = mark
            self._take(keys)
        self._tried_at = self._ticks()

    def _take(self, keys: KeySet) -> None:
        issuer = self.issuer.label
        if self._failure is not None:
            _log.info("token_keys_available_again", issuer=issuer)
        if self._keys is None or _identity(keys) != _identity(self._keys):
            # Tokens that were verified with a removed key are verified again from now on.
            self.generation += 1
            _log.info("token_keys_changed", issuer=issuer, keys=len(keys.keys), skipped=keys.skipped)
        self._keys, self._loaded_at, self._failure = keys, self._ticks(), None
        KEY_SET_LOADS.labels(issuer, "ok").inc()
        KEY_SET_AGE_SECONDS.labels(issuer).set(0)

    def _take_failure(self, reason: str) -> None:
        now = self._ticks()
        issuer = self.issuer.label
        if self._failure is None or self._failure.reason != reason:
            _log.warning("token_keys_unavailable", issuer=issuer, reason=reason, last_good=self._keys is not None)
        self._failure = _Failure(now if self._failure is None else self._failure.since, reason)
        KEY_SET_LOADS.labels(issuer, "failed").inc()
        KEY_SET_AGE_SECONDS.labels(issuer).set(0 if self._keys is None else now - self._loaded_at)

    def _is_stale(self) -> bool:
        return self._ticks() - self._loaded_at > self._stale_seconds

    def _usable(self) -> KeySet:
        if self._keys is None or (self._failure is not None and self._is_stale()):
            reason = "" if self._failure is None else f": {self._failure.reason}"
            raise ServiceUnavailable(
                f"The keys that sign staff tokens cannot be had{reason}.", retry_after=int(RETRY_SECONDS)
            )
        return self._keys


def _mark_of(path: Path) -> _FileMark:
    """What changes whenever a file is written or replaced; None when it cannot be looked at."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    # Inode and ctime too: an atomic replacement may keep size and mtime.
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _identity(keys: KeySet) -> object:
    return [(one.kid, one.algorithms, one.key.thumbprint()) for one in keys.keys]
