"""Many rows in few statements on SQLite, and the wide rows so.

Every step of a statement gives up the interpreter's lock once, and a busy thread gives it back late; so one statement
for hundreds of rows lets decoding and writing go on side by side, where as many statements would take turns.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.aggregation.deltas import RowKey
from metrics_worker.cells.wide_rows import RowChanges, RowText

_WIDEST: Final = 4096
_MOST_VALUES: Final = 32_766
"""SQLite's own bound on the values of one statement, where it was not raised."""

_COLUMNS: Final = ", ".join(RowKey._fields)
_WIDTH: Final = len(RowKey._fields)
_REWRITE: Final = (
    f" ON CONFLICT (generation, {_COLUMNS}) DO UPDATE SET counters = excluded.counters, tallies = excluded.tallies"
)


async def insert_rows(
    connection: AsyncConnection, statement: str, rows: Sequence[Sequence[object]], conflict: str = ""
) -> None:
    """Run `INSERT INTO … VALUES`, which `statement` begins and `conflict` ends, for all rows."""
    if not rows:
        return
    width = len(rows[0])
    for chunk in row_chunks(rows, width):
        values = tuple(chain.from_iterable(chunk))
        await connection.exec_driver_sql(statement + value_placeholders(len(chunk), width) + conflict, values)


def row_chunks(
    rows: Collection[Sequence[object]], width: int, *, widest: int = _WIDEST
) -> Iterator[Sequence[Sequence[object]]]:
    """Runs of rows whose lengths are powers of two, so that few statements are ever prepared."""
    many = list(rows)
    most = min(widest, 1 << (_MOST_VALUES // width).bit_length() - 1)
    start = 0
    while left := len(many) - start:
        size = min(most, 1 << left.bit_length() - 1)
        yield many[start : start + size]
        start += size


@cache
def value_placeholders(rows: int, width: int) -> str:
    """`(?, ?), (?, ?)` for so many rows of so many values."""
    row = f"({', '.join('?' * width)})"
    return ", ".join([row] * rows)


class SqliteRows:
    """See `metrics_worker.cells.wide_rows.RowStore`; `table` has the columns of `cell_row`."""

    def __init__(self, connection: AsyncConnection, table: str = "cell_row") -> None:
        self._connection = connection
        self._table = table

    async def read_rows(self, generation: int, keys: Collection[RowKey]) -> Mapping[RowKey, RowText]:
        found: dict[RowKey, RowText] = {}
        for chunk in row_chunks(keys, _WIDTH):
            # A cross join keeps the order of the tables, so that each key wanted is one search of the index.
            query = (
                f"WITH wanted ({_COLUMNS}) AS (VALUES {value_placeholders(len(chunk), _WIDTH)})"  # noqa: S608 - constants
                f" SELECT {_COLUMNS}, counters, tallies FROM wanted CROSS JOIN {self._table}"
                f" USING ({_COLUMNS}) WHERE generation = ?"
            )
            result = await self._connection.exec_driver_sql(query, (*chain.from_iterable(chunk), generation))
            rows: Sequence[Sequence[str]] = result.all()
            found.update({RowKey(*row[:_WIDTH]): (row[_WIDTH], row[_WIDTH + 1]) for row in rows})
        return found

    async def write_rows(self, generation: int, changes: RowChanges) -> None:
        start = f"INSERT INTO {self._table} ({_COLUMNS}, counters, tallies, generation) VALUES "  # noqa: S608 - constants
        for rows, conflict in ((changes.added, ""), (changes.changed, _REWRITE)):
            written = [(*key, *row, generation) for key, row in rows.items()]
            await insert_rows(self._connection, start, written, conflict)
        gone = f"DELETE FROM {self._table} WHERE ({_COLUMNS}, generation) = {value_placeholders(1, _WIDTH + 1)}"  # noqa: S608 - constants
        for key in changes.removed:
            await self._connection.exec_driver_sql(gone, (*key, generation))
