"""The fold's transaction on SQLite."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from itertools import chain
from typing import Final

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.aggregation.facts import StoredFact
from metrics_worker.cells.sqlite_rows import SqliteRows, insert_rows, row_chunks, value_placeholders
from metrics_worker.consumer.parking_sql import SqlParking
from metrics_worker.consumer.ports import BatchChanges, CatalogueRow, Generation, OffsetAdvance
from metrics_worker.consumer.sql import advance_positions, locked_generation

_FACT_COLUMNS: Final = ", ".join(StoredFact._fields)
_FACT_SETS: Final = ", ".join(f"{name} = excluded.{name}" for name in StoredFact._fields if name != "key")
_ADD_FACTS: Final = f"INSERT INTO fact ({_FACT_COLUMNS}) VALUES "  # noqa: S608 - constants
_CHANGE_FACTS: Final = f" ON CONFLICT (key) DO UPDATE SET {_FACT_SETS}"
_ADD_VOICES: Final = "INSERT INTO voice (key, comments, text, language) VALUES "
_CHANGE_VOICES: Final = (
    " ON CONFLICT (key) DO UPDATE SET comments = excluded.comments, text = excluded.text, language = excluded.language"
)
_ADD_LETTERS: Final = (
    "INSERT INTO dead_letter (topic, partition, position, key, headers, value, reason, detail, source, at, forwarded)"
    " VALUES "
)
_PUT_ENTITIES: Final = "INSERT INTO catalogue_entity (entity, id, state, revision, agency_id, body, more) VALUES "
_NEWER_ENTITIES: Final = (
    " ON CONFLICT (entity, id) DO UPDATE SET state = excluded.state, revision = excluded.revision,"
    " agency_id = excluded.agency_id, body = excluded.body, more = excluded.more"
    " WHERE excluded.revision > catalogue_entity.revision"
)


class SqliteFoldTransaction:
    """See `metrics_worker.consumer.ports.FoldTransaction`."""

    def __init__(self, connection: AsyncConnection, _slot: int) -> None:
        self._connection = connection
        self.row_store = SqliteRows(connection)
        self.removed = False
        self.parking = SqlParking(connection)

    async def advance_positions(self, moves: Sequence[OffsetAdvance], at: int) -> None:
        await advance_positions(self._connection, moves, at)

    async def current_generation(self) -> Generation:
        return await locked_generation(self._connection)

    async def claim_slot(self, families: Collection[str]) -> int:  # noqa: ARG002 - a file has one writer at a time
        return 0

    async def facts_by_key(self, keys: Collection[bytes]) -> Mapping[bytes, StoredFact]:
        return {fact.key: fact async for fact in self._read_facts("key", keys)}

    async def facts_by_root(self, units: Collection[bytes]) -> Mapping[bytes, Sequence[StoredFact]]:
        found: dict[bytes, list[StoredFact]] = {}
        async for fact in self._read_facts("unit", units):
            if fact.unit is not None:
                found.setdefault(fact.unit, []).append(fact)
        return found

    async def write_changes(self, changes: BatchChanges, at: int) -> None:
        await insert_rows(self._connection, _ADD_FACTS, changes.added)
        await insert_rows(self._connection, _ADD_FACTS, changes.changed, _CHANGE_FACTS)
        await self._write_voices(changes)
        await insert_rows(self._connection, _ADD_LETTERS, [(*letter, at, 0) for letter in changes.dead_letters])
        await self._write_catalogue(changes.catalogue)

    async def _write_voices(self, changes: BatchChanges) -> None:
        if not changes.voices:
            return
        new = {fact.key for fact in changes.added}
        spoken = {
            key: (key, orjson.dumps(voice.comments).decode(), "\n".join(voice.comments.values()), voice.language)
            for key, voice in changes.voices.items()
            if voice is not None
        }
        added = [row for key, row in spoken.items() if key in new]
        again = [row for key, row in spoken.items() if key not in new]
        await insert_rows(self._connection, _ADD_VOICES, added)
        await insert_rows(self._connection, _ADD_VOICES, again, _CHANGE_VOICES)
        self.removed = self.removed or bool(again) or None in changes.voices.values()
        for key, voice in changes.voices.items():
            if voice is None:
                await self._connection.exec_driver_sql("DELETE FROM voice WHERE key = ?", (key,))

    async def _write_catalogue(self, entities: Sequence[CatalogueRow]) -> None:
        for entity in entities:
            if entity.state is None:
                gone = "DELETE FROM catalogue_entity WHERE entity = ? AND id = ?"
                await self._connection.exec_driver_sql(gone, entity[:2])
            else:
                await insert_rows(self._connection, _PUT_ENTITIES, [entity], _NEWER_ENTITIES)

    async def _read_facts(self, column: str, keys: Collection[bytes]) -> AsyncIterator[StoredFact]:
        for chunk in row_chunks([(key,) for key in keys], 1, widest=8192):
            query = f"SELECT {_FACT_COLUMNS} FROM fact WHERE {column} IN ({value_placeholders(1, len(chunk))[1:-1]})"  # noqa: S608
            result = await self._connection.exec_driver_sql(query, tuple(chain.from_iterable(chunk)))
            for row in result:
                yield StoredFact._make(row)
