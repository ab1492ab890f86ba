"""Reading facts, texts and keys of sources for a comparison."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.aggregation.facts import StoredFact
from metrics_worker.comparisons.domain import Statement
from metrics_worker.comparisons.ports import ComparisonSnapshot
from metrics_worker.db.tables import catalogue_entity, fact, position, voice
from metrics_worker.retention.domain import retention_cutoffs
from metrics_worker.retention.ports import RetentionStore
from soundings.db import Database
from soundings.log.port import TopicPartition

_AT_ONCE: Final = 1000
_FACT: Final = [fact.c[name] for name in StoredFact._fields]
_ACTIVE: Final = catalogue_entity.c.state == "active"


class SqlComparisonStore:
    """See `metrics_worker.comparisons.ports.ComparisonStore`; how long text lives is for retention to say."""

    def __init__(self, database: Database, retention: RetentionStore) -> None:
        self._database = database
        self._retention = retention

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[ComparisonSnapshot]:
        async with self._database.read_snapshot() as connection:
            yield SqlComparisonSnapshot(connection, self._retention)


class SqlComparisonSnapshot:
    """One read transaction."""

    def __init__(self, connection: AsyncConnection, retention: RetentionStore) -> None:
        self._connection = connection
        self._retention = retention

    async def source_of_key(self, key_hash: str) -> str | None:
        """Keys are few, so all of them are looked through."""
        keys = select(catalogue_entity.c.body).where(catalogue_entity.c.entity == "source_key", _ACTIVE)
        found = next((body for (body,) in await self._connection.execute(keys) if body["key_hash"] == key_hash), None)
        if found is None:
            return None
        source = select(catalogue_entity.c.id).where(
            catalogue_entity.c.entity == "source", _ACTIVE, catalogue_entity.c.id == found["source_id"]
        )
        return (await self._connection.execute(source)).scalar()

    async def statements(self, keys: Sequence[bytes]) -> Mapping[bytes, Statement]:
        found: dict[bytes, Statement] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            wanted = select(*_FACT, voice.c.comments).select_from(fact.outerjoin(voice, voice.c.key == fact.c.key))
            for *columns, comments in await self._connection.execute(wanted.where(fact.c.key.in_(some))):
                one = StoredFact._make(columns)
                found[one.key] = Statement(one, comments or {})
        return found

    async def text_cutoff(self, source_id: str, now_ms: int) -> int | None:
        return retention_cutoffs(await self._retention.retention_rules(), now_ms).get(source_id)

    async def positions(self) -> Mapping[TopicPartition, int]:
        rows = await self._connection.execute(select(position.c.topic, position.c.partition, position.c.next))
        return {(topic, partition): next_ for topic, partition, next_ in rows}
