"""The log in one SQLite file."""

from soundings.log.sqlite.adapter import SqliteLog

__all__ = ["SqliteLog"]
