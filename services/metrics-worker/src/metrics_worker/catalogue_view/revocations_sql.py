"""Revoked staff tokens as the metrics database knows them from the catalogue."""

from collections.abc import Mapping

from pydantic import ValidationError
from sqlalchemy import select

from metrics_worker.db.tables import catalogue_entity
from soundings.db import Database, DatabaseFailed
from soundings.events.catalogue import TokenRevocation, TokenRevocationChanged
from soundings.kernel.clock import epoch_ms
from soundings.kernel.errors import ServiceUnavailable


class SqlRevocations:
    """See `soundings.access.revocations.RevocationSource`. Behind the log, but there while the log is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def revoked(self) -> Mapping[str, int]:
        table = catalogue_entity.c
        wanted = select(table.body).where(table.entity == TokenRevocationChanged.ENTITY, table.state == "active")
        try:
            async with self._database.read_snapshot() as connection:
                bodies = [body for (body,) in await connection.execute(wanted)]
            found = [TokenRevocation.model_validate(body, extra="ignore") for body in bodies]
        except (DatabaseFailed, ValidationError) as error:
            raise ServiceUnavailable("the revoked tokens in the database cannot be read") from error
        return {one.jti: epoch_ms(one.expires_at) for one in found}
