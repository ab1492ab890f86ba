"""Facts that were written before free text came first in their data lose it as all others do."""

from importlib.resources import files
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text

from metrics_worker.db.tables import fact
from metrics_worker.retention.ports import RetentionPosition
from metrics_worker.retention.sql import SqlRetentionStore
from soundings.db import Database, migrate_database, open_database

ON_POSTGRES = pytest.param("postgresql", marks=[pytest.mark.needs_machine, pytest.mark.slow])
PLAIN = (
    '{"agency_id":"sf","time_zone":"UTC","kind":"call","started_at":"2026-01-01T00:00:00Z","outcome":"open",'
    '"received_at":"2026-01-01T00:00:00Z"}'
)
ANSWER = (
    '{"agency_id":"sf","time_zone":"UTC","form_id":"f","form_version":1,"answers":{"overall":4},'
    '"received_at":"2026-01-01T00:00:00Z"}'
)
BEFORE = {
    "plain": ("interaction", PLAIN),
    "wordy": ("interaction", PLAIN.replace('"received_at"', '"team":"é","attributes":{"a":"b"},"received_at"')),
    "paged": ("response", ANSWER.replace('"answers"', '"page":"/x","answers"')),
}


def to_the_first(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("metrics_worker") / "migrations"))
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs("0001", revision)

    with EnvironmentContext(config, scripts) as environment:
        environment.configure(connection=connection, transactional_ddl=False, fn=steps)
        environment.run_migrations()


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return request.getfixturevalue("cluster").new_database()
    return f"sqlite:///{tmp_path}/metrics.db"


async def data_of(database: Database) -> dict[str, str | None]:
    async with database.read_snapshot() as connection:
        found = await connection.execute(select(fact.c.record_id, fact.c.data))
        return {row.record_id: row.data for row in found}


async def test_words_of_before_go_too_and_leave_the_data_as_it_would_be_written_today(url: str):
    database = open_database(url)
    put = text(
        "INSERT INTO fact (key, kind, source_id, record_id, service, channel, occurred_at, state, revision, data, home)"
        " VALUES (:key, :kind, 's', :id, '', '', 0, 0, 0, :data, 'i0')"
    )
    async with database.write_transaction() as connection:
        await connection.run_sync(to_the_first)
        for id_, (kind, data) in BEFORE.items():
            await connection.execute(put, {"key": id_.encode() * 4, "kind": kind, "id": id_, "data": data})
    await migrate_database(database, "metrics_worker")
    assert (await SqlRetentionStore(database).remove_free_text("s", RetentionPosition(-1, 0), 500, 1)).removed == 2
    assert await data_of(database) == {"plain": PLAIN, "wordy": PLAIN, "paged": ANSWER}
    await database.close_engine()
