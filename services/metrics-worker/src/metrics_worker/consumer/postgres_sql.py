"""The fold's transaction on PostgreSQL: arrays to look up, COPY to add, one statement for all rows.

It speaks to the driver itself within SQLAlchemy's transaction, because COPY and arrays of one type are the driver's.
The transaction begins with the fence, which goes through SQLAlchemy.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.aggregation.facts import TALLIES, StoredFact
from metrics_worker.cells.postgres_rows import PostgresRows, driver_of
from metrics_worker.consumer.parking_sql import SqlParking
from metrics_worker.consumer.ports import BatchChanges, CatalogueRow, Generation, OffsetAdvance
from metrics_worker.consumer.sql import advance_positions, locked_generation

if TYPE_CHECKING:
    from metrics_worker.cells.postgres_rows import Driver

_LOCK: Final = "SELECT pg_advisory_xact_lock(1399813486, $1)"
"""Of a slot, since two workers may think it theirs while one comes or goes; the first number is the fold's own."""
_TALLY_LOCK: Final = -1
_FACT_COLUMNS: Final = ", ".join(StoredFact._fields)
_FACT_MARKS: Final = ", ".join(f"${number}" for number in range(1, len(StoredFact._fields) + 1))
_FACT_SETS: Final = ", ".join(f"{name} = excluded.{name}" for name in StoredFact._fields if name != "key")
_CHANGE_FACT: Final = (
    f"INSERT INTO fact ({_FACT_COLUMNS}) VALUES ({_FACT_MARKS}) ON CONFLICT (key) DO UPDATE SET {_FACT_SETS}"  # noqa: S608 - constants
)
_FACTS_BY: Final = {
    column: f"SELECT {_FACT_COLUMNS} FROM fact WHERE {column} = ANY($1::bytea[])"  # noqa: S608 - constants
    for column in ("key", "unit")
}
_CHANGE_VOICE: Final = (
    "INSERT INTO voice (key, comments, text, language) VALUES ($1, $2, $3, $4) ON CONFLICT (key)"
    " DO UPDATE SET comments = excluded.comments, text = excluded.text, language = excluded.language"
)
_PUT_ENTITY: Final = (
    "INSERT INTO catalogue_entity (entity, id, state, revision, agency_id, body, more)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (entity, id) DO UPDATE SET state = excluded.state,"
    " revision = excluded.revision, agency_id = excluded.agency_id, body = excluded.body, more = excluded.more"
    " WHERE excluded.revision > catalogue_entity.revision"
)
_VOICE_COLUMNS: Final = ("key", "comments", "text", "language")
_LETTER_COLUMNS: Final = (
    "topic", "partition", "position", "key", "headers", "value", "reason", "detail", "source", "at",
    "forwarded",
)  # fmt: skip


class PostgresFoldTransaction:
    """See `metrics_worker.consumer.ports.FoldTransaction`; `fence` comes first."""

    removed = False  # dead rows are the server's to clear away

    def __init__(self, connection: AsyncConnection, slot: int) -> None:
        self._connection = connection
        self._slot = slot
        self.row_store = PostgresRows(connection)
        self.parking = SqlParking(connection)

    async def advance_positions(self, moves: Sequence[OffsetAdvance], at: int) -> None:
        await advance_positions(self._connection, moves, at)

    async def current_generation(self) -> Generation:
        return await locked_generation(self._connection)

    async def claim_slot(self, families: Collection[str]) -> int:
        driver = await driver_of(self._connection)
        await driver.execute(_LOCK, self._slot)
        if TALLIES in families:
            await driver.execute(_LOCK, _TALLY_LOCK)
        return self._slot

    async def facts_by_key(self, keys: Collection[bytes]) -> Mapping[bytes, StoredFact]:
        return {fact.key: fact for fact in await self._read_facts("key", keys)}

    async def facts_by_root(self, units: Collection[bytes]) -> Mapping[bytes, Sequence[StoredFact]]:
        found: dict[bytes, list[StoredFact]] = {}
        for fact in await self._read_facts("unit", units):
            if fact.unit is not None:
                found.setdefault(fact.unit, []).append(fact)
        return found

    async def write_changes(self, changes: BatchChanges, at: int) -> None:
        driver = await driver_of(self._connection)
        if changes.added:
            await driver.copy_records_to_table("fact", records=changes.added, columns=StoredFact._fields)
        if changes.changed:
            await driver.executemany(_CHANGE_FACT, changes.changed)
        if changes.voices:
            await _write_voices(driver, changes)
        if changes.dead_letters:
            letters = [(*letter, at, False) for letter in changes.dead_letters]
            await driver.copy_records_to_table("dead_letter", records=letters, columns=_LETTER_COLUMNS)
        for entity in changes.catalogue:
            await _write_entity(driver, entity)

    async def _read_facts(self, column: str, keys: Collection[bytes]) -> list[StoredFact]:
        driver = await driver_of(self._connection)
        return [StoredFact(*row) for row in map(tuple, await driver.fetch(_FACTS_BY[column], list(keys)))]


async def _write_voices(driver: "Driver", changes: BatchChanges) -> None:
    new = {fact.key for fact in changes.added}
    spoken = [
        (key, orjson.dumps(voice.comments).decode(), "\n".join(voice.comments.values()), voice.language)
        for key, voice in changes.voices.items()
        if voice is not None
    ]
    added = [row for row in spoken if row[0] in new]
    await driver.copy_records_to_table("voice", records=added, columns=_VOICE_COLUMNS)
    if len(added) < len(spoken):
        await driver.executemany(_CHANGE_VOICE, [row for row in spoken if row[0] not in new])
    if erased := [key for key, voice in changes.voices.items() if voice is None]:
        await driver.execute("DELETE FROM voice WHERE key = ANY($1::bytea[])", erased)


async def _write_entity(driver: "Driver", entity: CatalogueRow) -> None:
    if entity.state is None:
        await driver.execute("DELETE FROM catalogue_entity WHERE entity = $1 AND id = $2", *entity[:2])
    else:
        await driver.execute(_PUT_ENTITY, *entity)
