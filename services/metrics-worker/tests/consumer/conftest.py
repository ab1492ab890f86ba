"""Looking into a metrics database, and emptying it."""

from sqlalchemy import delete, insert, select

from metrics_worker.aggregation.rules_version import RULES_VERSION
from metrics_worker.db.tables import cell, metadata
from soundings.db import Database

from .oracle import Cells


async def empty(database: Database) -> None:
    """The database as it was after its migration."""
    async with database.write_transaction() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(delete(table))
        await connection.execute(insert(metadata.tables["generation"]).values(id=1, current=1, rules=RULES_VERSION))


async def cells_of(database: Database) -> Cells:
    """Every cell of the generation in force."""
    current = select(metadata.tables["generation"].c.current).scalar_subquery()
    columns = (cell.c.grain, cell.c.bucket, cell.c.service, cell.c.channel, cell.c.touchpoint, cell.c.measure)
    query = select(*columns, cell.c.version, cell.c.bin, cell.c.n, cell.c.total).where(cell.c.generation == current)
    async with database.read_snapshot() as connection:
        rows = (await connection.execute(query)).all()
    found = {tuple(row[:8]): (row.n, row.total or 0) for row in rows}
    # A measure that one partition counts and another reports as zero is not a reported zero.
    counted = {key[:7] for key in found if key[7]}
    return {key: amount for key, amount in found.items() if key[7] or key[:7] not in counted}
