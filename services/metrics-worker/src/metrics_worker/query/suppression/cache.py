"""Suppression's decisions, kept until the cells or the structure move."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from metrics_worker.catalogue_view.domain import AgencyFacts, CatalogueView, MeasureFacts, ServiceFacts
from metrics_worker.query.domain.summation import CellReading
from metrics_worker.query.ports import FoldProgress
from metrics_worker.query.suppression.mask import TableDecisions, departments_of, judged_of, rules_of, tables_of
from metrics_worker.suppression import SuppressionTable, decide_suppression
from soundings.kernel.scales import MeasureScale

_KEPT: Final = 500


class SuppressionKey(NamedTuple):
    """What is decided: a measure of an agency in versions of one scale, over whole calendar years."""

    agency: str
    measure: str
    first: str
    after: str


@dataclass(frozen=True, slots=True)
class SuppressionInput:
    """The cells of a matter as one snapshot held them, and the services they are of."""

    agency: AgencyFacts
    facts: MeasureFacts
    services: tuple[ServiceFacts, ...]
    structure: CatalogueView
    progress: FoldProgress
    lines: Sequence[CellReading]

    def input_tables(self) -> dict[MeasureScale, tuple[SuppressionTable, ...]]:
        """The tables by scale, for versions of different scales are never summed."""
        departments = departments_of(self.structure, self.services)
        scales = self.facts.scales
        return {
            scale: tables_of((line for line in self.lines if scales[line.version] is scale), scale, departments)
            for scale in dict.fromkeys(scales.values())
        }


@dataclass(slots=True)
class _CachedDecision:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    structure: CatalogueView | None = None
    progress: FoldProgress | None = None
    judged: Mapping[MeasureScale, TableDecisions] = field(default_factory=dict[MeasureScale, TableDecisions])

    def is_current(self, structure: CatalogueView, progress: FoldProgress) -> bool:
        known = self.progress
        return (
            known is not None
            and self.structure is structure
            and (known.generation, known.next) == (progress.generation, progress.next)
        )


class SuppressionCache:
    """The decisions that were made last. Each is made once, however many ask for it at the same time."""

    def __init__(self) -> None:
        self._kept: dict[SuppressionKey, _CachedDecision] = {}

    def cached_decisions(
        self, matter: SuppressionKey, structure: CatalogueView, progress: FoldProgress
    ) -> Mapping[MeasureScale, TableDecisions] | None:
        """The decision on a matter by scale, if it was made for this state of the cells."""
        decision = self._kept.get(matter)
        return decision.judged if decision is not None and decision.is_current(structure, progress) else None

    async def decide_table(
        self, matter: SuppressionKey, evidence: SuppressionInput
    ) -> Mapping[MeasureScale, TableDecisions]:
        """The decision on a matter by scale; years that are as they were keep theirs."""
        decision = self._kept.get(matter)
        if decision is None:
            if len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            decision = self._kept[matter] = _CachedDecision()
        async with decision.lock:
            if decision.is_current(evidence.structure, evidence.progress):
                return decision.judged
            judged = await asyncio.to_thread(_decide_input, evidence, decision.judged)
            decision.structure, decision.progress, decision.judged = evidence.structure, evidence.progress, judged
            return judged


def _decide_input(
    evidence: SuppressionInput, previous: Mapping[MeasureScale, TableDecisions]
) -> dict[MeasureScale, TableDecisions]:
    rules = rules_of(evidence.agency)
    judged: dict[MeasureScale, TableDecisions] = {}
    for scale, tables in evidence.input_tables().items():
        before = previous[scale].hidings if scale in previous else ()
        earlier = (*before, *(None for _ in tables))
        judged[scale] = judged_of(
            tables, [decide_suppression(table, rules, earlier[at]) for at, table in enumerate(tables)]
        )
    return judged
