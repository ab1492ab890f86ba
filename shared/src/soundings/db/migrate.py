"""Bringing a database to the newest shape with the Alembic migrations that a service carries inside its package."""

from collections.abc import Callable
from importlib.resources import files

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from soundings.db.engine import Database


async def migrate(database: Database, package: str) -> None:
    """Run what ``{package}/migrations/versions`` holds beyond the database's revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(files(package) / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    async with database.transaction() as connection:
        if database.dialect == "postgresql":  # several replicas may start at once; on SQLite the transaction is alone
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"migrate.{package}", 0))))
        await connection.run_sync(_upgrade, config, scripts)


def _upgrade(connection: Connection, config: Config, scripts: ScriptDirectory) -> None:
    head = scripts.get_current_head()
    if MigrationContext.configure(connection).get_current_revision() == head:
        return
    with EnvironmentContext(config, scripts) as environment:
        environment.configure(
            connection=connection,
            transactional_ddl=False,  # the transaction around this one commits everything at once
            fn=_steps_to_head(scripts),
        )
        environment.run_migrations()


def _steps_to_head(scripts: ScriptDirectory) -> Callable[[str, MigrationContext], list[RevisionStep]]:
    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        # The same call as in alembic.command.upgrade, which would want an env.py in every service.
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    return steps
