"""Parking in SQLite and PostgreSQL.

Every batch takes a read lock on the set of parked sources, so that no source is resumed while its records are being
parked. Records of a partition are written and removed only under the fence of that partition; retention is the
exception, since it removes only records that will never be counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.consumer.parking_state import NOTHING_PARKED, Backlog, ParkingState
from metrics_worker.consumer.ports import ParkedRecord
from metrics_worker.db.parked_rows import count_down
from metrics_worker.db.tables import parked, parked_partition
from soundings.log.header_codec import unpack_headers
from soundings.log.port import StoredRecord

_LOCK: Final = text("SELECT pg_advisory_xact_lock(1399813486, -2)")
"""The first number is the fold's own; slots and tallies have the others that go with it."""
_SOURCES: Final = "SELECT source, resuming FROM parked_source ORDER BY source"
_PARK: Final = text(
    "INSERT INTO parked_source (source, since, reason, resuming) VALUES (:source, :since, :reason, :resuming)"
    " ON CONFLICT (source) DO NOTHING"
)
_COUNT_UP: Final = text(
    "INSERT INTO parked_partition (source, topic, partition, records) VALUES (:source, :topic, :partition, :records)"
    " ON CONFLICT (source, topic, partition) DO UPDATE SET records = parked_partition.records + excluded.records"
)
_CHUNK: Final = 1_000


async def read_state(connection: AsyncConnection, *, lock: bool = False) -> ParkingState:
    """Which sources are parked; one small query as long as none is."""
    share = " FOR SHARE" if lock and connection.dialect.name == "postgresql" else ""
    sources = (await connection.execute(text(_SOURCES + share))).all()
    if not sources:
        return NOTHING_PARKED
    columns = (parked_partition.c.source, parked_partition.c.topic, parked_partition.c.partition)
    rows = await connection.execute(select(*columns, parked_partition.c.records))
    return ParkingState(
        frozenset(row.source for row in sources if not row.resuming),
        frozenset(row.source for row in sources if row.resuming),
        {Backlog(source, topic, partition): records for source, topic, partition, records in rows},
    )


async def end_resuming(connection: AsyncConnection) -> Sequence[str]:
    """Delete the sources that are resuming and have no parked records left; returns them.

    Takes the lock before it reads, so that it waits for every transaction that parks by the previous state.
    """
    resuming = text("SELECT source FROM parked_source WHERE resuming ORDER BY source")
    if connection.dialect.name == "postgresql":
        resuming = text("SELECT source FROM parked_source WHERE resuming ORDER BY source FOR UPDATE")
    sources = list((await connection.execute(resuming)).scalars())
    if not sources:
        return []
    left = select(parked_partition.c.source).where(parked_partition.c.source.in_(sources)).distinct()
    held = set((await connection.execute(left)).scalars())
    done = [source for source in sources if source not in held]
    gone = text("DELETE FROM parked_source WHERE source IN :done").bindparams(bindparam("done", expanding=True))
    if done:
        await connection.execute(gone, {"done": done})
    return done


class SqlParking:
    """See `metrics_worker.consumer.ports.ParkingStore`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def state(self) -> ParkingState:
        return await read_state(self._connection, lock=True)

    async def lock(self) -> None:
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(_LOCK)

    async def park(self, sources: Mapping[str, str], at: int) -> None:
        for source, reason in sorted(sources.items()):
            row = {"source": source, "since": at, "reason": reason, "resuming": False}
            await self._connection.execute(_PARK, row)

    async def add(self, records: Sequence[ParkedRecord]) -> None:
        for start in range(0, len(records), _CHUNK):
            rows = [{**record._asdict(), "trimmed": False} for record in records[start : start + _CHUNK]]
            await self._connection.execute(insert(parked), rows)
        counted = Counter(Backlog(record.source, record.topic, record.partition) for record in records)
        for backlog, number in sorted(counted.items()):
            await self._connection.execute(_COUNT_UP, {**backlog._asdict(), "records": number})

    async def oldest(self, backlog: Backlog, most: int) -> Sequence[tuple[int, StoredRecord]]:
        first = select(
            parked.c.id, parked.c.position, parked.c.key, parked.c.value, parked.c.headers, parked.c.at
        ).where(*_of(backlog))
        rows = await self._connection.execute(first.order_by(parked.c.id).limit(most))
        return [
            (id_, StoredRecord(backlog.topic, backlog.partition, position, key, value, unpack_headers(headers), at))
            for id_, position, key, value, headers, at in rows
        ]

    async def remove(self, backlog: Backlog, through: int) -> None:
        gone = await self._connection.execute(delete(parked).where(*_of(backlog), parked.c.id <= through))
        await count_down(self._connection, *backlog, gone.rowcount)


def _of(backlog: Backlog) -> tuple[ColumnElement[bool], ...]:
    return (
        parked.c.source == backlog.source,
        parked.c.topic == backlog.topic,
        parked.c.partition == backlog.partition,
    )
