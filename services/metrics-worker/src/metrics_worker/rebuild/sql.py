"""Rebuilding in SQLite and PostgreSQL."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.aggregation.deltas import RowKey
from metrics_worker.aggregation.facts import StoredFact
from metrics_worker.cells.postgres_rows import PostgresRows
from metrics_worker.cells.sqlite_rows import SqliteRows
from metrics_worker.cells.wide_rows import RowStore, RowText, merge_rows
from metrics_worker.rebuild.ports import CellDifference, GenerationComparison, RebuildSession
from soundings.db import Database

_PAGE: Final = 5_000
_EXAMPLES: Final = 100
_BESIDE: Final = "computed_row"
_FACT: Final = ", ".join(StoredFact._fields)
_KEY: Final = ", ".join(RowKey._fields)
_WIDTH: Final = len(RowKey._fields)

_Cells = tuple[RowKey, RowText]


@dataclass(frozen=True, slots=True)
class SqlRebuildSession:
    """See `metrics_worker.rebuild.ports.RebuildSession`; computed rows go to `table`."""

    connection: AsyncConnection
    row_store: RowStore
    table: str
    current_generation: int
    target_generation: int
    rules: int

    async def count_facts(self) -> int:
        return int((await self.connection.execute(text("SELECT count(*) FROM fact"))).scalar_one())

    async def single_facts(self) -> AsyncIterator[Sequence[StoredFact]]:
        page = text(f"SELECT id, {_FACT} FROM fact WHERE id > :id AND unit IS NULL ORDER BY id LIMIT {_PAGE}")  # noqa: S608 - constants
        last = 0
        while rows := (await self.connection.execute(page, {"id": last})).all():
            yield [StoredFact(*row[1:]) for row in rows]
            last = rows[-1][0]

    async def of_roots(self) -> AsyncIterator[Sequence[StoredFact]]:
        page = text(
            f"SELECT id, {_FACT} FROM fact WHERE (unit, id) > (:unit, :id)"  # noqa: S608 - constants
            f" AND unit IS NOT NULL ORDER BY unit, id LIMIT {_PAGE}"
        )
        last: tuple[bytes, int] = (b"", 0)
        while rows := (await self.connection.execute(page, {"unit": last[0], "id": last[1]})).all():
            facts = [StoredFact(*row[1:]) for row in rows]
            yield facts
            last = (facts[-1].unit or b"", rows[-1][0])

    async def compare_generations(self) -> GenerationComparison:
        differences, examples = 0, list[CellDifference]()
        stored, computed = (
            self._generation_cells("cell_row", self.current_generation),
            self._generation_cells(self.table, self.target_generation),
        )
        async for key, before, after in _side_by_side(stored, computed):
            if before != after:
                differences += 1
                if len(examples) < _EXAMPLES:
                    examples.append(CellDifference(key, _row_counters(before), _row_counters(after)))
        return GenerationComparison(differences, examples)

    async def _generation_cells(self, table: str, generation: int) -> AsyncIterator[_Cells]:
        """The sums of each cell per family of shards, ordered by key, over all workers."""
        order = (
            _KEY if self.connection.dialect.name == "sqlite" else _KEY.replace(",", ' COLLATE "C",') + ' COLLATE "C"'
        )
        query = f"SELECT {_KEY}, counters, tallies FROM {table} WHERE generation = {generation} ORDER BY {order}"  # noqa: S608 - constants and a number
        last: RowKey | None = None
        rows: list[RowText] = []
        async for row in await self.connection.stream(text(query)):
            key = RowKey(*row[:_WIDTH])
            key = key._replace(shard=key.shard[0])
            if key != last:
                if last is not None and (cells := merge_rows(rows)) is not None:
                    yield last, cells
                last, rows = key, []
            rows.append((row[_WIDTH], row[_WIDTH + 1]))
        if last is not None and (cells := merge_rows(rows)) is not None:
            yield last, cells

    async def swap_generation(self, rules: int) -> None:
        put = text("UPDATE generation SET current = :target, rules = :rules")
        await self.connection.execute(put, {"target": self.target_generation, "rules": rules})
        gone = text("DELETE FROM cell_row WHERE generation <> :target")
        await self.connection.execute(gone, {"target": self.target_generation})

    async def exclude_others(self) -> None:
        await self.connection.execute(text("UPDATE position SET epoch = epoch + 1"))


class SqlRebuildStore:
    """See `metrics_worker.rebuild.ports.RebuildStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sqlite = database.dialect == "sqlite"

    async def rules(self) -> int:
        async with self._database.read_snapshot() as connection:
            return int((await connection.execute(text("SELECT rules FROM generation"))).scalar_one())

    async def parked(self) -> int:
        async with self._database.read_snapshot() as connection:
            total = text("SELECT coalesce(sum(records), 0) FROM parked_partition")
            return int((await connection.execute(total)).scalar_one())

    @asynccontextmanager
    async def open_rebuild(self, *, alone: bool = False) -> AsyncGenerator[RebuildSession]:
        async with self._database.write_transaction() as connection:
            if alone and not self._sqlite:  # in the order in which a batch locks: positions first, then the generation
                await connection.execute(text("SELECT 1 FROM position ORDER BY topic, partition FOR UPDATE"))
            # On PostgreSQL every batch holds a share of this row until it ends; on SQLite we are the only writer.
            lock = "" if self._sqlite else " FOR UPDATE"
            statement = text(f"SELECT current, rules FROM generation{lock}")  # noqa: S608 - constants
            row = (await connection.execute(statement)).one()
            rows = _row_store(connection, "cell_row")
            yield SqlRebuildSession(connection, rows, "cell_row", row.current, row.current + 1, row.rules)

    @asynccontextmanager
    async def open_verify(self) -> AsyncGenerator[RebuildSession]:
        async with self._database.read_snapshot() if self._sqlite else self._database.write_transaction() as connection:
            if not self._sqlite:
                await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            row = (await connection.execute(text("SELECT current, rules FROM generation"))).one()
            until = "" if self._sqlite else "ON COMMIT DROP"
            beside = f"CREATE TEMPORARY TABLE {_BESIDE} {until} AS SELECT * FROM cell_row WHERE 1 = 0"  # noqa: S608 - constants
            await connection.execute(text(beside))
            await connection.execute(text(f"CREATE UNIQUE INDEX {_BESIDE}_key ON {_BESIDE} (generation, {_KEY})"))
            rows = _row_store(connection, _BESIDE)
            yield SqlRebuildSession(connection, rows, _BESIDE, row.current, row.current, row.rules)
            if self._sqlite:
                await connection.execute(text(f"DROP TABLE {_BESIDE}"))


async def _side_by_side(
    stored: AsyncIterator[_Cells], computed: AsyncIterator[_Cells]
) -> AsyncIterator[tuple[RowKey, RowText | None, RowText | None]]:
    """Two runs in the order of keys, merged: each key with what either has."""
    before, after = await anext(stored, None), await anext(computed, None)
    while before is not None or after is not None:
        key = min(held[0] for held in (before, after) if held is not None)
        old, new = _cell_position(key, before), _cell_position(key, after)
        yield key, old, new
        before = before if old is None else await anext(stored, None)
        after = after if new is None else await anext(computed, None)


def _cell_position(key: RowKey, held: _Cells | None) -> RowText | None:
    return held[1] if held is not None and held[0] == key else None


def _row_counters(row: RowText | None) -> str | None:
    return None if row is None else row[0]


def _row_store(connection: AsyncConnection, table: str) -> RowStore:
    return SqliteRows(connection, table) if connection.dialect.name == "sqlite" else PostgresRows(connection, table)
