"""Revoked tokens in the catalogue's database."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Column, Row, String, Table, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue_api.entities.sql import METADATA, OUTBOX, read_connection, write_connection
from catalogue_api.token_revocations.domain import RevokedToken, revocation_id
from soundings.db import Database, UtcDateTime
from soundings.events.catalogue import TokenRevocationChanged
from soundings.events.envelope import encode_event
from soundings.events.topics import CATALOGUE
from soundings.kernel.clock import epoch_ms
from soundings.log.port import LogRecord
from soundings.telemetry.tracing import current_traceparent

REVOKED: Final = Table(
    "token_revocations",
    METADATA,
    Column("id", String, primary_key=True),
    Column("jti", String, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=False),
    Column("revoked_by", String, nullable=False),
)


class SqlRevocationWriter:
    """Revocations on one connection whose transaction holds the catalogue's lock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, jti: str) -> RevokedToken | None:
        wanted = select(REVOKED).where(REVOKED.c.id == revocation_id(jti))
        row = (await self._connection.execute(wanted)).one_or_none()
        return None if row is None else _revoked(row)

    async def count(self) -> int:
        return int((await self._connection.execute(select(func.count()).select_from(REVOKED))).scalar_one())

    async def save(self, token: RevokedToken) -> None:
        """Keep a revocation, in place of one of the same token, and announce it."""
        await self._connection.execute(delete(REVOKED).where(REVOKED.c.id == token.id))
        await self._connection.execute(insert(REVOKED).values(_row(token)))
        await self.announce([token], token.revoked_at)

    async def announce(self, tokens: Sequence[RevokedToken], at: datetime) -> None:
        """Put snapshots of revocations into the outbox."""
        records = [encode_event(token.snapshot(), current_traceparent()) for token in tokens]
        await OUTBOX.put_records(self._connection, CATALOGUE, records, at)

    async def page(self, after: str, limit: int) -> Sequence[RevokedToken]:
        """Revocations in order of their ids, from behind one."""
        wanted = select(REVOKED).where(REVOKED.c.id > after).order_by(REVOKED.c.id).limit(limit)
        return [_revoked(row) for row in await self._connection.execute(wanted)]

    async def forget_expired(self, before: datetime, at: datetime, limit: int) -> None:
        """Remove revocations of tokens that have expired, also from the log (by tombstones)."""
        wanted = select(REVOKED.c.id).where(REVOKED.c.expires_at < before).limit(limit)
        ids = list((await self._connection.execute(wanted)).scalars())
        if ids:
            await self._connection.execute(delete(REVOKED).where(REVOKED.c.id.in_(ids)))
            keys = [f"{TokenRevocationChanged.ENTITY}/{id_}".encode() for id_ in ids]
            await OUTBOX.put_records(self._connection, CATALOGUE, [LogRecord(key, None) for key in keys], at)


class SqlRevocationStore:
    """Units of work with revocations; ``committed`` is called after every commit."""

    def __init__(self, database: Database, committed: Callable[[], None]) -> None:
        self._database = database
        self._committed = committed

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[SqlRevocationWriter, None]:
        async with write_connection(self._database, self._committed) as connection:
            yield SqlRevocationWriter(connection)

    async def page(self, after: str, limit: int) -> Sequence[RevokedToken]:
        """Revocations in order of their ids, from behind one."""
        wanted = select(REVOKED).where(REVOKED.c.id > after).order_by(REVOKED.c.id).limit(limit)
        async with read_connection(self._database) as connection:
            return [_revoked(row) for row in await connection.execute(wanted)]

    async def revoked(self) -> Mapping[str, int]:
        """See :class:`soundings.access.revocations.RevocationSource`. Raises Unavailable."""
        async with read_connection(self._database) as connection:
            rows = await connection.execute(select(REVOKED.c.jti, REVOKED.c.expires_at))
            return {_readable(jti): epoch_ms(expires_at) for jti, expires_at in rows}


def _row(token: RevokedToken) -> dict[str, object]:
    return {
        "id": token.id,
        "jti": _storable(token.jti),
        "expires_at": token.expires_at,
        "revision": token.revision,
        "revoked_at": token.revoked_at,
        "revoked_by": token.revoked_by,
    }


def _revoked(row: Row[tuple[object, ...]]) -> RevokedToken:
    return RevokedToken(
        jti=_readable(row.jti),
        expires_at=row.expires_at,
        revision=row.revision,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )


def _storable(jti: str) -> str:
    """PostgreSQL keeps no NUL in text; escapes of Python's own are unambiguous, and leave plain text as it is."""
    return jti.encode("unicode_escape").decode("ascii")


def _readable(stored: str) -> str:
    return stored.encode("ascii").decode("unicode_escape")
