"""The catalogue in a database: one table for all kinds of entity, one each for references, versions and history."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    and_,
    delete,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue_api.entities.domain import (
    Document,
    Entity,
    EntityReference,
    EntityVersion,
    FieldChange,
    Key,
    ListFilters,
    State,
    body_document,
)
from soundings.db import Database, JsonColumn, UtcDateTime
from soundings.db.outbox import EventOutbox
from soundings.events.catalogue import CatalogueChanged, EntityBody
from soundings.events.envelope import encode_event
from soundings.events.topics import CATALOGUE
from soundings.kernel.errors import ServiceUnavailable
from soundings.telemetry.tracing import current_traceparent

METADATA = MetaData()
OUTBOX = EventOutbox(METADATA)

ENTITIES = Table(
    "entities",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("agency_id", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("body", JsonColumn, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("published", Integer, nullable=True),
    Column("sought", String, nullable=False),
)
REFERENCES = Table(
    "entity_references",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("to_kind", String, primary_key=True),
    Column("to_id", String, primary_key=True),
)
VERSIONS = Table(
    "versions",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", JsonColumn, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
)
CHANGES = Table(
    "changes",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("field", String, nullable=False),
    Column("old", JsonColumn, nullable=True),
    Column("new", JsonColumn, nullable=True),
)

_LOCK_TIMEOUT = "10s"
_AWAY_CLASSES = frozenset({"08", "53", "55", "57"})  # SQLSTATE: connection, resources, object state, operator
_NAMED = ("name", "title", "question")


class SqlReader:
    """A :class:`~catalogue_api.entities.ports.CatalogueReader` on one connection."""

    def __init__(self, connection: AsyncConnection, models: Mapping[str, type[EntityBody]]) -> None:
        self._connection = connection
        self._models = models

    async def get(self, kind: str, entity_id: str) -> Entity | None:
        row = (await self._connection.execute(_entity(kind, entity_id))).one_or_none()
        return None if row is None else self._entity(row)

    async def many(self, keys: Collection[Key]) -> Mapping[Key, Entity]:
        if not keys:
            return {}
        # Sorted, so that equal sets of keys are one statement for the cache and lock in one order.
        wanted = select(ENTITIES).where(tuple_(ENTITIES.c.kind, ENTITIES.c.id).in_(sorted(keys)))
        found = [self._entity(row) for row in await self._connection.execute(wanted)]
        return {entity.key: entity for entity in found}

    async def page(self, kind: str, filters: ListFilters, after: str, limit: int) -> Sequence[Entity]:
        wanted = select(ENTITIES).where(ENTITIES.c.kind == kind, ENTITIES.c.id > after, *_narrowed(filters))
        rows = await self._connection.execute(wanted.order_by(ENTITIES.c.id).limit(limit))
        return [self._entity(row) for row in rows]

    async def dependents(self, kind: str, entity_id: str, limit: int) -> Sequence[Entity]:
        refers = _refers_to(kind, entity_id)
        itself = and_(ENTITIES.c.kind == kind, ENTITIES.c.id == entity_id)
        wanted = select(ENTITIES).where(refers, ENTITIES.c.state == "active", ~itself)
        rows = await self._connection.execute(wanted.order_by(ENTITIES.c.kind, ENTITIES.c.id).limit(limit))
        return [self._entity(row) for row in rows]

    async def versions(self, kind: str, ids: Collection[str]) -> Sequence[EntityVersion]:
        wanted = select(VERSIONS).where(VERSIONS.c.kind == kind, VERSIONS.c.id.in_(sorted(ids)))
        rows = await self._connection.execute(wanted.order_by(VERSIONS.c.id, VERSIONS.c.number))
        return [_version(row) for row in rows]

    async def version(self, kind: str, entity_id: str, number: int) -> EntityVersion | None:
        table = VERSIONS.c
        wanted = select(VERSIONS).where(table.kind == kind, table.id == entity_id, table.number == number)
        row = (await self._connection.execute(wanted)).one_or_none()
        return None if row is None else _version(row)

    async def history(
        self, kind: str, entity_id: str, before: tuple[int, int] | None, limit: int
    ) -> Sequence[FieldChange]:
        table = CHANGES.c
        wanted = select(CHANGES).where(table.kind == kind, table.id == entity_id)
        if before is not None:
            revision, ordinal = before
            behind = and_(table.revision == revision, table.ordinal > ordinal)
            wanted = wanted.where(or_(table.revision < revision, behind))
        rows = await self._connection.execute(wanted.order_by(table.revision.desc(), table.ordinal).limit(limit))
        return [_change(row) for row in rows]

    def _entity(self, row: Row[tuple[object, ...]]) -> Entity:
        return Entity(
            kind=row.kind,
            id=row.id,
            agency_id=row.agency_id,
            revision=row.revision,
            state=cast("State", row.state),
            body=self._models[row.kind].model_validate(row.body, extra="ignore"),
            updated_at=row.updated_at,
            published=row.published,
        )


class SqlWriter(SqlReader):
    """A :class:`~catalogue_api.entities.ports.CatalogueWriter` on one connection whose transaction holds the lock."""

    async def save(
        self,
        before: Entity | None,
        after: Entity,
        references: Collection[EntityReference],
        changes: Sequence[FieldChange],
    ) -> None:
        if before is None:
            await self._connection.execute(insert(ENTITIES).values(_row(after)))
        else:
            there = update(ENTITIES).where(ENTITIES.c.kind == after.kind, ENTITIES.c.id == after.id)
            await self._connection.execute(there.values(_row(after)))
        await self._refer(after, references)
        rows = [_change_row(after, change) for change in changes]
        if rows:
            await self._connection.execute(insert(CHANGES), rows)

    async def keep_version(self, version: EntityVersion) -> None:
        table = VERSIONS.c
        place = and_(table.kind == version.kind, table.id == version.id, table.number == version.number)
        await self._connection.execute(delete(VERSIONS).where(place))
        await self._connection.execute(insert(VERSIONS).values(_version_row(version)))

    async def enqueue_event(self, *events: CatalogueChanged, at: datetime | None = None) -> None:
        if events:
            since = at or max(event.changed_at for event in events)
            await OUTBOX.put_records(
                self._connection, CATALOGUE, [encode_event(event, current_traceparent()) for event in events], since
            )

    async def _refer(self, after: Entity, references: Collection[EntityReference]) -> None:
        mine = and_(REFERENCES.c.kind == after.kind, REFERENCES.c.id == after.id)
        # Replaced as a whole: references are few, and a diff would need a read first.
        await self._connection.execute(delete(REFERENCES).where(mine))
        rows = [
            {"kind": after.kind, "id": after.id, "to_kind": kind, "to_id": entity_id}
            for kind, entity_id in sorted({reference.key for reference in references})
        ]
        if rows:
            await self._connection.execute(insert(REFERENCES), rows)


class SqlCatalogue:
    """A :class:`~catalogue_api.entities.ports.Catalogue` in a database; ``committed`` is called after every commit."""

    def __init__(
        self, database: Database, models: Mapping[str, type[EntityBody]], committed: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._models = models
        self._committed = committed

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlReader, None]:
        async with read_connection(self._database) as connection:
            yield SqlReader(connection, self._models)

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[SqlWriter, None]:
        async with write_connection(self._database, self._committed) as connection:
            yield SqlWriter(connection, self._models)


@asynccontextmanager
async def read_connection(database: Database) -> AsyncGenerator[AsyncConnection, None]:
    """A consistent view; Unavailable when the database is away."""
    async with raise_unavailable(), database.read_snapshot() as connection:
        yield connection


@asynccontextmanager
async def write_connection(database: Database, committed: Callable[[], None]) -> AsyncGenerator[AsyncConnection, None]:
    """A transaction alone with the catalogue; Unavailable when the database is away or its turn does not come."""
    async with raise_unavailable():
        async with database.write_transaction() as connection:
            if database.dialect == "postgresql":
                await connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
            # The outbox counter is the write lock of the catalogue: validation reads and the write
            # are one serial step.
            await OUTBOX.lock_counter(connection)
            yield connection
        committed()


@asynccontextmanager
async def raise_unavailable() -> AsyncGenerator[None, None]:
    """Translates connection errors of the database into Unavailable."""
    try:
        yield
    except (PoolTimeout, OSError) as error:
        raise ServiceUnavailable("The catalogue's database cannot be reached.") from error
    except DBAPIError as error:
        if not _is_away(error):
            raise
        raise ServiceUnavailable("The catalogue's database does not answer.") from error


def _is_away(error: DBAPIError) -> bool:
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return (
        isinstance(error, OperationalError | InterfaceError)
        or error.connection_invalidated
        # Other database errors are bugs and must not be reported as an outage.
        or state[:2] in _AWAY_CLASSES
    )


def _entity(kind: str, entity_id: str) -> Select[tuple[object, ...]]:
    return select(ENTITIES).where(ENTITIES.c.kind == kind, ENTITIES.c.id == entity_id)


def _narrowed(filters: ListFilters) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.state != "all":
        conditions.append(ENTITIES.c.state == filters.state)
    if filters.agency is not None:
        conditions.append(ENTITIES.c.agency_id == filters.agency)
    if filters.department is not None:
        conditions.append(_refers_to("department", filters.department))
    if filters.service is not None:
        conditions.append(_refers_to("service", filters.service))
    if filters.text:
        conditions.append(ENTITIES.c.sought.contains(_plain(filters.text), autoescape=True))
    return conditions


def _refers_to(kind: str, entity_id: str) -> ColumnElement[bool]:
    table = REFERENCES.c
    link = and_(table.kind == ENTITIES.c.kind, table.id == ENTITIES.c.id)
    return select(table.id).where(link, table.to_kind == kind, table.to_id == entity_id).exists()


def _row(entity: Entity) -> dict[str, object]:
    body = body_document(entity.body)
    return {
        "kind": entity.kind,
        "id": entity.id,
        "agency_id": entity.agency_id,
        "revision": entity.revision,
        "state": entity.state,
        "body": body,
        "updated_at": entity.updated_at,
        "published": entity.published,
        "sought": search_text(entity.id, body),
    }


def search_text(entity_id: str, body: Document) -> str:
    """The text in which lists look for ``q``: the id, and the names in every language."""
    texts = [entity_id]
    for field in _NAMED:
        value = body.get(field, "")
        texts += cast("dict[str, str]", value).values() if isinstance(value, dict) else [str(value)]
    return _plain("\n".join(texts))


def _without_nul(words: str) -> str:
    return words.replace("\0", "")  # PostgreSQL keeps no NUL in text


def _plain(words: str) -> str:
    return _without_nul(words).casefold()


def _version_row(version: EntityVersion) -> dict[str, object]:
    return {
        "kind": version.kind,
        "id": version.id,
        "number": version.number,
        "body": version.body,
        "at": version.at,
        "who": version.who,
    }


def _version(row: Row[tuple[object, ...]]) -> EntityVersion:
    return EntityVersion(row.kind, row.id, row.number, row.body, row.at, row.who)


def _change_row(after: Entity, change: FieldChange) -> dict[str, object]:
    return {
        "kind": after.kind,
        "id": after.id,
        "revision": change.revision,
        "ordinal": change.ordinal,
        "at": change.at,
        "who": change.who,
        "field": _without_nul(change.field),
        "old": change.old,
        "new": change.new,
    }


def _change(row: Row[tuple[object, ...]]) -> FieldChange:
    return FieldChange(row.at, row.who, row.revision, row.ordinal, row.field, row.old, row.new)
