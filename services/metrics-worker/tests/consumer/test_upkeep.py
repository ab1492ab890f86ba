"""Rebuilding and verifying a database in which something went wrong, and folding on around it."""

import asyncio
from random import Random

import pytest
from sqlalchemy import delete, func, select, text, update

from metrics_worker import bootstrap
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.db.tables import RETRACTED, cell_row, fact, voice
from metrics_worker.rebuild.sql import SqlRebuildStore
from metrics_worker.rebuild.use_cases import rebuild_generation, verify_generation
from soundings.db import Database
from soundings.events.response import ResponseRetracted
from soundings.events.topics import ALL
from soundings.testing.memory_log import MemoryLog

from .conftest import cells_of
from .histories import AT, POOL, response
from .oracle import expected
from .test_worker import running, scalar, tell


@pytest.fixture
async def folded(database: Database) -> Database:
    """A database with a few hundred events in it."""
    log = MemoryLog()
    await log.ensure_topics(ALL)
    await tell(log, POOL[:300])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
    return database


async def spoil(database: Database) -> None:
    """Change one row of cells, remove one, and add one that nobody counted."""
    async with database.write_transaction() as connection:
        first, second = (await connection.execute(select(cell_row).order_by(cell_row.c.counters).limit(2))).all()
        for row, statement in (
            (first, update(cell_row).values(counters='{"ease@1":{"5":99}}')),
            (second, delete(cell_row)),
        ):
            key = {name: getattr(row, name) for name in (column.name for column in cell_row.primary_key)}
            await connection.execute(statement.filter_by(**key))
        await connection.execute(
            cell_row.insert().values(**{**second._asdict(), "service": "nowhere", "counters": '{"ease@1":{"5":1}}'})
        )


async def test_verify_finds_what_differs_and_changes_nothing(folded):
    await spoil(folded)
    told: list[tuple[int, int]] = []
    found = await verify_generation(SqlRebuildStore(folded), lambda done, of: told.append((done, of)))
    assert found.comparison.differences == 3
    kinds = {(one.stored is None, one.computed is None) for one in found.comparison.examples}
    assert kinds == {(False, False), (True, False), (False, True)}
    assert told[-1] == (found.facts, found.facts)
    assert (await verify_generation(SqlRebuildStore(folded))).comparison.differences == 3


async def test_a_rebuild_puts_right_what_differs(folded):
    await spoil(folded)
    done = await rebuild_generation(SqlRebuildStore(folded))
    assert (done.generation, done.comparison.differences) == (2, 3)
    assert await cells_of(folded) == expected(POOL[:300])
    assert (await verify_generation(SqlRebuildStore(folded))).comparison.differences == 0
    old = select(func.count()).select_from(cell_row).where(cell_row.c.generation != 2)
    assert await scalar(folded, old) == 0


async def test_folding_goes_on_in_the_generation_that_a_rebuild_leaves(database):
    log = MemoryLog()
    await log.ensure_topics(ALL)
    async with running(log, open_fold_store(database), most_events=20) as at_work:
        for start in range(0, 200, 50):
            await tell(log, POOL[start : start + 50])
            await rebuild_generation(SqlRebuildStore(database))
        await at_work.until(lambda: sum(held.next for held in at_work.worker._held.values()) == 200)
        await at_work.idle()
    assert await cells_of(database) == expected(POOL[:200])
    assert (await verify_generation(SqlRebuildStore(database))).comparison.differences == 0


async def test_the_commands_find_the_database_by_its_url(folded):
    url = folded.url.render_as_string(hide_password=False).replace("+aiosqlite", "").replace("+asyncpg", "")
    done = await bootstrap.rebuild_cells(url, lambda _done, _all: None)
    assert done.generation == 2
    assert (await bootstrap.verify_cells(url, lambda _done, _all: None)).comparison.differences == 0
    assert list(await bootstrap.resume_workers(url)) == []


async def test_nothing_that_was_said_stays_or_is_found_after_a_retraction(database):
    said = [
        response(Random(n)).model_copy(update={"record_id": f"v{n}", "comments": {"why": "slow"}}) for n in range(9)
    ]
    taken_back = [
        ResponseRetracted(record_id=one.record_id, source_id=one.source_id, reason="erasure", retracted_at=AT)
        for one in said[:4]
    ]
    corrected = said[8].model_copy(update={"revision": 9, "comments": {"why": "kind"}})
    log = MemoryLog()
    await log.ensure_topics(ALL)
    for events in (said, [*taken_back, corrected]):
        await tell(log, events)
        async with running(log, open_fold_store(database)) as at_work:
            await at_work.idle()
    assert await scalar(database, select(func.count()).select_from(voice)) == 5
    found = {word: await scalar(database, text(_search(database, word))) for word in ("slow", "kind")}
    assert found == {"slow": 4, "kind": 1}
    gone = select(func.count()).select_from(fact).where(fact.c.data.is_(None), fact.c.state == RETRACTED)
    assert await scalar(database, gone) == 4


def _search(database: Database, word: str) -> str:
    if database.dialect == "sqlite":
        return f"SELECT count(*) FROM voice_search WHERE voice_search MATCH '{word}'"  # noqa: S608 - a word of ours
    return f"SELECT count(*) FROM voice WHERE search @@ to_tsquery('simple', '{word}')"  # noqa: S608 - a word of ours


def test_a_runner_folds_in_a_thread_of_its_own(tmp_path):
    from metrics_worker.consumer.thread import ConsumerThread, RunnerSettings
    from soundings.db import migrate_database, open_database
    from soundings.log.factory import open_log

    log_url, database_url = f"sqlite:///{tmp_path}/log.db", f"sqlite:///{tmp_path}/metrics.db"

    async def prepare() -> None:
        log, database = await open_log(log_url), open_database(database_url)
        await migrate_database(database, "metrics_worker")
        await log.ensure_topics(ALL)
        await tell(log, POOL[:50])
        await database.close_engine()
        await log.close_log()

    async def look() -> object:
        database = open_database(database_url)
        cells = await cells_of(database)
        await database.close_engine()
        return cells

    asyncio.run(prepare())
    runner = ConsumerThread(RunnerSettings(log_url, database_url))
    assert "does not run" in runner.unready_reason()
    runner.start_thread()
    assert runner.caught_up(30)
    assert (runner.unready_reason(), runner.stopped_reason) == (None, None)
    runner.stop_thread()
    runner.stop_thread()
    assert asyncio.run(look()) == expected(POOL[:50])
