"""Who counts as alive, and what happens to who does not any more, on a PostgreSQL that several workers share."""

import pytest
from sqlalchemy import insert, text

from metrics_worker.contributions.rules import RULES_VERSION
from metrics_worker.fold.sql import open_fold_store, session_name
from metrics_worker.store.tables import worker
from soundings.db import Database, DatabaseFailed, open_database
from soundings.testing.memory_log import MemoryLog

from .histories import POOL
from .test_worker import cells_of, expected, log, running, tell

pytestmark = [
    pytest.mark.needs_machine,
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]
__all__ = ["log"]

DAY = 86_400_000
LEASE = 8_000
PARTITIONS = text("SELECT next FROM position FOR UPDATE")


async def test_leases_go_by_the_clock_of_the_database(database: Database):
    store = open_fold_store(database)
    await store.beat("ahead", DAY * 30_000, DAY * 30_000 + LEASE)
    await store.beat("behind", 0, LEASE)
    assert await store.beat("ahead", DAY * 30_000, DAY * 30_000 + LEASE) == ["ahead", "behind"]


async def test_a_worker_that_stands_still_in_the_middle_of_a_batch_is_put_out(database: Database, log: MemoryLog):
    await tell(log, POOL[:40])
    async with running(log, open_fold_store(database), "first") as first:
        await first.idle()
    still = open_database(database.url.render_as_string(hide_password=False), name=session_name("still"))
    async with database.transaction() as connection:
        await connection.execute(insert(worker).values(id="still", until=0, rules=RULES_VERSION))
    async with still.engine.connect() as connection:
        await connection.execute(PARTITIONS)
        await tell(log, POOL[40:80])
        async with running(log, open_fold_store(database), "second", beat_ms=50) as second:
            await second.idle()
        with pytest.raises(DatabaseFailed, match="closed"):
            await connection.execute(PARTITIONS)
    await still.close()
    assert await cells_of(database) == expected(POOL[:80])
