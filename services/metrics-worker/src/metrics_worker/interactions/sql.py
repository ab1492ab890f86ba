"""Listing interaction records from the metrics database.

Facts have no index for it: it would cost every event something (ADR 9), and exports are rare. They are looked through
in stretches of their ids instead, in the order in which the records came first.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.catalogue_view.sql import CatalogueViewReader
from metrics_worker.db.tables import EMPTY, RETRACTED, fact
from metrics_worker.interactions.domain import InteractionSearch, StoredInteraction
from metrics_worker.interactions.ports import FactStretch, InteractionSnapshot
from soundings.db import Database

_COLUMNS: Final = (
    fact.c.id,
    fact.c.record_id,
    fact.c.source_id,
    fact.c.service,
    fact.c.channel,
    fact.c.occurred_at,
    fact.c.data,
)


class SqlInteractionStore:
    """See `metrics_worker.interactions.ports.InteractionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._structure = CatalogueViewReader()

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[InteractionSnapshot]:
        async with self._database.read_snapshot() as connection:
            yield SqlInteractionSnapshot(connection, self._structure)


class SqlInteractionSnapshot:
    """One read transaction."""

    def __init__(self, connection: AsyncConnection, structure: CatalogueViewReader) -> None:
        self._connection = connection
        self._structure = structure

    async def structure(self) -> CatalogueView:
        return await self._structure.read_view(self._connection)

    async def stretch(self, search: InteractionSearch, after: int, span: int) -> FactStretch:
        wanted = select(
            fact.c.id,
            fact.c.record_id,
            fact.c.source_id,
            fact.c.service,
            fact.c.channel,
            fact.c.occurred_at,
            fact.c.data,
        ).where(
            fact.c.id > after,
            fact.c.id <= after + span,
            fact.c.kind == "interaction",
            fact.c.state.bitwise_and(RETRACTED | EMPTY) == 0,
        )
        if search.service is not None:
            wanted = wanted.where(fact.c.service == search.service)
        if search.channel is not None:
            wanted = wanted.where(fact.c.channel == search.channel)
        last = (await self._connection.execute(select(func.max(fact.c.id)))).scalar() or 0
        rows = await self._connection.execute(wanted.order_by(fact.c.id))
        records = [
            StoredInteraction(id_, record_id, source, service, channel, occurred_at, data or "{}")
            for id_, record_id, source, service, channel, occurred_at, data in rows
        ]
        return FactStretch(records, after + span if after + span < last else None)
