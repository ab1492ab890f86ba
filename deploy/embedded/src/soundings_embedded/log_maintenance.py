"""Looking after the log of an embedded Soundings: retention and compaction, now and then, in the background."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog

from soundings.kernel.clock import Clock, epoch_ms, system_clock
from soundings.kernel.errors import SoundingsError, safe_error_reason
from soundings.log.sqlite import SqliteLog

EVERY_SECONDS = 3600.0
_log = structlog.get_logger("soundings_embedded.log_maintenance")


@asynccontextmanager
async def log_maintenance(
    path: Path, *, clock: Clock = system_clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncGenerator[None, None]:
    """While the block runs, remove once an hour what the topics no longer keep."""
    log = await SqliteLog.open_log(path)
    task = asyncio.create_task(_keep(log, clock, sleep))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await log.close_log()


async def _keep(log: SqliteLog, clock: Clock, sleep: Callable[[float], Awaitable[None]]) -> None:
    while True:
        # Sleep first: a start must not be slowed down by maintenance.
        await sleep(EVERY_SECONDS)
        try:
            removed = await log.apply_retention(epoch_ms(clock()))
        except SoundingsError as error:
            _log.warning("log_upkeep_failed", reason=safe_error_reason(error))
        else:
            _log.info("log_upkeep", removed=removed)
