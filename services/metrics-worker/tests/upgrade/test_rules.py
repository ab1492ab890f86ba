"""A database from before generations knew their rules is counted again by ours, once, before anything is added."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from metrics_worker.aggregation.contribution import CellContribution, count_code
from metrics_worker.aggregation.roots import InteractionRecord, root_contribution
from metrics_worker.aggregation.rules_version import CURRENT_RULES, ContributionRules, RulesDiffer
from metrics_worker.consumer.errors import WorkerEnds
from metrics_worker.consumer.sql import SqlFoldStore, open_fold_store
from metrics_worker.consumer.worker import FoldWorker
from metrics_worker.consumer.worker_status import WorkerOptions
from metrics_worker.rebuild.rules_upgrade import prepare_rules
from metrics_worker.rebuild.sql import SqlRebuildStore
from metrics_worker.rebuild.use_cases import follow_rules, rebuild_generation, verify_generation
from soundings.db import Database, migrate_database, open_database
from soundings.events.base import EventData
from soundings.events.envelope import encode_event, model_of
from soundings.events.topics import ALL
from soundings.kernel.clock import system_clock
from soundings.testing.memory_log import MemoryLog

from ..conftest import KINDS  # noqa: TID252 - the tests are no package
from ..consumer.conftest import cells_of  # noqa: TID252 - the tests are no package
from ..consumer.histories import POOL  # noqa: TID252 - the tests are no package

FIXTURE = json.loads(gzip.decompress((Path(__file__).parent / "rules_1.json.gz").read_bytes()))
BYTES = {"key", "unit"}


def _doubled(records: Sequence[InteractionRecord]) -> CellContribution | None:
    """What nobody's rules say: every root counts one more contact."""
    told = root_contribution(records)
    return None if told is None else told._replace(counts=(*told.counts, count_code("contacts", "call")))


NEXT = ContributionRules(CURRENT_RULES.version + 1, _doubled)


def events() -> list[EventData]:
    return [model_of(one["type"]).model_validate_json(json.dumps(one["data"])) for one in FIXTURE["events"]]


def to_the_second(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("metrics_worker") / "migrations"))
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs("0002", revision)

    with EnvironmentContext(config, scripts) as environment:
        environment.configure(connection=connection, transactional_ddl=False, fn=steps)
        environment.run_migrations()


@pytest.fixture(params=KINDS)
async def old(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """The database as an older version left it, migrated."""
    url = f"sqlite:///{tmp_path}/metrics.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").new_database()
    database = open_database(url)
    async with database.write_transaction() as connection:
        await connection.run_sync(to_the_second)
        await connection.execute(text("DELETE FROM generation"))
        for table, rows in FIXTURE["tables"].items():
            for row in rows:
                values = {
                    name: bytes.fromhex(value) if name in BYTES and value is not None else value
                    for name, value in row.items()
                    if name != "id" or table == "generation"
                }
                names = ", ".join(values)
                marks = ", ".join(f":{name}" for name in values)
                await connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)  # noqa: S608 - our tables
    await migrate_database(database, "metrics_worker")
    yield database
    await database.close_engine()


async def the_log(told: Sequence[EventData]) -> MemoryLog:
    log = MemoryLog()
    await log.ensure_topics(ALL)
    for event in told:
        await log.append_records(event.TOPIC.name, [encode_event(event)])
    return log


async def fold_on(database: Database, log: MemoryLog, rules: ContributionRules = CURRENT_RULES) -> None:
    """Let a worker come, follow its rules, and fold what waits."""
    idle = asyncio.Event()

    async def prepare(tell) -> None:
        await prepare_rules(database, tell, rules)

    worker = FoldWorker(
        log,
        open_fold_store(database),
        system_clock,
        WorkerOptions("one", rules=rules),
        prepare=prepare,
        on_idle=lambda is_idle: idle.set() if is_idle else idle.clear(),
    )
    task = asyncio.create_task(worker.run_until_stopped())
    async with asyncio.timeout(30):
        await idle.wait()
    worker.request_stop()
    await task


async def differences(database: Database, rules: ContributionRules) -> int:
    return (await verify_generation(SqlRebuildStore(database), rules=rules)).comparison.differences


