"""What computing cells again needs of the database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from metrics_worker.aggregation.deltas import RowKey
from metrics_worker.aggregation.facts import StoredFact
from metrics_worker.cells.wide_rows import RowStore


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A row that is not what the facts say: as it is `stored` and as `computed`; None where there is no row."""

    key: RowKey
    stored: str | None
    computed: str | None


@dataclass(frozen=True, slots=True)
class GenerationComparison:
    """How many rows differ, with the first of them."""

    differences: int
    examples: Sequence[CellDifference]


class RebuildSession(Protocol):
    """One state of the facts, and a place for the rows that follow from it."""

    @property
    def current_generation(self) -> int:
        """The generation in force."""
        ...

    @property
    def rules(self) -> int:
        """The version of the rules by which the generation in force was counted."""
        ...

    @property
    def target_generation(self) -> int:
        """The generation under which rows are computed."""
        ...

    @property
    def row_store(self) -> RowStore:
        """Where computed rows go."""
        ...

    async def count_facts(self) -> int:
        """The number of facts."""
        ...

    def single_facts(self) -> AsyncIterator[Sequence[StoredFact]]:
        """All facts but interactions, in pages."""
        ...

    def of_roots(self) -> AsyncIterator[Sequence[StoredFact]]:
        """All interactions in pages, with the records of a root next to each other, maybe over a page's end."""
        ...

    async def compare_generations(self) -> GenerationComparison:
        """The computed rows against those in force."""
        ...

    async def swap_generation(self, rules: int) -> None:
        """Put the computed generation in force, with the version of its rules, and remove the old one."""
        ...

    async def exclude_others(self) -> None:
        """Take over all partitions, so that no worker folds on by the previous rules."""
        ...


class RebuildStore(Protocol):
    """The metrics database as rebuilding uses it."""

    async def rules(self) -> int:
        """The version of the rules by which the generation in force was counted."""
        ...

    async def parked(self) -> int:
        """How many records are parked, so that no fact knows of them."""
        ...

    def open_rebuild(self, *, alone: bool = False) -> AbstractAsyncContextManager[RebuildSession]:
        """Compute into the next generation while folding is blocked; committed when the block ends.

        `alone` is needed to `exclude_others`: then no other transaction moves a position either.
        """
        ...

    def open_verify(self) -> AbstractAsyncContextManager[RebuildSession]:
        """Compute from one snapshot of the generation in force, while folding continues; rolled back at the end."""
        ...
