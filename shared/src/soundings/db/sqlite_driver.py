"""A connection to SQLite that asks its thread once for a statement and its rows.

The driver asks it four times, for the cursor, the statement, the rows and the end of the cursor; and each time a busy
event loop comes back late, so that a query of a few milliseconds takes hundreds.
"""

import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from types import TracebackType
from typing import Final, Self, TypeVar

import aiosqlite

Row = tuple[object, ...]
Description = Sequence[tuple[str, None, None, None, None, None, None]]
T = TypeVar("T")

_AT_ONCE: Final = 2_000
"""Rows that come with the statement; what is more comes when it is asked for, so that nothing fills the memory."""


class BatchedSqliteConnection(aiosqlite.Connection):
    """See `aiosqlite.Connection`; to be awaited, which connects."""

    def __init__(self, path: str) -> None:
        super().__init__(partial(sqlite3.connect, path, check_same_thread=False), iter_chunk_size=_AT_ONCE)
        # A process must be able to exit while a connection is open.
        self._thread.daemon = True

    def cursor(self) -> "BatchedSqliteCursor":  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """A cursor that has asked for nothing yet."""
        return BatchedSqliteCursor(self)

    async def commit(self) -> None:
        """Commit the transaction, if there is one."""
        # Without a transaction there is nothing to do, and a switch to the thread is saved.
        if self._conn.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        if self._conn.in_transaction:
            await super().rollback()

    async def run_on_thread(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """What a step gives that is taken in the connection's thread."""
        result: T = await self._execute(step, self._conn)  # type: ignore[no-untyped-call]
        return result


class BatchedSqliteCursor:
    """What SQLAlchemy asks of an asynchronous cursor."""

    def __init__(self, connection: BatchedSqliteConnection) -> None:
        self._connection = connection
        self._more: sqlite3.Cursor | None = None
        self._rows: deque[Row] = deque()
        self.arraysize = 1
        self.description: Description | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def execute(self, statement: str, values: Sequence[object] = ()) -> Self:
        await self._connection.run_on_thread(
            lambda connection: self._begin_batch(connection.execute(statement, tuple(values)))
        )
        return self

    async def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> Self:
        await self._connection.run_on_thread(
            lambda connection: self._begin_batch(connection.executemany(statement, rows))
        )
        return self

    async def fetchone(self) -> Row | None:
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> Sequence[Row]:
        wanted = self.arraysize if size is None else size
        while self._more is not None and len(self._rows) < wanted:
            await self._connection.run_on_thread(self._fetch_rows)
        return [self._rows.popleft() for _ in range(min(wanted, len(self._rows)))]

    async def fetchall(self) -> Sequence[Row]:
        while self._more is not None:
            await self._connection.run_on_thread(self._fetch_rows)
        rows, self._rows = list(self._rows), deque()
        return rows

    async def __aiter__(self) -> AsyncIterator[Row]:
        while (row := await self.fetchone()) is not None:
            yield row

    async def close(self) -> None:
        """Discard rows that were not fetched; nothing to do after the last one."""
        self._rows.clear()
        if self._more is not None:
            await self._connection.run_on_thread(self._end_batch)

    def _begin_batch(self, cursor: sqlite3.Cursor) -> None:
        self._more = cursor
        self._fetch_rows()
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid

    def _fetch_rows(self, _connection: sqlite3.Connection | None = None) -> None:
        if self._more is not None:
            rows = self._more.fetchmany(_AT_ONCE)
            self._rows.extend(rows)
            if len(rows) < _AT_ONCE:
                self._end_batch()

    def _end_batch(self, _connection: sqlite3.Connection | None = None) -> None:
        if self._more is not None:
            self._more.close()
            self._more = None
