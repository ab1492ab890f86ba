"""Copying the metrics database, and saying where the workers read on in another log."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.db.tables import (
    catalogue_entity,
    cell_row,
    dead_letter,
    fact,
    generation,
    parked,
    parked_partition,
    parked_source,
    voice,
)
from metrics_worker.migration.errors import DatabaseInUse
from soundings.db import Database
from soundings.db.table_copy import Progress, TableComparison, copy_tables
from soundings.log.port import TopicPartition
from soundings.log.read_marks import ReadMark

TABLES: Final = (
    catalogue_entity,
    generation,
    cell_row,
    fact,
    voice,
    dead_letter,
    parked_source,
    parked_partition,
    parked,
)
"""All but positions, which differ from log to log, and workers, which come by themselves."""

_NOBODY: Final = ""
_PUT: Final = text(
    "INSERT INTO position (topic, partition, epoch, next, owner, at, last_position, last_digest)"
    " VALUES (:topic, :partition, 0, :next, :owner, 0, :last, :digest)"
)


async def positions_of(database: Database) -> Mapping[TopicPartition, ReadMark]:
    """Up to where each partition is counted, and which record was the last."""
    async with database.read_snapshot() as connection:
        query = text("SELECT topic, partition, next, last_position, last_digest FROM position")
        rows = await connection.execute(query)
        return {(row.topic, row.partition): ReadMark(row.next, row.last_position, row.last_digest) for row in rows}


async def refuse_what_is_used(database: Database) -> None:
    """Raises `DatabaseInUse` when a worker has ever taken a partition."""
    async with database.read_snapshot() as connection:
        query = text("SELECT DISTINCT owner FROM position WHERE owner <> :nobody ORDER BY owner")
        owners = list((await connection.execute(query, {"nobody": _NOBODY})).scalars())
    if owners:
        raise DatabaseInUse(
            f"A metrics-worker ({', '.join(owners)}) uses this database already. Move into databases and topics "
            "that nobody has used yet."
        )


async def copy_worker_database(
    source: Database, target: Database, positions: Mapping[TopicPartition, ReadMark], progress: Progress
) -> Sequence[TableComparison]:
    """All tables, and the positions last, in one transaction: facts without their cells would never be counted."""

    async def read_on(connection: AsyncConnection) -> None:
        await connection.execute(text("DELETE FROM position"))
        rows = [
            {"topic": topic, "partition": partition, "owner": _NOBODY, **asdict(mark)}
            for (topic, partition), mark in sorted(positions.items())
        ]
        if rows:
            await connection.execute(_PUT, rows)

    return await copy_tables(source, target, TABLES, progress, read_on)
