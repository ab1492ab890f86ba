"""Schedules retention: soon after a start, after a change of the rules, and every hour."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from metrics_worker.retention.domain import Rules
from metrics_worker.retention.ports import RetentionStore
from metrics_worker.retention.sql import SqlRetentionStore
from metrics_worker.retention.use_cases import (
    compact_search_index,
    remove_free_text,
    remove_letters,
    remove_parked_texts,
    remove_retracted,
    remove_texts,
)
from soundings.db import Database, DatabaseFailed
from soundings.kernel.clock import Clock, epoch_ms
from soundings.kernel.errors import safe_error_reason
from soundings.log.port import EventLog
from soundings.telemetry.metrics import RETENTION_DONE, RETENTION_REMOVED

_LOOK_SECONDS: Final = 20.0
_PASS_MS: Final = 3_600_000
_TIDY_MS: Final = 300_000
_PAUSE_SECONDS: Final = 0.02
_log = structlog.get_logger("metrics_worker.retention")


class RetentionScheduler:
    """Looks now and then. Dead letters go at each look, words at every hour's end and when a rule changed.

    What was erased leaves the journal at the next look, and the search index five minutes later at most.
    """

    def __init__(self, store: RetentionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._rules: Rules | None = None
        self._next_pass = 0
        self._next_tidying = 0
        self._tidied: int | None = None  # what an earlier process has left to do is not known

    async def run_if_due(self) -> None:
        """Remove what is due; database errors are logged and retried at the next interval."""
        try:
            await self._run_once()
        except (DatabaseFailed, OSError, TimeoutError) as error:
            _log.warning("retention_waits", reason=safe_error_reason(error))

    async def _run_once(self) -> None:
        now = epoch_ms(self._clock())
        rules = await self._store.retention_rules()
        letters = (await remove_letters(self._store, rules, now, _pause_seconds)).letters
        letters += (await remove_retracted(self._store, _pause_seconds)).letters
        texts = words = 0
        if rules != self._rules or now >= self._next_pass:
            texts = (await remove_texts(self._store, rules, now, _pause_seconds)).texts
            words = (await remove_free_text(self._store, rules, now, _pause_seconds)).words
            words += (await remove_parked_texts(self._store, rules, now, _pause_seconds)).words
            self._tidied = None
            self._rules, self._next_pass = rules, now + _PASS_MS
            self._next_tidying = 0
            RETENTION_DONE.set(now / 1000)
        await self._tidy(now)
        RETENTION_REMOVED.labels("text").inc(texts)
        RETENTION_REMOVED.labels("words").inc(words)
        RETENTION_REMOVED.labels("dead_letter").inc(letters)
        if texts or words or letters:
            _log.info("retention_removed", texts=texts, words=words, dead_letters=letters)

    async def _tidy(self, now: int) -> None:
        """Purge removed texts from the files: the search index within minutes, the journal at once.

        Merging the index reads all of it, so its rate is limited: a series of erasures must not merge endlessly.
        """
        removals = self._store.removals()
        if removals != self._tidied and now >= self._next_tidying:
            await compact_search_index(self._store, _pause_seconds)
            self._tidied, self._next_tidying = removals, now + _TIDY_MS
        await self._store.empty_journal()


def retention_task(clock: Clock) -> Callable[[EventLog, Database, asyncio.Event], Awaitable[None]]:
    """The companion of the worker."""

    async def run_retention(_log: EventLog, database: Database, _woken: asyncio.Event) -> None:
        one = RetentionScheduler(SqlRetentionStore(database), clock)
        while True:
            await one.run_if_due()
            await asyncio.sleep(_LOOK_SECONDS)

    return run_retention


async def _pause_seconds() -> None:
    await asyncio.sleep(_PAUSE_SECONDS)
