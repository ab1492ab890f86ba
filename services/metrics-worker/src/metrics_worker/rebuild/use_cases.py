"""Rebuilding the cells from the facts, and verifying them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from metrics_worker.contributions.counts import Contribution
from metrics_worker.contributions.roots import InteractionRecord, root_contribution
from metrics_worker.rebuild.ports import Comparison, RebuildStore, Workbench
from metrics_worker.store.facts import COUNTED, Fact, family_of
from metrics_worker.store.records import content_of
from metrics_worker.store.wide_rows import Deltas, changed_rows

Progress = Callable[[int, int], None]
"""Told now and then how many facts are done, of how many."""

_MOST_PLACES: Final = 5_000
"""Places whose changes are held in memory before they are written."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: the number of facts, the generation now in force, and how the old one differed."""

    facts: int
    generation: int
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found: the number of facts, the generation in force, and how it differs from them."""

    facts: int
    generation: int
    comparison: Comparison


async def rebuild(store: RebuildStore, progress: Progress = lambda _done, _all: None) -> Rebuilt:
    """Fold all facts into the next generation, compare, and swap. Folding waits meanwhile, answering does not."""
    async with store.rebuilding() as bench:
        facts = await _compute(bench, progress)
        comparison = await bench.compare()
        await bench.swap()
        return Rebuilt(facts, bench.target, comparison)


async def verify(store: RebuildStore, progress: Progress = lambda _done, _all: None) -> Verified:
    """Fold all facts of one moment beside the cells of that moment, and compare; nothing waits and nothing changes."""
    async with store.verifying() as bench:
        facts = await _compute(bench, progress)
        return Verified(facts, bench.current, await bench.compare())


async def _compute(bench: Workbench, progress: Progress) -> int:
    computation = _Computation(bench, await bench.count(), progress)
    async for page in bench.singles():
        for fact in page:
            computation.add_single(fact)
        await computation.page_done(len(page))
    async for page in bench.of_roots():
        for fact in page:
            computation.add_of_root(fact)
        await computation.page_done(len(page))
    return await computation.finish()


class _Computation:
    """Adds up contributions and writes them out before they take too much memory."""

    def __init__(self, bench: Workbench, facts: int, progress: Progress) -> None:
        self._bench = bench
        self._facts = facts
        self._progress = progress
        self._done = 0
        self._deltas = Deltas()
        self._root: list[Fact] = []

    def add_single(self, fact: Fact) -> None:
        if fact.state == COUNTED and isinstance(content := content_of(fact), Contribution):
            self._deltas.add(family_of(fact), content)

    def add_of_root(self, fact: Fact) -> None:
        if self._root and self._root[0].unit != fact.unit:
            self._close_root()
        self._root.append(fact)

    async def page_done(self, facts: int) -> None:
        self._done += facts
        if len(self._deltas) >= _MOST_PLACES:
            await self._write()
        self._progress(self._done, self._facts)

    async def finish(self) -> int:
        """Write the rest; the number of facts."""
        self._close_root()
        await self._write()
        return self._done

    def _close_root(self) -> None:
        contents: Sequence[object] = [content_of(fact) for fact in self._root if fact.state == COUNTED]
        records = [content for content in contents if isinstance(content, InteractionRecord)]
        contribution = root_contribution(records) if records else None
        if contribution is not None:
            self._deltas.add(family_of(self._root[0]), contribution)
        self._root = []

    async def _write(self) -> None:
        rows = await changed_rows(self._bench.rows, self._bench.target, self._deltas)
        await self._bench.rows.write(self._bench.target, rows)
        self._deltas = Deltas()
