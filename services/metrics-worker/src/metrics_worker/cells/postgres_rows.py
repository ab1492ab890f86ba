"""The wide rows on PostgreSQL, each way in one statement with arrays."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.aggregation.deltas import RowKey
from metrics_worker.cells.wide_rows import RowChanges, RowText

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Driver = Connection[Record]

_COLUMNS: Final = ", ".join(RowKey._fields)
_ALL: Final = ("generation", *RowKey._fields, "counters", "tallies")
_OF_ROW: Final = ", ".join(f"row.{name}" for name in RowKey._fields)
_OF_NEW: Final = ", ".join(f"new.{name}" for name in RowKey._fields)
_WIDTH: Final = len(RowKey._fields)
_ARRAYS: Final = ", ".join(f"${number}::text[]" for number in range(2, _WIDTH + 2))


async def driver_of(connection: AsyncConnection) -> "Driver":
    """The driver's own connection, within the transaction that SQLAlchemy has begun by an earlier statement."""
    return cast("Driver", (await connection.get_raw_connection()).driver_connection)


class PostgresRows:
    """See `metrics_worker.cells.wide_rows.RowStore`; `table` has the columns of `cell_row`."""

    def __init__(self, connection: AsyncConnection, table: str = "cell_row") -> None:
        self._connection = connection
        self._read = (
            f"SELECT {_COLUMNS}, counters, tallies FROM {table}"  # noqa: S608 - constants
            f" JOIN unnest({_ARRAYS}) AS wanted ({_COLUMNS}) USING ({_COLUMNS}) WHERE generation = $1"
        )
        self._table = table
        self._change = (
            f"UPDATE {table} AS row SET counters = new.counters, tallies = new.tallies"  # noqa: S608 - constants
            f" FROM unnest({_ARRAYS}, $8::text[], $9::text[]) AS new ({_COLUMNS}, counters, tallies)"
            f" WHERE row.generation = $1 AND ({_OF_ROW}) = ({_OF_NEW})"
        )
        self._drop = f"DELETE FROM {table} WHERE generation = $1 AND ({_COLUMNS}) IN (SELECT * FROM unnest({_ARRAYS}))"  # noqa: S608 - constants

    async def read_rows(self, generation: int, keys: Collection[RowKey]) -> Mapping[RowKey, RowText]:
        driver = await driver_of(self._connection)
        found = await driver.fetch(self._read, generation, *_key_columns(keys))
        return {RowKey(*row[:_WIDTH]): (row[_WIDTH], row[_WIDTH + 1]) for row in map(tuple, found)}

    async def write_rows(self, generation: int, changes: RowChanges) -> None:
        driver = await driver_of(self._connection)
        if changes.added:
            added = [(generation, *key, *row) for key, row in changes.added.items()]
            await driver.copy_records_to_table(self._table, records=added, columns=_ALL)
        if changes.changed:
            counters, tallies = zip(*changes.changed.values(), strict=True)
            await driver.execute(self._change, generation, *_key_columns(changes.changed), counters, tallies)
        if changes.removed:
            await driver.execute(self._drop, generation, *_key_columns(changes.removed))


def _key_columns(keys: Collection[RowKey]) -> list[list[str]]:
    return [list(column) for column in zip(*keys, strict=True)]
