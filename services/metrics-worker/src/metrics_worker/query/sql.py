"""Reading cells from the metrics database.

Rows are wide: one holds all measures of a place, so most of a row is of no interest. Cutting the wanted part out of the
text before decoding it is several times faster than decoding rows, or than JSON functions of the database.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import orjson
from sqlalchemy import ColumnElement, Row, Select, and_, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.catalogue_view.sql import CatalogueViewReader
from metrics_worker.db.tables import cell_row, generation, parked_partition, position
from metrics_worker.query.domain.grain_plan import GrainSpan
from metrics_worker.query.domain.summation import Bins, CellReading
from metrics_worker.query.ports import CellFilter, CellSnapshot, FoldProgress
from soundings.db import Database
from soundings.events.topics import MEASURED

TALLY_SHARD: Final = "t"
_MEASURED: Final = tuple(topic.name for topic in MEASURED)
_INLINE_ROWS: Final = 200
_MOST_SERVICES: Final = 1000

_Cells = Row[str, str, str, str, str, str, str]


class SqlCellStore:
    """The metrics store in SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._structure = CatalogueViewReader()

    @asynccontextmanager
    async def open_snapshot(self) -> AsyncGenerator[CellSnapshot]:
        async with self._database.read_snapshot() as connection:
            yield SqlCellSnapshot(connection, self._structure)


class SqlCellSnapshot:
    """One read transaction."""

    def __init__(self, connection: AsyncConnection, structure: CatalogueViewReader) -> None:
        self._connection = connection
        self._structure = structure

    async def fold_progress(self) -> FoldProgress:
        parked = select(func.coalesce(func.sum(parked_partition.c.records), 0)).scalar_subquery().label("parked")
        columns = (
            generation.c.current,
            parked,
            position.c.topic,
            position.c.partition,
            position.c.next,
            position.c.at,
            position.c.log_mismatch,
        )
        together = generation.outerjoin(position, position.c.topic.in_(_MEASURED))
        rows = (await self._connection.execute(select(*columns).select_from(together))).all()
        reached = [row for row in rows if row.topic is not None]
        next_ = {(row.topic, row.partition): row.next for row in reached}
        through = max((row.at for row in reached), default=None)
        log_fits = all(row.log_mismatch is None for row in reached)
        return FoldProgress(rows[0].current, next_, through, log_fits, int(rows[0].parked))

    async def catalogue_view(self) -> CatalogueView:
        return await self._structure.read_view(self._connection)

    async def read_lines(self, wanted: CellFilter) -> Sequence[CellReading]:
        if not wanted.spans or not wanted.services:
            return ()
        found: list[CellReading] = []
        for start in range(0, len(wanted.services), _MOST_SERVICES):
            services = wanted.services[start : start + _MOST_SERVICES]
            statement = union_all(*(_cell_statement(span, services, wanted) for span in wanted.spans))
            rows: Sequence[_Cells] = (await self._connection.execute(statement)).all()
            if len(rows) <= _INLINE_ROWS:
                found.extend(_cell_lines(rows, wanted))
            else:  # a wide answer is decoded beside the loop, which has others to serve
                found.extend(await asyncio.to_thread(_cell_lines, rows, wanted))
        return found


def _cell_statement(
    span: GrainSpan, services: Sequence[str], wanted: CellFilter
) -> Select[str, str, str, str, str, str, str]:
    table = cell_row.c
    shards = frozenset(TALLY_SHARD) if span.tallies else wanted.shards
    conditions: list[ColumnElement[bool]] = [
        table.generation == wanted.generation,
        table.grain == span.grain,
        table.service.in_(services),
        table.bucket >= span.first,
        table.bucket < span.after,
    ]
    if shards is not None:
        conditions.append(func.substr(table.shard, 1, 1).in_(sorted(shards)))
    if wanted.channel is not None:
        conditions.append(table.channel == wanted.channel)
    if wanted.touchpoint is not None:
        conditions.append(table.touchpoint == wanted.touchpoint)
    columns = (table.grain, table.bucket, table.service, table.channel, table.touchpoint, table.shard, table.counters)
    return select(*columns).where(and_(*conditions))


def _cell_lines(rows: Iterable[_Cells], wanted: CellFilter) -> list[CellReading]:
    found: list[CellReading] = []
    marks = [(f'"{measure}@{version}":{{', measure, version) for measure, version in sorted(wanted.measures)]
    for grain, bucket, service, channel, touchpoint, shard, counters in rows:
        for mark, measure, version in marks:
            at = counters.find(mark)
            if at >= 0:
                bins = bins_at(counters, at, len(mark) - 1)
                tally = shard[0] == TALLY_SHARD
                found.append(CellReading(grain, bucket, service, channel, touchpoint, tally, measure, version, bins))
    return found


def bins_at(counters: str, at: int, width: int) -> Bins:
    """The bins of the measure whose name starts at ``at`` and is ``width`` long with its colon.

    A quotation mark inside a name is escaped, so a measure followed by ``:{`` occurs once. A brace inside the name of a
    bin cuts the bins short, which leaves a string open and cannot be parsed; then the whole row is parsed.
    """
    start = at + width
    try:
        bins: Bins = orjson.loads(counters[start : counters.index("}", start) + 1])
    except orjson.JSONDecodeError:
        whole: dict[str, Bins] = orjson.loads(counters)
        return whole[counters[at + 1 : start - 2]]
    return bins
