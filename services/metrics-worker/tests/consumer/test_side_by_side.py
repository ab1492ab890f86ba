"""A worker that is behind writes batches of different partitions side by side."""

from contextlib import asynccontextmanager

from metrics_worker.consumer.sql import SqlFoldStore, open_fold_store
from soundings.log.port import TopicPartition

from .conftest import cells_of
from .histories import POOL
from .oracle import expected
from .test_worker import log, running, tell

__all__ = ["log"]


class Watched:
    """A store that notes which partitions are in a transaction at once."""

    def __init__(self, store: SqlFoldStore) -> None:
        self._store = store
        self._open: list[frozenset[TopicPartition]] = []
        self.most = 0

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    @asynccontextmanager
    async def begin_transaction(self, slot: int):
        async with self._store.begin_transaction(slot) as transaction:
            yield self._watch(transaction)
            self._open.pop()

    def _watch(self, transaction):
        advance = transaction.advance_positions

        async def watched(moves, at):
            homes = frozenset((move.topic, move.partition) for move in moves)
            assert not any(homes & others for others in self._open)
            self._open.append(homes)
            self.most = max(self.most, len(self._open))
            await advance(moves, at)

        transaction.advance_positions = watched
        return transaction


async def test_a_backlog_is_written_in_batches_of_different_partitions_side_by_side(database, log):
    await tell(log, POOL[:400])
    store = Watched(open_fold_store(database))
    async with running(log, store, most_events=40) as at_work:
        await at_work.idle()
    assert await cells_of(database) == expected(POOL[:400])
    assert store.most == (1 if database.dialect == "sqlite" else 2)  # a file has one writer at a time
