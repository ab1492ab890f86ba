"""Finding a subject's records in the metrics database.

Facts have no index by subject: it would cost every event something (ADR 9), and erasing a person is rare. They are
looked through in stretches of their ids instead.
"""

from typing import Final

import orjson
from sqlalchemy import func, select

from metrics_worker.store.tables import RETRACTED, fact
from metrics_worker.subjects.domain import Found, SubjectRecord
from soundings.db import Database

_KINDS: Final = ("response", "interaction")


class SqlSubjectStore:
    """See `metrics_worker.subjects.ports.SubjectStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def records(self, subject: str, after: int, span: int) -> Found:
        named = fact.c.data.contains(f'"subject":"{subject}"', autoescape=True)
        there = fact.c.state.bitwise_and(RETRACTED) == 0
        wanted = (
            select(fact.c.source_id, fact.c.kind, fact.c.record_id, fact.c.data)
            .where(fact.c.id > after, fact.c.id <= after + span, fact.c.kind.in_(_KINDS), there, named)
            .order_by(fact.c.id)
        )
        async with self._database.snapshot() as connection:
            last = (await connection.execute(select(func.max(fact.c.id)))).scalar() or 0
            found = [_record(*row) for row in await connection.execute(wanted)]
        return Found(tuple(found), after + span if after + span < last else None)


def _record(source_id: str, kind: str, record_id: str, data: str | None) -> SubjectRecord:
    said = orjson.loads(data or "{}")
    return SubjectRecord(source_id, kind, record_id, said.get("root"), said.get("agency_id", ""))
