"""The background task that forwards dead letters to their topic."""

import asyncio
from typing import Final

import structlog

from metrics_worker.dead_letters.sql import SqlDeadLetterStore
from metrics_worker.dead_letters.use_cases import FORWARDED_AT_ONCE, forward_waiting
from soundings.db import Database, DatabaseFailed
from soundings.kernel.errors import SoundingsError, safe_error_reason
from soundings.log.port import EventLog

_LOOK_SECONDS: Final = 30.0
_log = structlog.get_logger("metrics_worker.dead_letters")


async def run_relay(log: EventLog, database: Database, woken: asyncio.Event) -> None:
    """Forward whatever waits, again whenever woken and now and then; until cancelled."""
    store = SqlDeadLetterStore(database)
    while True:
        woken.clear()
        try:
            more = await forward_waiting(store, log) == FORWARDED_AT_ONCE
        except (SoundingsError, DatabaseFailed, OSError, TimeoutError) as error:
            _log.warning("dead_letters_wait", reason=safe_error_reason(error))
            more = False
        if more:
            continue
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await woken.wait()
        except TimeoutError:
            continue
