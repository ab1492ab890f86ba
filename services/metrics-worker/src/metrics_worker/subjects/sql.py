"""Finding a subject's records in the metrics database.

Facts have no index by subject: it would cost every event something (ADR 9), and erasing a person is rare. They are
looked through in stretches of their ids instead.
"""

from typing import Final

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.db.tables import RETRACTED, fact, parked
from metrics_worker.subjects.domain import SubjectRecord, SubjectRecordPage, parked_record
from soundings.db import Database

_PARKED: Final = 2**61
"""Where the parked records begin, behind all facts."""
_PARKED_AT_ONCE: Final = 1_000
_KINDS: Final = ("response", "interaction")


class SqlSubjectStore:
    """See `metrics_worker.subjects.ports.SubjectStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def subject_records(self, subject: str, after: int, span: int) -> SubjectRecordPage:
        named = fact.c.data.contains(f'"subject":"{subject}"', autoescape=True)
        there = fact.c.state.bitwise_and(RETRACTED) == 0
        wanted = (
            select(fact.c.source_id, fact.c.kind, fact.c.record_id, fact.c.data)
            .where(fact.c.id > after, fact.c.id <= after + span, fact.c.kind.in_(_KINDS), there, named)
            .order_by(fact.c.id)
        )
        async with self._database.read_snapshot() as connection:
            if after >= _PARKED:
                return await _among_parked(connection, subject, after - _PARKED, span)
            last = (await connection.execute(select(func.max(fact.c.id)))).scalar() or 0
            found = [_row_record(*row) for row in await connection.execute(wanted)]
            is_parked = (await connection.execute(select(parked.c.id).limit(1))).first() is not None
        end = _PARKED if is_parked else None
        return SubjectRecordPage(tuple(found), after + span if after + span < last else end)


async def _among_parked(connection: AsyncConnection, subject: str, after: int, span: int) -> SubjectRecordPage:
    """A subject's records among the next parked ones, which no fact knows of yet."""
    most = min(span, _PARKED_AT_ONCE)
    wanted = select(parked.c.id, parked.c.value).where(parked.c.id > after).order_by(parked.c.id).limit(most)
    rows = (await connection.execute(wanted)).all()
    named = [value for _, value in rows if value is not None and subject.encode() in value]
    found = [record for value in named if (record := parked_record(value, subject)) is not None]
    return SubjectRecordPage(tuple(found), _PARKED + rows[-1][0] if len(rows) == most else None)


def _row_record(source_id: str, kind: str, record_id: str, data: str | None) -> SubjectRecord:
    said = orjson.loads(data or "{}")
    return SubjectRecord(source_id, kind, record_id, said.get("root"), said.get("agency_id", ""))
