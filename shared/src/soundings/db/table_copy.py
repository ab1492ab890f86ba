"""Copying whole tables from one database into another of the same shape, and comparing what both hold."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import Boolean, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from soundings.db.engine import Database

if TYPE_CHECKING:
    from asyncpg import Connection, Record

Row = tuple[object, ...]
Progress = Callable[[int, int], None]
"""Told now and then how many steps are done, of how many."""
Finish = Callable[[AsyncConnection], Awaitable[None]]

_PAGE: Final = 5_000
# The digest is a sum of row hashes modulo 2**128, which does not depend on the order of rows.
_ROUND: Final = 1 << 128


@dataclass(frozen=True, slots=True)
class TableDigest:
    """What a table holds: how many rows, and a number that is the same for the same rows in any order."""

    rows: int
    digest: int


@dataclass(frozen=True, slots=True)
class TableComparison:
    """One table here and there."""

    table: str
    source: TableDigest
    target: TableDigest

    @property
    def is_equal(self) -> bool:
        return self.source == self.target


async def copy_tables(
    source: Database, target: Database, tables: Sequence[Table], progress: Progress, finish: Finish | None = None
) -> Sequence[TableComparison]:
    """Make tables of a PostgreSQL database hold exactly what those of the source hold, and compare afterwards.

    What differs is replaced in one transaction, in which ``finish`` is called last: if interrupted, the target is
    unchanged. Neither database may have other writers meanwhile.
    """
    steps = _CopyProgress(2 * await _count_rows(source, tables), progress)
    here = [await _table_digest(source, table, steps.add_steps) for table in tables]
    there = [await _table_digest(target, table) for table in tables]
    async with target.write_transaction() as connection:
        for table, wanted, found in zip(tables, here, there, strict=True):
            if wanted != found:
                await _replace_rows(source, connection, table)
        if finish is not None:
            await finish(connection)
    copied = [await _table_digest(target, table, steps.add_steps) for table in tables]
    return [TableComparison(table.name, *both) for table, *both in zip(tables, here, copied, strict=True)]


class _CopyProgress:
    def __init__(self, total: int, progress: Progress) -> None:
        self._done, self._total, self._progress = 0, total, progress
        progress(0, total)

    def add_steps(self, steps: int) -> None:
        self._done += steps
        self._progress(self._done, self._total)


async def _count_rows(database: Database, tables: Sequence[Table]) -> int:
    async with database.read_snapshot() as connection:
        counts = [await connection.execute(text(f'SELECT count(*) FROM "{table.name}"')) for table in tables]  # noqa: S608 - names of tables
        return sum(int(count.scalar_one()) for count in counts)


async def _table_digest(database: Database, table: Table, add: Callable[[int], None] = lambda _: None) -> TableDigest:
    rows, digest = 0, 0
    async for page in _iterate_pages(database, table):
        for row in page:
            digest += int.from_bytes(blake2b(repr(row).encode(), digest_size=16).digest())
        rows += len(page)
        add(len(page))
    return TableDigest(rows, digest % _ROUND)


async def _replace_rows(source: Database, connection: AsyncConnection, table: Table) -> None:
    await connection.execute(text(f'TRUNCATE TABLE "{table.name}"'))
    # COPY through asyncpg is many times faster than INSERT.
    driver = cast("Connection[Record]", (await connection.get_raw_connection()).driver_connection)
    async for page in _iterate_pages(source, table):
        await driver.copy_records_to_table(table.name, records=page, columns=_column_names(table))
    await _go_on_numbering(connection, table)


async def _go_on_numbering(connection: AsyncConnection, table: Table) -> None:
    """Let the database number new rows behind those that came with their numbers."""
    numbered = table.autoincrement_column
    if numbered is not None:
        last = f'(SELECT max("{numbered.name}") FROM "{table.name}")'  # noqa: S608 - names of our own
        await connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table.name}', '{numbered.name}'), {last})")
        )


async def _iterate_pages(database: Database, table: Table) -> AsyncGenerator[list[Row]]:
    """All rows of a table as the driver gives them, some at a time."""
    booleans = [index for index, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    columns = ", ".join(f'"{name}"' for name in _column_names(table))
    query = text(f'SELECT {columns} FROM "{table.name}"')  # noqa: S608 - names of our own
    async with database.read_snapshot() as connection:
        result = await connection.stream(query)
        async for page in result.partitions(_PAGE):
            yield [_converted_row(row, booleans) for row in page]


def _converted_row(row: Sequence[object], booleans: Sequence[int]) -> Row:
    """SQLite keeps true and false as numbers."""
    if not booleans:
        return tuple(row)
    values = list(row)
    for index in booleans:
        values[index] = bool(values[index])
    return tuple(values)


def _column_names(table: Table) -> list[str]:
    return [column.name for column in table.columns]
