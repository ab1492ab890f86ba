"""The fold's statements that SQLite and PostgreSQL share: positions, workers, generation."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.aggregation.rules_version import RULES_VERSION
from metrics_worker.consumer.errors import LeaseLost
from metrics_worker.consumer.parking_sql import end_resuming, read_state
from metrics_worker.consumer.parking_state import ParkingState
from metrics_worker.consumer.ports import FoldTransaction, Generation, OffsetAdvance, PartitionLease
from soundings.db import Database
from soundings.kernel.ids import hash_key128
from soundings.log.port import TopicPartition
from soundings.log.read_marks import ReadMark

_FENCE: Final = text(
    "UPDATE position SET next = :next, at = :at, last_position = coalesce(:last, last_position),"
    " last_digest = coalesce(:digest, last_digest)"
    " WHERE topic = :topic AND partition = :partition AND epoch = :epoch AND next = :start"
)
_TAKE: Final = text(
    "INSERT INTO position (topic, partition, epoch, next, owner, at) VALUES (:topic, :partition, 1, 0, :owner, :at)"
    " ON CONFLICT (topic, partition) DO UPDATE SET epoch = position.epoch + 1, owner = excluded.owner, at = excluded.at"
    " RETURNING epoch, next, last_position, last_digest"
)
_ADOPT: Final = text(
    "UPDATE position SET next = :next, last_position = :last, last_digest = :digest, log_mismatch = NULL, at = :at"
    " WHERE topic = :topic AND partition = :partition AND epoch = :epoch"
)
_READ_AGAIN: Final = text(
    "UPDATE position SET epoch = epoch + 1, next = 0, last_position = NULL, last_digest = NULL, log_mismatch = NULL"
)
_ACCUSE: Final = text("UPDATE position SET log_mismatch = :problem WHERE topic = :topic AND partition = :partition")
_BEAT: Final = text(
    "INSERT INTO worker (id, until, rules) VALUES (:id, :until, :rules)"
    " ON CONFLICT (id) DO UPDATE SET until = excluded.until, stopped = NULL, rules = excluded.rules"
)


_NOW: Final = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
_END_SESSIONS: Final = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = ANY(:names)"
)


def session_name(worker: str) -> str:
    """Under what PostgreSQL lists the sessions of a worker, within the length that it keeps."""
    return f"soundings fold {hash_key128(worker).hex()}"


async def advance_positions(connection: AsyncConnection, moves: Sequence[OffsetAdvance], at: int) -> None:
    """Move positions in one order for all workers, so that they never wait for each other in a ring."""
    for move in sorted(moves):
        moved = await connection.execute(_FENCE, {**move._asdict(), "at": at})
        if moved.rowcount != 1:
            raise LeaseLost(move.topic, move.partition)


async def current_generation(connection: AsyncConnection) -> int:
    return int((await connection.execute(text("SELECT current FROM generation"))).scalar_one())


async def locked_generation(connection: AsyncConnection) -> Generation:
    """The generation in force, which stays so until this transaction ends; waits for a rebuild that is under way."""
    lock = "" if connection.dialect.name == "sqlite" else " FOR SHARE"
    row = (await connection.execute(text(f"SELECT current, rules FROM generation{lock}"))).one()  # noqa: S608 - constants
    return Generation(row.current, row.rules)


class SqlFoldStore:
    """See `metrics_worker.consumer.ports.FoldStore`."""

    def __init__(self, database: Database, transaction: Callable[[AsyncConnection, int], FoldTransaction]) -> None:
        self._database = database
        self._transaction = transaction

    @asynccontextmanager
    async def begin_transaction(self, slot: int) -> AsyncGenerator[FoldTransaction]:
        async with self._database.write_transaction() as connection:
            transaction = self._transaction(connection, slot)
            yield transaction
        if transaction.removed:
            self._database.removals += 1

    async def take_partitions(
        self, homes: Sequence[TopicPartition], owner: str, at: int
    ) -> Mapping[TopicPartition, PartitionLease]:
        held: dict[TopicPartition, PartitionLease] = {}
        async with self._database.write_transaction() as connection:
            for topic, partition in sorted(homes):
                values = {"topic": topic, "partition": partition, "owner": owner, "at": at}
                row = (await connection.execute(_TAKE, values)).one()
                held[topic, partition] = PartitionLease(row.epoch, row.next, row.last_position, row.last_digest)
        return held

    async def adopt(self, marks: Mapping[TopicPartition, tuple[int, ReadMark]], at: int) -> None:
        async with self._database.write_transaction() as connection:
            for (topic, partition), (epoch, mark) in sorted(marks.items()):
                values = {"topic": topic, "partition": partition, "epoch": epoch, "at": at}
                await connection.execute(_ADOPT, {**values, **asdict(mark)})

    async def accuse(self, problems: Mapping[TopicPartition, str]) -> None:
        async with self._database.write_transaction() as connection:
            for (topic, partition), problem in sorted(problems.items()):
                await connection.execute(_ACCUSE, {"topic": topic, "partition": partition, "problem": problem})

    async def heartbeat(self, worker: str, at: int, until: int, rules: int = RULES_VERSION) -> Sequence[str]:
        async with self._database.write_transaction() as connection:
            if self._database.dialect == "postgresql":  # which all workers share, and with it one clock
                now = int((await connection.execute(_NOW)).scalar_one())
                at, until = now, now + until - at
            await connection.execute(_BEAT, {"id": worker, "until": until, "rules": rules})
            gone = text("DELETE FROM worker WHERE until < :at AND stopped IS NULL RETURNING id")
            await self._put_out((await connection.execute(gone, {"at": at})).scalars().all(), connection)
            alive = text("SELECT id FROM worker WHERE until > :at AND stopped IS NULL ORDER BY id")
            return list((await connection.execute(alive, {"at": at})).scalars())

    async def _put_out(self, workers: Sequence[str], connection: AsyncConnection) -> None:
        """Terminate the transactions of dead workers; a hung one would keep its locks."""
        if workers and self._database.dialect == "postgresql":
            await connection.execute(_END_SESSIONS, {"names": [session_name(worker) for worker in workers]})

    async def parking(self) -> ParkingState:
        async with self._database.read_snapshot() as connection:
            return await read_state(connection)

    async def end_resuming(self) -> Sequence[str]:
        async with self._database.write_transaction() as connection:
            return await end_resuming(connection)

    async def mark_stopped(self, worker: str, reason: str) -> None:
        async with self._database.write_transaction() as connection:
            statement = text("UPDATE worker SET stopped = :reason WHERE id = :id")
            await connection.execute(statement, {"id": worker, "reason": reason})

    async def is_stopped(self, worker: str) -> bool:
        async with self._database.read_snapshot() as connection:
            found = await connection.execute(text("SELECT stopped FROM worker WHERE id = :id"), {"id": worker})
            return found.scalar() is not None

    async def clear_stopped(self) -> Sequence[str]:
        """Let every worker that has stopped go on; their ids."""
        async with self._database.write_transaction() as connection:
            statement = text("UPDATE worker SET stopped = NULL WHERE stopped IS NOT NULL RETURNING id")
            return sorted((await connection.execute(statement)).scalars())

    async def read_again(self) -> int:
        """Reset every partition to its first offset, for its next owner; returns their number.

        Raising the epochs fences the present owners, which then take the partitions again.
        """
        async with self._database.write_transaction() as connection:
            return (await connection.execute(_READ_AGAIN)).rowcount

    async def remove_worker(self, worker: str) -> None:
        async with self._database.write_transaction() as connection:
            await connection.execute(text("DELETE FROM worker WHERE id = :id"), {"id": worker})

    async def current_generation(self) -> int:
        async with self._database.read_snapshot() as connection:
            return await current_generation(connection)


def open_fold_store(database: Database) -> SqlFoldStore:
    """The fold's store in either kind of database."""
    if database.dialect == "sqlite":
        from metrics_worker.consumer.sqlite_sql import SqliteFoldTransaction

        return SqlFoldStore(database, SqliteFoldTransaction)
    from metrics_worker.consumer.postgres_sql import PostgresFoldTransaction

    return SqlFoldStore(database, PostgresFoldTransaction)
