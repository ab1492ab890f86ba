"""What a contestant has counted, read from its database from outside; and what it should come to."""

from dataclasses import dataclass
from typing import Final

import asyncpg

from benchmarks.event_generator import Written
from benchmarks.peers.registry import Contestant
from soundings.db import migrate_database, open_database

_SCORES: Final = 5
_TABLE: Final = """
CREATE TABLE counted (
    day text, service text, channel text, measure text, bin text, n bigint NOT NULL,
    PRIMARY KEY (day, service, channel, measure, bin)
)
"""
_SESSIONS: Final = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_COUNTED: Final = "SELECT coalesce(sum(n), 0)::bigint FROM counted"
_READ: Final = "SELECT coalesce(sum(next), 0)::bigint FROM position WHERE topic = 'soundings.responses.v1'"
_CELLS: Final = """
SELECT coalesce(sum(n), 0)::bigint FROM cell WHERE generation = 1 AND grain = 'day'
    AND measure IN ('satisfaction', 'trust', 'effectiveness', 'ease', 'efficiency')
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one contestant: `progress` is cheap to ask for and grows to `goal` while it counts."""

    connection: asyncpg.Connection
    progress_sql: str
    counted_sql: str
    goal: int
    truth: int

    async def progress(self) -> int:
        return int(await self.connection.fetchval(self.progress_sql))

    async def surplus(self) -> int:
        """How many scores were counted too many; negative when too few."""
        return int(await self.connection.fetchval(self.counted_sql)) - self.truth

    async def sessions(self) -> list[int]:
        """The process ids of the contestant's sessions in the database."""
        return [int(row["pid"]) for row in await self.connection.fetch(_SESSIONS)]


async def open_counts(dsn: str, contestant: Contestant, written: Written) -> Counts:
    """Make the tables in an empty database. Our progress is where we read on, which moves together with our cells."""
    truth = _SCORES * written.responses
    if contestant.is_ours:
        database = open_database(dsn)
        await migrate_database(database, "metrics_worker")
        await database.close_engine()
        return Counts(await asyncpg.connect(dsn), _READ, _CELLS, written.records, truth)
    connection = await asyncpg.connect(dsn)
    await connection.execute(_TABLE)
    goal = truth if contestant.knows_duplicates else _SCORES * (written.records - written.poison)
    return Counts(connection, _COUNTED, _COUNTED, goal, truth)
