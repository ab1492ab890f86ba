"""An embedded Soundings removes from its log what the topics no longer keep."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from soundings.events.topics import RESPONSES
from soundings.log.port import LogRecord
from soundings.log.sqlite import SqliteLog
from soundings_embedded.log_maintenance import EVERY_SECONDS, log_maintenance


async def test_old_records_go_after_an_hour_and_new_ones_stay(tmp_path: Path):
    path = tmp_path / "log.db"
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    log = await SqliteLog.open_log(path, clock=lambda: now[0])
    await log.ensure_topics([RESPONSES])
    await log.append_records(RESPONSES.name, [LogRecord(b"old", b"{}", partition=0)])
    now[0] += timedelta(days=91)
    await log.append_records(RESPONSES.name, [LogRecord(b"new", b"{}", partition=0)])
    hours: asyncio.Queue[float] = asyncio.Queue()
    slept = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await hours.put(seconds)
        if hours.qsize() > 1:
            slept.set()
            await asyncio.Future()

    async with log_maintenance(path, clock=lambda: now[0], sleep=sleep):
        await asyncio.wait_for(slept.wait(), 10)
    left = (await log.read_batch(RESPONSES.name, 0, 0, 10)).records
    await log.close_log()
    assert [record.key for record in left] == [b"new"]
    assert hours.get_nowait() == EVERY_SECONDS