@pytest.mark.parametrize("rules", [CURRENT_RULES, NEXT], ids=["ours", "changed"])
async def test_an_old_database_is_counted_again_and_late_events_change_it_rightly(old, rules):
    with pytest.raises(RulesDiffer, match="version 1"):
        await verify_generation(SqlRebuildStore(old), rules=rules)
    told = events()
    log = await the_log(told)
    await fold_on(old, log, rules)
    assert await differences(old, rules) == 0
    assert await SqlRebuildStore(old).rules() == rules.version
    for event in POOL[len(told) : len(told) + 200]:  # late legs, corrections, reviews and retractions of the same ids
        await log.append_records(event.TOPIC.name, [encode_event(event)])
    await fold_on(old, log, rules)
    assert await differences(old, rules) == 0


async def test_what_is_counted_by_changed_rules_is_not_what_was_counted_before(old):
    before = await cells_of(old)
    assert await follow_rules(SqlRebuildStore(old), rules=NEXT) == 2
    after = await cells_of(old)
    assert after != before
    assert await follow_rules(SqlRebuildStore(old), rules=NEXT) is None


async def test_who_comes_second_waits_and_finds_it_done(old):
    other = open_database(
        old.url.render_as_string(hide_password=False).replace("+aiosqlite", "").replace("+asyncpg", "")
    )
    done = await asyncio.gather(*(follow_rules(SqlRebuildStore(one), rules=NEXT) for one in (old, other)))
    assert sorted(done, key=str) == [2, None]
    await other.close_engine()
    assert await differences(old, NEXT) == 0


async def test_what_is_cut_off_in_the_middle_leaves_the_old_generation_as_it_was(old):
    before = await cells_of(old)

    def tell(_reason: str) -> None:
        raise WorkerEnds("the worker ends")

    with pytest.raises(WorkerEnds):
        await prepare_rules(old, tell, NEXT)
    assert await cells_of(old) == before
    assert await SqlRebuildStore(old).rules() == 1
    await prepare_rules(old, lambda _: None, NEXT)
    assert await differences(old, NEXT) == 0


async def test_how_far_it_is_is_told_and_queries_see_the_old_generation_meanwhile(old):
    said: list[str] = []
    await prepare_rules(old, said.append, NEXT)
    assert said
    assert all("the rules of counting have changed" in one for one in said)
    assert "100 %" in said[-1]


async def test_older_rules_add_nothing_to_a_newer_generation(old):
    log = await the_log(events())
    await fold_on(old, log, NEXT)
    cells = await cells_of(old)
    for event in POOL[300:340]:
        await log.append_records(event.TOPIC.name, [encode_event(event)])
    with pytest.raises(RulesDiffer):
        await rebuild_generation(SqlRebuildStore(old), rules=CURRENT_RULES)
    with pytest.raises(RulesDiffer):
        await follow_rules(SqlRebuildStore(old), rules=CURRENT_RULES)
    worker = FoldWorker(log, open_fold_store(old), system_clock, WorkerOptions("two", rules=CURRENT_RULES))
    task = asyncio.create_task(worker.run_until_stopped())
    async with asyncio.timeout(30):
        while "rules of counting" not in (worker.status.unready or ""):  # noqa: ASYNC110 - others bring it about
            await asyncio.sleep(0.01)
    worker.request_stop()
    await task
    assert await cells_of(old) == cells
    await fold_on(old, log, NEXT)
    assert await differences(old, NEXT) == 0


async def test_a_worker_from_before_can_neither_take_a_partition_again_nor_keep_one(old):
    store: SqlFoldStore = open_fold_store(old)
    async with old.write_transaction() as connection:
        before = (await connection.execute(text("SELECT min(epoch) FROM position"))).scalar_one()
    with pytest.raises(IntegrityError):
        async with old.write_transaction() as connection:
            await connection.execute(
                text(
                    "INSERT INTO worker (id, until) VALUES ('old', 1)"
                    " ON CONFLICT (id) DO UPDATE SET until = excluded.until, stopped = NULL"
                )
            )
    await follow_rules(SqlRebuildStore(old), rules=NEXT)
    async with old.write_transaction() as connection:
        assert (await connection.execute(text("SELECT min(epoch) FROM position"))).scalar_one() == before + 1
    assert await store.current_generation() == 2
