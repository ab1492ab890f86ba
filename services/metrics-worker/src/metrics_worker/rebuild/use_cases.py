"""Rebuilding the cells from the facts, and verifying them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from metrics_worker.aggregation.contribution import CellContribution
from metrics_worker.aggregation.deltas import Deltas
from metrics_worker.aggregation.fact_payloads import contribution_of
from metrics_worker.aggregation.facts import COUNTED, StoredFact, family_of
from metrics_worker.aggregation.roots import InteractionRecord
from metrics_worker.aggregation.rules_version import CURRENT_RULES, ContributionRules, RulesDiffer
from metrics_worker.cells.wide_rows import changed_rows
from metrics_worker.rebuild.ports import GenerationComparison, RebuildSession, RebuildStore

Progress = Callable[[int, int], None]
"""Told now and then how many facts are done, of how many."""

_MOST_PLACES: Final = 5_000
"""Places whose changes are held in memory before they are written."""


@dataclass(frozen=True, slots=True)
class RebuildSummary:
    """What a rebuild found: the number of facts, the generation now in force, and how the old one differed.

    `parked` is the number of records that are parked, of which neither generation knows.
    """

    facts: int
    generation: int
    comparison: GenerationComparison
    parked: int = 0


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """What a check found: the number of facts, the generation in force, and how it differs from them.

    `parked` is the number of records that are parked, which are neither facts nor counted.
    """

    facts: int
    generation: int
    comparison: GenerationComparison
    parked: int = 0


def _ignore_progress(_done: int, _all: int) -> None:
    """The default progress callback, which does nothing."""


async def rebuild_generation(
    store: RebuildStore, progress: Progress = _ignore_progress, rules: ContributionRules = CURRENT_RULES
) -> RebuildSummary:
    """Fold all facts into the next generation, compare, and swap. Folding waits meanwhile, answering does not.

    Raises `RulesDiffer` when the generation in force was counted by newer rules.
    """
    async with store.open_rebuild() as bench:
        if bench.rules > rules.version:
            raise RulesDiffer(bench.rules, rules.version)
        facts, comparison = await _replace(bench, progress, rules)
    return RebuildSummary(facts, bench.target_generation, comparison, await store.parked())


async def follow_rules(
    store: RebuildStore, progress: Progress = _ignore_progress, rules: ContributionRules = CURRENT_RULES
) -> int | None:
    """Compute all cells again when they follow older rules; returns the new generation, None if there is none.

    A second caller waits for the lock and finds it done. An interrupted run changes nothing. Raises `RulesDiffer` when
    the cells follow newer rules.
    """
    if await store.rules() == rules.version:
        return None
    async with store.open_rebuild(alone=True) as bench:
        if bench.rules == rules.version:
            return None
        if bench.rules > rules.version:
            raise RulesDiffer(bench.rules, rules.version)
        await bench.exclude_others()
        await _replace(bench, progress, rules)
        return bench.target_generation


async def verify_generation(
    store: RebuildStore, progress: Progress = _ignore_progress, rules: ContributionRules = CURRENT_RULES
) -> VerifySummary:
    """Fold all facts of one snapshot again and compare with its cells; blocks nothing and changes nothing.

    Raises `RulesDiffer` when the cells follow other rules, which does not mean that they are wrong.
    """
    async with store.open_verify() as bench:
        if bench.rules != rules.version:
            raise RulesDiffer(bench.rules, rules.version)
        facts = await _compute_cells(bench, progress, rules)
        comparison = await bench.compare_generations()
    return VerifySummary(facts, bench.current_generation, comparison, await store.parked())


async def _replace(
    bench: RebuildSession, progress: Progress, rules: ContributionRules
) -> tuple[int, GenerationComparison]:
    facts = await _compute_cells(bench, progress, rules)
    comparison = await bench.compare_generations()
    await bench.swap_generation(rules.version)
    return facts, comparison


async def _compute_cells(bench: RebuildSession, progress: Progress, rules: ContributionRules) -> int:
    computation = _CellComputation(bench, await bench.count_facts(), progress, rules)
    async for page in bench.single_facts():
        for fact in page:
            computation.add_single(fact)
        await computation.page_done(len(page))
    async for page in bench.of_roots():
        for fact in page:
            computation.add_of_root(fact)
        await computation.page_done(len(page))
    return await computation.finish_rows()


class _CellComputation:
    """Adds up contributions and writes them out before they take too much memory."""

    def __init__(self, bench: RebuildSession, facts: int, progress: Progress, rules: ContributionRules) -> None:
        self._bench = bench
        self._rules = rules
        self._facts = facts
        self._progress = progress
        self._done = 0
        self._deltas = Deltas()
        self._root: list[StoredFact] = []

    def add_single(self, fact: StoredFact) -> None:
        if fact.state == COUNTED and isinstance(content := contribution_of(fact), CellContribution):
            self._deltas.add(family_of(fact), content)

    def add_of_root(self, fact: StoredFact) -> None:
        if self._root and self._root[0].unit != fact.unit:
            self._close_root()
        self._root.append(fact)

    async def page_done(self, facts: int) -> None:
        self._done += facts
        if len(self._deltas) >= _MOST_PLACES:
            await self._write_rows()
        self._progress(self._done, self._facts)

    async def finish_rows(self) -> int:
        """Write the rest; the number of facts."""
        self._close_root()
        await self._write_rows()
        return self._done

    def _close_root(self) -> None:
        contents: Sequence[object] = [contribution_of(fact) for fact in self._root if fact.state == COUNTED]
        records = [content for content in contents if isinstance(content, InteractionRecord)]
        contribution = self._rules.root(records) if records else None
        if contribution is not None:
            self._deltas.add(family_of(self._root[0]), contribution)
        self._root = []

    async def _write_rows(self) -> None:
        rows = await changed_rows(self._bench.row_store, self._bench.target_generation, self._deltas)
        await self._bench.row_store.write_rows(self._bench.target_generation, rows)
        self._deltas = Deltas()
