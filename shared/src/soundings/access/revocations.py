"""Tokens that were revoked before their time, as the catalogue says; every service looks again within a second."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final, Protocol

import structlog

from soundings.access.key_set_cache import Ticks
from soundings.events.catalogue import TokenRevocationChanged
from soundings.events.envelope import UndecodableRecord, decode_event, type_of
from soundings.events.topics import CATALOGUE
from soundings.kernel.clock import Clock, epoch_ms, system_clock
from soundings.kernel.errors import ServiceUnavailable, SoundingsError, safe_error_reason
from soundings.log.port import RecordBatch, StoredRecord, UnknownTopic

# Upper bound of how long a revoked token is still accepted after the revocation is on the log.
LOOK_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 5.0
_PATIENCE_SECONDS: Final = 2.0
_READ_MAX: Final = 1000
_log = structlog.get_logger("soundings.access")


class RevocationSource(Protocol):
    """Where revocations can be read."""

    async def revoked(self) -> Mapping[str, int]:
        """Each revoked ``jti``, with the epoch millisecond until which it matters. Raises SoundingsError or OSError."""
        ...


class _PolledSource:
    """What a source said last; looked at again when that is older than half a second, by one caller at a time."""

    def __init__(self, source: RevocationSource, ticks: Ticks) -> None:
        self._source = source
        self._ticks = ticks
        self._next_look = 0.0
        self._flight: asyncio.Task[None] | None = None
        self._failing = False
        self.known: Mapping[str, int] | None = None

    async def refresh(self) -> None:
        if self.known is not None and self._ticks() < self._next_look:
            return
        loop = asyncio.get_running_loop()
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not loop:
            if self._failing and self._ticks() < self._next_look:
                return
            flight = self._flight = loop.create_task(self._look(), name="look for revoked tokens")
        # One poll for all concurrent requests; shielded, because the first caller may be cancelled.
        await asyncio.shield(flight)

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                self.known = await self._source.revoked()
        except (SoundingsError, OSError) as error:  # a timeout is an OSError too
            if not self._failing:
                _log.warning(
                    "token_revocations_not_read", reason=safe_error_reason(error), known=self.known is not None
                )
            self._failing = True
            self._next_look = self._ticks() + RETRY_SECONDS
        else:
            self._failing = False
            self._next_look = self._ticks() + LOOK_SECONDS


class RevocationList:
    """See :class:`soundings.access.tokens.RevokedTokens`: revoked is what any of the sources says.

    A source that fails does not matter once another was read; what it said before goes on to count.
    """

    def __init__(self, *sources: RevocationSource, ticks: Ticks = time.monotonic) -> None:
        self._sources = [_PolledSource(source, ticks) for source in sources]

    async def refresh(self) -> None:
        """Look again where that is due. Raises Unavailable when nothing could be read since the start."""
        for source in self._sources:
            await source.refresh()
        if all(source.known is None for source in self._sources):
            raise ServiceUnavailable(
                "Which tokens were revoked cannot be read just now.", retry_after=int(RETRY_SECONDS)
            )

    def is_revoked(self, jti: str) -> bool:
        return any(source.known is not None and jti in source.known for source in self._sources)


class ReadsLog(Protocol):
    """The part of the log that is read here; see :class:`soundings.log.port.Log`."""

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch: ...

    async def end_position(self, topic: str, partition: int) -> int: ...


class LogRevocations:
    """Reads revocations from the catalogue's topic, from its beginning and then on from where it was."""

    def __init__(self, log: ReadsLog, clock: Clock = system_clock) -> None:
        self._log = log
        self._clock = clock
        self._position = 0
        self._by_entity: dict[str, tuple[str, int]] = {}

    async def revoked(self) -> Mapping[str, int]:
        try:
            end = await self._log.end_position(CATALOGUE.name, 0)
        except UnknownTopic:  # a new log on which no catalogue has written
            return {}
        # The log may have been replaced by a restore; then it is read from the beginning.
        if end < self._position:  # another log than before
            self._position = 0
        while self._position < end:
            batch = await self._log.read_batch(CATALOGUE.name, 0, self._position, _READ_MAX)
            for record in batch.records:
                self._take(record)
            if batch.next <= self._position:
                break
            self._position = batch.next
        # Expired tokens fail by themselves, so their revocations need no memory.
        now = epoch_ms(self._clock())
        self._by_entity = {key: one for key, one in self._by_entity.items() if one[1] > now}
        return dict(self._by_entity.values())

    def _take(self, record: StoredRecord) -> None:
        key = record.key.decode("utf-8", "replace")
        if record.value is None:
            self._by_entity.pop(key, None)
        elif type_of(record) == TokenRevocationChanged.TYPE:
            try:
                event = decode_event(record)
            except UndecodableRecord as error:
                _log.warning("token_revocation_passed_over", position=record.position, reason=safe_error_reason(error))
                return
            if isinstance(event, TokenRevocationChanged):
                self._by_entity[key] = (event.body.jti, epoch_ms(event.body.expires_at))
