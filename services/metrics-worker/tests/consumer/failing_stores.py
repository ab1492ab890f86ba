"""Stores of the fold that fail at chosen steps of a transaction."""

from collections.abc import Sequence
from contextlib import asynccontextmanager

from metrics_worker.consumer.sql import SqlFoldStore


class Dying:
    """A store that fails at chosen steps, each of which is then used up."""

    def __init__(self, store: SqlFoldStore, failures: Sequence[str]) -> None:
        self._store = store
        self.left = list(failures)

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def check(self, step: str) -> None:
        if self.left and self.left[0] == step:
            self.left.pop(0)
            raise OSError(f"the connection broke at {step}")

    @asynccontextmanager
    async def begin_transaction(self, slot: int):
        self.check("begin")
        async with self._store.begin_transaction(slot) as transaction:
            yield DyingTransaction(transaction, self.check)
            self.check("commit")


class DyingTransaction:
    def __init__(self, transaction, check) -> None:
        self._transaction = transaction
        self._check = check

    def __getattr__(self, name: str):
        real = getattr(self._transaction, name)
        if name in {"row_store", "parking"}:
            return DyingTransaction(real, self._check)

        async def step(*arguments):
            answer = await real(*arguments)
            self._check(name)
            return answer

        return step
