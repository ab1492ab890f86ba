"""Bringing a database to the newest shape with the Alembic migrations that a service carries inside its package."""

import re
from importlib.resources import files
from typing import Final

from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import Connection

from soundings.db.engine import Database

_MIGRATION: Final = re.compile(r"r?(\d{4})_\w+\.py")
"""The file of a migration. It is named by its revision, so that nothing has to be loaded to know the newest."""


async def migrate_database(database: Database, package: str) -> None:
    """Run what ``{package}/migrations/versions`` holds beyond the database's revision, in one transaction."""
    async with database.write_transaction() as connection:
        if database.dialect == "postgresql":  # several replicas may start at once; on SQLite the transaction is alone
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"migrate.{package}", 0))))
        # The common case is an up-to-date database, which costs one query and no import of Alembic.
        if await connection.run_sync(_current_revision) != newest_revision(package):
            from soundings.db.schema_upgrade import (
                upgrade_schema,  # Alembic takes a third of a second of a start that needs none
            )

            await connection.run_sync(upgrade_schema, str(files(package) / "migrations"))


def newest_revision(package: str) -> str:
    """The revision of the newest migration in a package, by the names of their files."""
    names = (file.name for file in (files(package) / "migrations" / "versions").iterdir())
    return max(found[1] for name in names if (found := _MIGRATION.fullmatch(name)))


def _current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
