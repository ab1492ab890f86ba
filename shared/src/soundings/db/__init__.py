"""The database: engine, transactions, column types, migrations and the outbox, for SQLite and PostgreSQL alike."""

from sqlalchemy.exc import SQLAlchemyError as DatabaseFailed

from soundings.db.engine import Database, open_database
from soundings.db.migrate import migrate_database
from soundings.db.types import JsonColumn, UtcDateTime

__all__ = ["Database", "DatabaseFailed", "JsonColumn", "UtcDateTime", "migrate_database", "open_database"]
