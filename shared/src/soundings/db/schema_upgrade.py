"""Running migrations with Alembic, which is loaded only where there are some to run."""

from collections.abc import Callable

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection


def upgrade_schema(connection: Connection, migrations: str) -> None:
    """Run the migrations of a folder beyond the database's revision, within the transaction that has begun."""
    config = Config()
    config.set_main_option("script_location", migrations)
    scripts = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, scripts) as environment:
        environment.configure(
            connection=connection,
            transactional_ddl=False,  # the transaction around this one commits everything at once
            fn=_steps_to_head(scripts),
        )
        environment.run_migrations()


def _steps_to_head(scripts: ScriptDirectory) -> Callable[[str, MigrationContext], list[RevisionStep]]:
    def collect_steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        # The same call as in alembic.command.upgrade, which would want an env.py in every service.
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    return collect_steps
