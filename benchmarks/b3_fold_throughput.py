"""B3: how fast the fold drains a backlog, beside reading and orjson-decoding the same topic alone."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Final

import orjson
from sqlalchemy import text

from benchmarks.backends import Mode
from benchmarks.event_generator import Written, fill
from benchmarks.report import Line, Spread, ratio
from benchmarks.run_size import Extent
from metrics_worker.consumer.thread import ConsumerThread, RunnerSettings
from soundings.db import migrate_database, open_database
from soundings.events.topics import RESPONSES
from soundings.log.factory import open_log

_BATCH: Final = 5000
_SLOWEST: Final = 300.0
"""Events a second below which draining counts as hung, beside a minute for the start."""

_HELD: Final = """
SELECT (SELECT count(*) FROM fact), (SELECT count(*) FROM dead_letter),
    (SELECT sum(n) FROM cell WHERE generation = 1 AND grain = 'day' AND measure = 'satisfaction')
"""


class NotExact(RuntimeError):
    """The fold failed, hung, or did not store what the log holds."""


class _Rates:
    """Events a second by the clock, and for each second of the processor."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.processor: list[float] = []

    def note(self, events: int, seconds: float, processor: float) -> None:
        self.clock.append(events / seconds)
        self.processor.append(events / processor)


def folding(extent: Extent, mode: Mode) -> Sequence[Line]:
    """B3: in order, and with shuffled times."""
    return [
        *_side_by_side(extent, mode, shuffled=False),
        *_side_by_side(extent, mode, shuffled=True),
    ]


def _side_by_side(extent: Extent, mode: Mode, *, shuffled: bool) -> Sequence[Line]:
    reading, taking = _Rates(), _Rates()
    with mode.open(extent.folder) as engines:
        written = asyncio.run(fill(engines.log_url, extent.backlog_events, shuffled=shuffled))
        for _ in range(extent.backlog_rounds):
            used = time.process_time()
            seconds = asyncio.run(_decode_alone(engines.log_url, written.records))
            reading.note(written.records, seconds, time.process_time() - used)
            database_url = engines.database_url()
            used = time.process_time()
            seconds = asyncio.run(_fold(engines.log_url, database_url, written))
            taking.note(written.records, seconds, time.process_time() - used)
            asyncio.run(_must_be_exact(database_url, written))
    alone, fold = Spread(reading.clock), Spread(taking.clock)
    what = "with event times shuffled over a quarter" if shuffled else "a backlog in order"
    against = f"reading and orjson-decoding the same topic alone: {alone.text('events/s')}"
    measured = f"fold from {mode.log} into {mode.database}, {what}, {extent.backlog_events:,} events: "
    must = "≥ 0.15 ×" if shuffled or mode.database == "SQLite" else "≥ 0.25 ×"
    by_processor = ratio(Spread(taking.processor), Spread(reading.processor))
    return [
        Line("B3", measured + fold.text("events/s"), against, ratio(fold, alone), must),
        Line("B3", "the same by processor time", against.partition(":")[0], by_processor, "for information"),
    ]


async def _decode_alone(log_url: str, records: int) -> float:
    """Seconds of reading and decoding the whole topic."""
    log = await open_log(log_url)
    began, seen = time.perf_counter(), 0
    for partition in range(RESPONSES.partitions):
        position = 0
        while (batch := await log.read_batch(RESPONSES.name, partition, position, _BATCH)).records:
            for record in batch.records:
                seen += 1
                with contextlib.suppress(orjson.JSONDecodeError):
                    orjson.loads(record.value or b"")
            position = batch.next
    seconds = time.perf_counter() - began
    await log.close_log()
    if seen != records:
        raise NotExact(f"{seen} of {records} records were read")
    return seconds


async def _fold(log_url: str, database_url: str, written: Written) -> float:
    """Seconds until a worker in a thread of its own has drained the log into a new database."""
    database = open_database(database_url)
    await migrate_database(database, "metrics_worker")
    await database.close_engine()
    runner = ConsumerThread(RunnerSettings(log_url, database_url))
    began = time.perf_counter()
    limit = began + 60 + written.records / _SLOWEST
    runner.start_thread()
    try:
        while not await asyncio.to_thread(runner.caught_up, 0.2):
            if runner.stopped_reason or time.perf_counter() > limit:
                raise NotExact(
                    f"the fold is not done: {runner.stopped_reason or runner.unready_reason() or 'far too slow'}"
                )
        return time.perf_counter() - began
    finally:
        await asyncio.to_thread(runner.stop_thread)


async def _must_be_exact(database_url: str, written: Written) -> None:
    database = open_database(database_url)
    async with database.read_snapshot() as connection:
        facts, letters, counted = (await connection.execute(text(_HELD))).one()
    await database.close_engine()
    if (facts, counted, letters) != (written.responses, written.responses, written.poison):
        raise NotExact(f"{facts} facts, {counted} counted and {letters} dead letters of {written}")
