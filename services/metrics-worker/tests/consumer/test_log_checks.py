"""A log that was lost, made again, trimmed or restored is noticed, and read again once somebody says so."""

import asyncio
import math
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.db.tables import catalogue_entity, position
from metrics_worker.query.sql import SqlCellStore
from soundings.db import Database
from soundings.events.catalogue import ServiceBody, ServiceChanged
from soundings.events.topics import ALL, CATALOGUE, MEASURED, RESPONSES
from soundings.kernel.clock import epoch_ms, system_clock
from soundings.log.port import LogRecord, LogUnavailable
from soundings.log.spool import SpooledLog, SpoolStore
from soundings.log.sqlite import SqliteLog
from soundings.telemetry.metrics import LAG_EVENTS, LOG_MISMATCH
from soundings.testing.memory_log import MemoryLog

from .conftest import cells_of
from .histories import AT, POOL
from .oracle import expected
from .test_worker import PATIENCE, Running, running, scalar, tell

FILES = ("log.db", "log.db-wal", "log.db-shm")


async def opened(folder: Path) -> SqliteLog:
    log = await SqliteLog.open_log(folder / "log.db")
    await log.ensure_topics(ALL)
    return log


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    """A log of 60 events, all of which are counted."""
    made = await opened(tmp_path)
    await tell(made, POOL[:60])
    yield made
    await made.close_log()


@pytest.fixture
async def counted(log: SqliteLog, database: Database) -> SqliteLog:
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
    return log


async def reason(at_work: Running, words: str) -> str:
    """Why the worker is unready, once it says so in these words."""
    await at_work.until(lambda: words in (at_work.worker.status.unready or ""))
    return at_work.worker.status.unready or ""


async def recovered(at_work: Running, database: Database) -> None:
    await open_fold_store(database).read_again()
    async with asyncio.timeout(PATIENCE):
        while at_work.worker.status.unready is not None or not at_work.worker.status.idle:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def remove(folder: Path) -> None:
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


async def log_fits(database: Database) -> bool:
    async with SqlCellStore(database).open_snapshot() as snapshot:
        return (await snapshot.fold_progress()).log_fits


async def test_a_log_that_was_deleted_stops_the_worker_until_it_is_recovered(counted, database, tmp_path):
    before = await cells_of(database)
    await counted.close_log()
    remove(tmp_path)
    log = await opened(tmp_path)
    async with running(log, open_fold_store(database)) as at_work:
        assert "ends at 0, but was read up to" in await reason(at_work, "soundings recover")
        assert LOG_MISMATCH.labels("metrics-worker")._value.get() == 1
        assert any(math.isnan(gauge._value.get()) for gauge in LAG_EVENTS._metrics.values())
        assert not await log_fits(database)
        await tell(log, POOL[60:90])
        assert await cells_of(database) == before
        await recovered(at_work, database)
        assert await cells_of(database) == expected(POOL[:90])
        assert LOG_MISMATCH.labels("metrics-worker")._value.get() == 0
    assert await log_fits(database)
    await log.close_log()


async def test_an_older_copy_that_has_grown_since_stops_the_worker(log, database, tmp_path):
    await log.close_log()
    older = tmp_path / "older.db"
    shutil.copyfile(tmp_path / "log.db", older)
    log = await opened(tmp_path)
    await tell(log, POOL[60:120])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
    ends = await log.end_positions([topic.name for topic in MEASURED])
    await log.close_log()
    remove(tmp_path)
    shutil.copyfile(older, tmp_path / "log.db")
    log = await opened(tmp_path)
    await tell(log, POOL[120:400])
    grown = await log.end_positions([topic.name for topic in MEASURED])
    assert all(grown[home] >= end for home, end in ends.items() if home[0] == RESPONSES.name)
    async with running(log, open_fold_store(database)) as at_work:
        await reason(at_work, "does not hold the record at")
        await recovered(at_work, database)
        assert await cells_of(database) == expected(POOL[:400])
    await log.close_log()


async def test_records_that_retention_took_before_they_were_read_stop_the_worker(counted, database, tmp_path):
    await tell(counted, POOL[60:90])
    await counted.apply_retention(epoch_ms(system_clock() + timedelta(days=400)))
    async with running(counted, open_fold_store(database)) as at_work:
        await reason(at_work, "was removed before it was read")
        await recovered(at_work, database)
        assert await cells_of(database) == expected(POOL[:60])


