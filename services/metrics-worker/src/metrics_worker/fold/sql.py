"""The fold's statements that SQLite and PostgreSQL share: positions, workers, generation."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.fold.errors import FenceLost
from metrics_worker.fold.ports import FoldTransaction, Held, Move
from soundings.db import Database
from soundings.log.port import TopicPartition

_FENCE: Final = text(
    "UPDATE position SET next = :next, at = :at"
    " WHERE topic = :topic AND partition = :partition AND epoch = :epoch AND next = :start"
)
_TAKE: Final = text(
    "INSERT INTO position (topic, partition, epoch, next, owner, at) VALUES (:topic, :partition, 1, 0, :owner, :at)"
    " ON CONFLICT (topic, partition) DO UPDATE SET epoch = position.epoch + 1, owner = excluded.owner, at = excluded.at"
    " RETURNING epoch, next"
)
_BEAT: Final = text(
    "INSERT INTO worker (id, until) VALUES (:id, :until)"
    " ON CONFLICT (id) DO UPDATE SET until = excluded.until, stopped = NULL"
)


async def fence(connection: AsyncConnection, moves: Sequence[Move], at: int) -> None:
    """Move positions in one order for all workers, so that they never wait for each other in a ring."""
    for move in sorted(moves):
        moved = await connection.execute(_FENCE, {**move._asdict(), "at": at})
        if moved.rowcount != 1:
            raise FenceLost(move.topic, move.partition)


async def current_generation(connection: AsyncConnection) -> int:
    return int((await connection.execute(text("SELECT current FROM generation"))).scalar_one())


async def locked_generation(connection: AsyncConnection) -> int:
    """The generation in force, which stays so until this transaction ends; waits for a rebuild that is under way."""
    if connection.dialect.name == "sqlite":
        return await current_generation(connection)
    return int((await connection.execute(text("SELECT current FROM generation FOR SHARE"))).scalar_one())


class SqlFoldStore:
    """See `metrics_worker.fold.ports.FoldStore`."""

    def __init__(self, database: Database, transaction: Callable[[AsyncConnection, int], FoldTransaction]) -> None:
        self._database = database
        self._transaction = transaction

    @asynccontextmanager
    async def transaction(self, slot: int) -> AsyncGenerator[FoldTransaction]:
        async with self._database.transaction() as connection:
            yield self._transaction(connection, slot)

    async def take(self, homes: Sequence[TopicPartition], owner: str, at: int) -> Mapping[TopicPartition, Held]:
        held: dict[TopicPartition, Held] = {}
        async with self._database.transaction() as connection:
            for topic, partition in sorted(homes):
                values = {"topic": topic, "partition": partition, "owner": owner, "at": at}
                row = (await connection.execute(_TAKE, values)).one()
                held[topic, partition] = Held(row.epoch, row.next)
        return held

    async def beat(self, worker: str, at: int, until: int) -> Sequence[str]:
        async with self._database.transaction() as connection:
            await connection.execute(_BEAT, {"id": worker, "until": until})
            gone = text("DELETE FROM worker WHERE until < :at AND stopped IS NULL")
            await connection.execute(gone, {"at": at})
            alive = text("SELECT id FROM worker WHERE until > :at AND stopped IS NULL ORDER BY id")
            return list((await connection.execute(alive, {"at": at})).scalars())

    async def stop(self, worker: str, reason: str) -> None:
        async with self._database.transaction() as connection:
            statement = text("UPDATE worker SET stopped = :reason WHERE id = :id")
            await connection.execute(statement, {"id": worker, "reason": reason})

    async def is_stopped(self, worker: str) -> bool:
        async with self._database.snapshot() as connection:
            found = await connection.execute(text("SELECT stopped FROM worker WHERE id = :id"), {"id": worker})
            return found.scalar() is not None

    async def resume(self) -> Sequence[str]:
        """Let every worker that has stopped go on; their ids."""
        async with self._database.transaction() as connection:
            statement = text("UPDATE worker SET stopped = NULL WHERE stopped IS NOT NULL RETURNING id")
            return sorted((await connection.execute(statement)).scalars())

    async def leave(self, worker: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(text("DELETE FROM worker WHERE id = :id"), {"id": worker})

    async def current_generation(self) -> int:
        async with self._database.snapshot() as connection:
            return await current_generation(connection)


def open_fold_store(database: Database) -> SqlFoldStore:
    """The fold's store in either kind of database."""
    if database.dialect == "sqlite":
        from metrics_worker.fold.sqlite_sql import SqliteFoldTransaction

        return SqlFoldStore(database, SqliteFoldTransaction)
    from metrics_worker.fold.postgres_sql import PostgresFoldTransaction

    return SqlFoldStore(database, PostgresFoldTransaction)
