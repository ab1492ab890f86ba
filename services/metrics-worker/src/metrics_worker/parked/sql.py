"""Parked sources in the metrics database."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select, update

from metrics_worker.catalogue_view.agency_reach import AgencyReach
from metrics_worker.db.senders_sql import sent_within
from metrics_worker.db.tables import parked_partition, parked_source
from metrics_worker.parked.domain import ParkedSource
from soundings.db import Database


class SqlParkedSourceStore:
    """See `metrics_worker.parked.ports.ParkedSourceStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def every(self, reach: AgencyReach) -> Sequence[ParkedSource]:
        async with self._database.read_snapshot() as connection:
            return [ParkedSource(*row) for row in await connection.execute(_parked(reach))]

    async def resume(self, source: str, reach: AgencyReach) -> ParkedSource | None:
        table = parked_source.c
        go_on = update(parked_source).where(table.source == source, sent_within(table.source, reach.agency))
        async with self._database.write_transaction() as connection:
            if not (await connection.execute(go_on.values(resuming=True))).rowcount:
                return None
            (row,) = (await connection.execute(_parked(reach).where(table.source == source))).all()
            return ParkedSource(*row)


def _parked(reach: AgencyReach) -> Select[str, int, str, int, bool]:
    table = parked_source.c
    records = (
        select(func.coalesce(func.sum(parked_partition.c.records), 0))
        .where(parked_partition.c.source == table.source)
        .scalar_subquery()
    )
    wanted = select(table.source, table.since, table.reason, records, table.resuming)
    return wanted.where(sent_within(table.source, reach.agency)).order_by(table.source)
