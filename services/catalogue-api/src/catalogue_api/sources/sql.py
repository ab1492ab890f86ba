"""Source keys in the catalogue's database."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import BigInteger, Column, Row, String, Table, delete, insert, select

from catalogue_api.entities.sql import METADATA, SqlReader, SqlWriter, read_connection, write_connection
from catalogue_api.sources.domain import StoredKey
from soundings.db import Database, UtcDateTime
from soundings.events.catalogue import EntityBody

KEYS = Table(
    "source_keys",
    METADATA,
    Column("id", String, primary_key=True),
    Column("source_id", String, nullable=False),
    Column("key_hash", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=True),
    Column("revoked_by", String, nullable=True),
    Column("label", String, nullable=True),
)


class SqlKeyReader(SqlReader):
    """A :class:`~catalogue_api.sources.ports.KeyReader`."""

    async def keys_of(self, source_id: str) -> Sequence[StoredKey]:
        wanted = select(KEYS).where(KEYS.c.source_id == source_id).order_by(KEYS.c.created_at, KEYS.c.id)
        return [_key(row) for row in await self._connection.execute(wanted)]

    async def key_page(self, after: str, limit: int) -> Sequence[StoredKey]:
        wanted = select(KEYS).where(KEYS.c.id > after).order_by(KEYS.c.id).limit(limit)
        return [_key(row) for row in await self._connection.execute(wanted)]


class SqlKeyWriter(SqlKeyReader, SqlWriter):
    """A :class:`~catalogue_api.sources.ports.KeyWriter`."""

    async def save_key(self, key: StoredKey) -> None:
        # Delete and insert is the upsert that both dialects have.
        await self._connection.execute(delete(KEYS).where(KEYS.c.id == key.id))
        await self._connection.execute(insert(KEYS).values(_row(key)))


class SqlKeyring:
    """A :class:`~catalogue_api.sources.ports.Keyring`; ``committed`` is called after every commit."""

    def __init__(
        self, database: Database, models: Mapping[str, type[EntityBody]], committed: Callable[[], None]
    ) -> None:
        self._database = database
        self._models = models
        self._committed = committed

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlKeyReader, None]:
        async with read_connection(self._database) as connection:
            yield SqlKeyReader(connection, self._models)

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[SqlKeyWriter, None]:
        async with write_connection(self._database, self._committed) as connection:
            yield SqlKeyWriter(connection, self._models)


def _row(key: StoredKey) -> dict[str, object]:
    return {
        "id": key.id,
        "source_id": key.source_id,
        "key_hash": key.key_hash,
        "revision": key.revision,
        "created_at": key.created_at,
        "created_by": key.created_by,
        "revoked_at": key.revoked_at,
        "revoked_by": key.revoked_by,
        "label": key.label,
    }


def _key(row: Row[tuple[object, ...]]) -> StoredKey:
    return StoredKey(
        id=row.id,
        source_id=row.source_id,
        key_hash=row.key_hash,
        revision=row.revision,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        label=row.label,
    )
