"""The fold's transaction on SQLite: few statements with many rows each.

Every step of a statement gives up the interpreter's lock once, and a busy thread gives it back late; so one statement
for a thousand rows lets decoding and writing go on side by side, where a thousand statements would take turns.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Final

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.fold.ports import CatalogueRow, Changes, Move, RowKey, RowText
from metrics_worker.fold.sql import current_generation, fence
from metrics_worker.store.facts import Fact

_WIDEST: Final = 512
_MOST_VALUES: Final = 32_766
"""SQLite's own bound on the values of one statement, where it was not raised."""

_FACT_COLUMNS: Final = ", ".join(Fact._fields)
_FACT_SETS: Final = ", ".join(f"{name} = excluded.{name}" for name in Fact._fields if name != "key")
_ROW_COLUMNS: Final = ", ".join(RowKey._fields)
_ADD_FACTS: Final = f"INSERT INTO fact ({_FACT_COLUMNS}) VALUES "  # noqa: S608 - constants
_CHANGE_FACTS: Final = f" ON CONFLICT (key) DO UPDATE SET {_FACT_SETS}"
_WRITE_ROWS: Final = f"INSERT INTO cell_row ({_ROW_COLUMNS}, counters, tallies, generation) VALUES "  # noqa: S608 - constants
_REWRITE_ROWS: Final = (
    f" ON CONFLICT (generation, {_ROW_COLUMNS}) DO UPDATE SET counters = excluded.counters, tallies = excluded.tallies"
)
_DROP_ROW: Final = (
    f"DELETE FROM cell_row WHERE ({_ROW_COLUMNS}, generation) = (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
)
_ADD_VOICES: Final = "INSERT INTO voice (key, comments, text, language) VALUES "
_CHANGE_VOICES: Final = (
    " ON CONFLICT (key) DO UPDATE SET comments = excluded.comments, text = excluded.text, language = excluded.language"
)
_ADD_LETTERS: Final = (
    "INSERT INTO dead_letter (topic, partition, position, key, headers, value, reason, detail, at, forwarded) VALUES "
)
_PUT_ENTITIES: Final = "INSERT INTO catalogue_entity (entity, id, state, revision, agency_id, body, more) VALUES "
_NEWER_ENTITIES: Final = (
    " ON CONFLICT (entity, id) DO UPDATE SET state = excluded.state, revision = excluded.revision,"
    " agency_id = excluded.agency_id, body = excluded.body, more = excluded.more"
    " WHERE excluded.revision > catalogue_entity.revision"
)


class SqliteFoldTransaction:
    """See `metrics_worker.fold.ports.FoldTransaction`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def fence(self, moves: Sequence[Move], at: int) -> None:
        await fence(self._connection, moves, at)

    async def generation(self) -> int:
        return await current_generation(self._connection)

    async def records(self, keys: Collection[bytes]) -> Mapping[bytes, Fact]:
        return {fact.key: fact async for fact in self._facts("key", keys)}

    async def roots(self, units: Collection[bytes]) -> Mapping[bytes, Sequence[Fact]]:
        found: dict[bytes, list[Fact]] = {}
        async for fact in self._facts("unit", units):
            if fact.unit is not None:
                found.setdefault(fact.unit, []).append(fact)
        return found

    async def rows(self, generation: int, keys: Collection[RowKey]) -> Mapping[RowKey, RowText]:
        found: dict[RowKey, RowText] = {}
        for chunk in _chunks(keys, len(RowKey._fields)):
            wanted = f"WITH wanted ({_ROW_COLUMNS}) AS (VALUES {_marks(len(chunk), len(RowKey._fields))}) "
            # A cross join keeps the order of the tables, so that each key wanted is one search of the index.
            query = (
                f"SELECT {_ROW_COLUMNS}, counters, tallies FROM wanted CROSS JOIN cell_row"  # noqa: S608 - constants
                f" USING ({_ROW_COLUMNS}) WHERE generation = ?"
            )
            result = await self._connection.exec_driver_sql(wanted + query, (*chain.from_iterable(chunk), generation))
            found.update({RowKey(*key): (counters, tallies) for *key, counters, tallies in result.all()})
        return found

    async def write(self, generation: int, changes: Changes, at: int) -> None:
        await self._insert(_ADD_FACTS, changes.added)
        await self._insert(_ADD_FACTS, changes.changed, _CHANGE_FACTS)
        written = [(*key, *row, generation) for key, row in changes.rows.items() if row is not None]
        await self._insert(_WRITE_ROWS, written, _REWRITE_ROWS)
        for key, row in changes.rows.items():
            if row is None:
                await self._connection.exec_driver_sql(_DROP_ROW, (*key, generation))
        await self._write_voices(changes)
        await self._insert(_ADD_LETTERS, [(*letter, at, 0) for letter in changes.dead_letters])
        await self._write_catalogue(changes.catalogue)

    async def _write_voices(self, changes: Changes) -> None:
        if not changes.voices:
            return
        new = {fact.key for fact in changes.added}
        spoken = {
            key: (key, orjson.dumps(voice.comments).decode(), "\n".join(voice.comments.values()), voice.language)
            for key, voice in changes.voices.items()
            if voice is not None
        }
        await self._insert(_ADD_VOICES, [row for key, row in spoken.items() if key in new])
        await self._insert(_ADD_VOICES, [row for key, row in spoken.items() if key not in new], _CHANGE_VOICES)
        for key, voice in changes.voices.items():
            if voice is None:
                await self._connection.exec_driver_sql("DELETE FROM voice WHERE key = ?", (key,))

    async def _write_catalogue(self, entities: Sequence[CatalogueRow]) -> None:
        for entity in entities:
            if entity.state is None:
                gone = "DELETE FROM catalogue_entity WHERE entity = ? AND id = ?"
                await self._connection.exec_driver_sql(gone, entity[:2])
            else:
                await self._insert(_PUT_ENTITIES, [entity], _NEWER_ENTITIES)

    async def _facts(self, column: str, keys: Collection[bytes]) -> AsyncIterator[Fact]:
        for chunk in _chunks([(key,) for key in keys], 1, widest=8192):
            query = f"SELECT {_FACT_COLUMNS} FROM fact WHERE {column} IN ({_marks(1, len(chunk))[1:-1]})"  # noqa: S608
            result = await self._connection.exec_driver_sql(query, tuple(chain.from_iterable(chunk)))
            for row in result.all():
                yield Fact._make(row)

    async def _insert(self, insert: str, rows: Sequence[Sequence[object]], conflict: str = "") -> None:
        if not rows:
            return
        width = len(rows[0])
        for chunk in _chunks(rows, width):
            values = tuple(chain.from_iterable(chunk))
            await self._connection.exec_driver_sql(insert + _marks(len(chunk), width) + conflict, values)


def _chunks(
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
def _marks(rows: int, width: int) -> str:
    """`(?, ?), (?, ?)` for so many rows of so many values."""
    row = f"({', '.join('?' * width)})"
    return ", ".join([row] * rows)