async def test_retention_of_what_was_counted_is_no_reason_to_stop(counted, database):
    await counted.apply_retention(epoch_ms(system_clock() + timedelta(days=400)))
    async with running(counted, open_fold_store(database)) as at_work:
        await at_work.idle()
        assert at_work.worker.status.unready is None
        await tell(counted, POOL[60:90])
        await at_work.until(lambda: not at_work.worker.status.idle)
        await at_work.idle()
        assert await cells_of(database) == expected(POOL[:90])


async def test_positions_of_an_earlier_version_adopt_the_record_before_them(counted, database, tmp_path):
    digests = select(position.c.topic, position.c.partition, position.c.last_position, position.c.last_digest)
    async with database.read_snapshot() as connection:
        before = (await connection.execute(digests.order_by(*position.primary_key))).all()
    async with database.write_transaction() as connection:
        await connection.execute(update(position).values(last_position=None, last_digest=None))
    async with running(counted, open_fold_store(database)) as at_work:
        await at_work.idle()
    async with database.read_snapshot() as connection:
        assert (await connection.execute(digests.order_by(*position.primary_key))).all() == before
    assert any(row.last_digest for row in before)


async def test_a_log_that_shrinks_while_it_is_read_stops_the_worker(database):
    log = MemoryLog()
    await log.ensure_topics(ALL)
    await tell(log, POOL[:60])
    async with running(log, open_fold_store(database), beat_ms=20) as at_work:
        await at_work.idle()
        for records in log.store.records.values():
            records.clear()
        await reason(at_work, "ends at 0, but was read up to")
        await tell(log, POOL[60:90])
        await recovered(at_work, database)
        assert await cells_of(database) == expected(POOL[:90])


async def test_a_catalogue_that_was_compacted_meanwhile_is_read_again(counted, database):
    def service(name: str, revision: int) -> ServiceChanged:
        body = ServiceBody(agency_id="city", department_id="d", name={"en": f"{name} {revision}"}, channels=[])
        return ServiceChanged(id=name, revision=revision, changed_at=AT, body=body)

    await tell(counted, [service("permits", 1), service("parks", 1)])
    async with running(counted, open_fold_store(database)) as at_work:
        await at_work.idle()
    await tell(counted, [service("parks", 2)])
    await counted.append_records(CATALOGUE.name, [LogRecord(b"service/permits", None)])
    await counted.apply_retention(epoch_ms(system_clock()))
    async with running(counted, open_fold_store(database)) as at_work:
        await at_work.idle()
        assert at_work.worker.status.unready is None
    revision = select(catalogue_entity.c.revision).where(catalogue_entity.c.id == "parks")
    assert await scalar(database, revision) == 2


async def test_a_spool_that_is_restored_from_an_older_copy_sends_twice_and_is_counted_once(database, tmp_path):
    behind = MemoryLog()
    await behind.ensure_topics(ALL)
    folder = tmp_path / "spool"

    async def drained() -> None:
        async with spooling(behind, folder) as log:
            async with asyncio.timeout(PATIENCE):
                while log.is_unavailable or await log.degraded_reason() is not None:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    behind.store.fault = LogUnavailable("the broker is away")
    async with spooling(behind, folder) as log:
        await tell(log, POOL[:60])
    shutil.copytree(folder, tmp_path / "older")
    behind.store.fault = None
    await drained()
    once = sum((await behind.end_positions([topic.name for topic in MEASURED])).values())
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "older", folder)
    await drained()
    assert sum((await behind.end_positions([topic.name for topic in MEASURED])).values()) == 2 * once == 120
    async with running(behind, open_fold_store(database)) as at_work:
        await at_work.idle()
        assert await cells_of(database) == expected(POOL[:60])


@asynccontextmanager
async def spooling(behind: MemoryLog, folder: Path) -> AsyncIterator[SpooledLog]:
    log = SpooledLog(MemoryLog(behind.store), SpoolStore(folder, MEASURED), retry_seconds=0.05)
    await log.start_draining()
    try:
        yield log
    finally:
        await log.close_log()
