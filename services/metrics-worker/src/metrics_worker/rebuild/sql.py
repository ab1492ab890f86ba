"""Rebuilding in SQLite and PostgreSQL."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.rebuild.ports import Comparison, Difference, Workbench
from metrics_worker.store.facts import Fact
from metrics_worker.store.postgres_rows import PostgresRows
from metrics_worker.store.sqlite_rows import SqliteRows
from metrics_worker.store.wide_rows import RowKey, RowStore, RowText
from soundings.db import Database

_PAGE: Final = 5_000
_EXAMPLES: Final = 100
_BESIDE: Final = "computed_row"
_FACT: Final = ", ".join(Fact._fields)
_KEY: Final = ", ".join(RowKey._fields)
_WIDTH: Final = len(RowKey._fields)


@dataclass(frozen=True, slots=True)
class SqlWorkbench:
    """See `metrics_worker.rebuild.ports.Workbench`; computed rows go to `table`."""

    connection: AsyncConnection
    rows: RowStore
    table: str
    current: int
    target: int

    async def count(self) -> int:
        return int((await self.connection.execute(text("SELECT count(*) FROM fact"))).scalar_one())

    async def singles(self) -> AsyncIterator[Sequence[Fact]]:
        page = text(f"SELECT id, {_FACT} FROM fact WHERE id > :id AND unit IS NULL ORDER BY id LIMIT {_PAGE}")  # noqa: S608 - constants
        last = 0
        while rows := (await self.connection.execute(page, {"id": last})).all():
            yield [Fact(*row[1:]) for row in rows]
            last = rows[-1][0]

    async def of_roots(self) -> AsyncIterator[Sequence[Fact]]:
        page = text(
            f"SELECT id, {_FACT} FROM fact WHERE (unit, id) > (:unit, :id)"  # noqa: S608 - constants
            f" AND unit IS NOT NULL ORDER BY unit, id LIMIT {_PAGE}"
        )
        last: tuple[bytes, int] = (b"", 0)
        while rows := (await self.connection.execute(page, {"unit": last[0], "id": last[1]})).all():
            facts = [Fact(*row[1:]) for row in rows]
            yield facts
            last = (facts[-1].unit or b"", rows[-1][0])

    async def compare(self) -> Comparison:
        stored = f"SELECT {_KEY}, counters, tallies FROM cell_row WHERE generation = {self.current}"  # noqa: S608 - numbers
        computed = f"SELECT {_KEY}, counters, tallies FROM {self.table} WHERE generation = {self.target}"  # noqa: S608 - constants
        keys = (
            f"SELECT {_KEY} FROM ({stored} EXCEPT {computed}) AS gone"  # noqa: S608 - constants
            f" UNION SELECT {_KEY} FROM ({computed} EXCEPT {stored}) AS missing"
        )
        counted = await self.connection.execute(text(f"SELECT count(*) FROM ({keys}) AS differing"))  # noqa: S608 - constants
        first = await self.connection.execute(text(f"{keys} ORDER BY {_KEY} LIMIT {_EXAMPLES}"))
        differing = [RowKey(*row) for row in first]
        if not differing:
            return Comparison(0, ())
        before = await self._rows_in_force().read(self.current, differing)
        after = await self.rows.read(self.target, differing)
        examples = [Difference(key, _counters(before, key), _counters(after, key)) for key in differing]
        return Comparison(int(counted.scalar_one()), examples)

    async def swap(self) -> None:
        await self.connection.execute(text("UPDATE generation SET current = :target"), {"target": self.target})
        gone = text("DELETE FROM cell_row WHERE generation <> :target")
        await self.connection.execute(gone, {"target": self.target})

    def _rows_in_force(self) -> RowStore:
        return _row_store(self.connection, "cell_row")


class SqlRebuildStore:
    """See `metrics_worker.rebuild.ports.RebuildStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sqlite = database.dialect == "sqlite"

    @asynccontextmanager
    async def rebuilding(self) -> AsyncGenerator[Workbench]:
        async with self._database.transaction() as connection:
            # On PostgreSQL every batch holds a share of this row until it ends; on SQLite we are the only writer.
            lock = "" if self._sqlite else " FOR UPDATE"
            statement = text(f"SELECT current FROM generation{lock}")  # noqa: S608 - constants
            current = int((await connection.execute(statement)).scalar_one())
            yield SqlWorkbench(connection, _row_store(connection, "cell_row"), "cell_row", current, current + 1)

    @asynccontextmanager
    async def verifying(self) -> AsyncGenerator[Workbench]:
        async with self._database.snapshot() if self._sqlite else self._database.transaction() as connection:
            if not self._sqlite:
                await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            current = int((await connection.execute(text("SELECT current FROM generation"))).scalar_one())
            await connection.execute(text(f"CREATE TEMPORARY TABLE {_BESIDE} AS SELECT * FROM cell_row WHERE 1 = 0"))  # noqa: S608 - a constant
            await connection.execute(text(f"CREATE UNIQUE INDEX {_BESIDE}_key ON {_BESIDE} (generation, {_KEY})"))
            yield SqlWorkbench(connection, _row_store(connection, _BESIDE), _BESIDE, current, current)
            await connection.execute(text(f"DROP TABLE {_BESIDE}"))


def _counters(rows: Mapping[RowKey, RowText], key: RowKey) -> str | None:
    row = rows.get(key)
    return None if row is None else row[0]


def _row_store(connection: AsyncConnection, table: str) -> RowStore:
    return SqliteRows(connection, table) if connection.dialect.name == "sqlite" else PostgresRows(connection, table)
