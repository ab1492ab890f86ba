"""Opening a database from a URL, and the two ways to use it: a transaction that writes and a snapshot that reads."""

import shutil
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from soundings.db.sqlite_driver import BatchedSqliteConnection

Dialect = Literal["sqlite", "postgresql"]

_BUSY_MS = 30_000
_CHECKPOINT_BUSY_MS = 100
_NO_ROOM_BYTES = 1 << 20
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten; some builds of SQLite do so anyway, some do not
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16384",
)


# Whoever stands still in the middle of a transaction, or has gone without a word, must not keep its locks for long.
_POSTGRES_SETTINGS = {
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class Database:
    """A database with one writing engine and one reading engine (the same one on PostgreSQL)."""

    def __init__(self, url: URL, *, readers: int = 4, name: str = "soundings") -> None:
        self.url = url
        self.removals = 0
        """How often texts were removed in this process; whoever tidies up compares it with its last look."""
        self.dialect: Dialect = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        if self.dialect == "sqlite":
            # SQLite has one writer. BEGIN IMMEDIATE takes the lock at once, so a transaction cannot
            # fail half-way with SQLITE_BUSY.
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", 1)
            self._reader = _sqlite_engine(url, "BEGIN", readers)
        else:
            self._writer = create_async_engine(
                url,
                pool_size=4,
                max_overflow=4,
                # A failover leaves dead connections in the pool.
                pool_pre_ping=True,
                pool_timeout=10,
                connect_args={"server_settings": {**_POSTGRES_SETTINGS, "application_name": name}},
            )
            # REPEATABLE READ gives a query one snapshot over several statements, as SQLite's
            # readers have it.
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def write_transaction(self) -> AsyncGenerator[AsyncConnection, None]:
        """A connection whose work is committed when the block ends, and rolled back when it raises."""
        async with self._writer.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def read_snapshot(self) -> AsyncGenerator[AsyncConnection, None]:
        """A connection that reads one consistent state of the database, and writes nothing."""
        async with self._reader.connect() as connection, connection.begin():
            yield connection

    def is_full(self) -> bool:
        """Whether the disk of a SQLite file has no free space beyond a minimal write; always false for a server."""
        if self.dialect != "sqlite" or not self.url.database:
            return False
        return shutil.disk_usage(Path(self.url.database).parent).free < _NO_ROOM_BYTES

    async def empty_wal(self) -> bool:
        """Truncate SQLite's write-ahead log, which holds what rows held before; False where that has to wait.

        PostgreSQL's own goes by itself: True.
        """
        if self.dialect != "sqlite":
            return True
        async with self._writer.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            if not isinstance(driver, BatchedSqliteConnection):
                raise TypeError("the driver of SQLite is not ours")
            return await driver.run_on_thread(_empty_wal)

    @property
    def sqlalchemy_engine(self) -> AsyncEngine:
        """The writing engine, for migrations."""
        return self._writer

    async def close_engine(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


def open_database(url: str, *, name: str = "soundings") -> Database:
    """Open ``sqlite:///path`` or ``postgresql://user:password@host/name``; nothing connects before the first use.

    PostgreSQL lists the sessions under ``name``.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return Database(parsed.set(drivername="sqlite+aiosqlite"))
    return Database(parsed.set(drivername="postgresql+asyncpg"), name=name)


def _empty_wal(connection: sqlite3.Connection) -> bool:
    connection.execute(f"PRAGMA busy_timeout={_CHECKPOINT_BUSY_MS}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error:
        return False  # nothing is lost; the next write tells whoever writes what is wrong with the disk
    finally:
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")


def _sqlite_engine(url: URL, begin: str, size: int) -> AsyncEngine:
    def open_connection() -> BatchedSqliteConnection:
        return BatchedSqliteConnection(url.database or ":memory:")

    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=30, async_creator=open_connection)

    @event.listens_for(engine.sync_engine, "connect")
    def _configure_connection(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:  # pyright: ignore[reportUnusedFunction]
        # SQLAlchemy begins transactions itself (below); the driver's own implicit BEGIN would come too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin_transaction(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql(begin)

    return engine
