"""Gathering what a question needs from one snapshot, so that all deciding can happen after it is closed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from metrics_worker.catalogue_view.domain import AgencyFacts, CatalogueView, MeasureFacts
from metrics_worker.query.domain.grain_plan import MONTH, GrainSpan, QueryTimeline, timeline_of
from metrics_worker.query.domain.metric_query import MetricQuery
from metrics_worker.query.domain.periods import PeriodSlot, bases_of, lanes_of, slots_of
from metrics_worker.query.domain.scope import QueryScope, scope_of
from metrics_worker.query.domain.summation import CellReading
from metrics_worker.query.ports import CellFilter, CellSnapshot, FoldProgress
from metrics_worker.query.suppression.cache import SuppressionCache, SuppressionInput, SuppressionKey
from metrics_worker.query.suppression.mask import TableDecisions
from metrics_worker.query.suppression.public_limits import check_public
from metrics_worker.suppression import whole_years
from soundings.access.roles import Principal
from soundings.kernel.agency_calendar import AgencyCalendar, QueryInterval
from soundings.kernel.clock import Clock, epoch_ms
from soundings.kernel.measures import CountedUnit
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import CellGrain

_SHARDS: Final[Mapping[CountedUnit, str]] = {
    CountedUnit.RESPONSE: "rt",
    CountedUnit.FORM: "rt",
    CountedUnit.ROOT: "it",
    CountedUnit.INTERACTION: "it",
}
"""First letters of the shards that can hold a measure, by what it counts; of touches it may be any."""


@dataclass(frozen=True, slots=True)
class PeriodCells:
    """Slots by number that do not overlap, how cells fall on them, and the lines that were read for them."""

    numbers: tuple[int, ...]
    timeline: QueryTimeline
    lines: Sequence[CellReading]


Known = SuppressionInput | Mapping[MeasureScale, TableDecisions]


@dataclass(frozen=True, slots=True)
class QueryInputs:
    """All that one answer is made from. ``matters`` have the evidence, or the decision where it is known."""

    question: MetricQuery
    scope: QueryScope
    slots: tuple[PeriodSlot, ...]
    bases: tuple[PeriodSlot, ...]
    now: tuple[PeriodCells, ...]
    base: tuple[PeriodCells, ...]
    matters: Mapping[SuppressionKey, Known]


class QueryLoader:
    """Reads for one question after another from the same snapshot."""

    def __init__(
        self,
        snapshot: CellSnapshot,
        structure: CatalogueView,
        progress: FoldProgress,
        decisions: SuppressionCache,
        clock: Clock,
    ) -> None:
        self._snapshot = snapshot
        self._structure = structure
        self._progress = progress
        self._decisions = decisions
        self._clock = clock

    async def load_inputs(self, question: MetricQuery, principal: Principal) -> QueryInputs:
        """What a question needs; ForeignAgency, or Refused naming what is wrong with it."""
        scope = scope_of(question, self._structure, principal)
        if scope.suppressed:
            check_public(question, scope)
        slots = slots_of(question, scope.agency_calendar, self._matured_before(question, scope))
        bases = bases_of(slots, question, scope.agency_calendar)
        return QueryInputs(
            question,
            scope,
            slots,
            bases,
            now=await self._period_lanes(slots, question, scope),
            base=await self._period_lanes(bases, question, scope),
            matters=await self._suppression_keys((*slots, *bases), scope) if scope.suppressed else {},
        )

    def _matured_before(self, question: MetricQuery, scope: QueryScope) -> date | None:
        """The first day that does not count yet; for suppressed callers months count whole or not at all."""
        if not question.matured_days:
            return None
        today = scope.agency_calendar.local_date(epoch_ms(self._clock()))
        young = today - timedelta(days=question.matured_days)
        return scope.agency_calendar.first_of(young, QueryInterval.MONTH) if scope.suppressed else young

    async def _period_lanes(
        self, slots: Sequence[PeriodSlot], question: MetricQuery, scope: QueryScope
    ) -> tuple[PeriodCells, ...]:
        periods_read: list[PeriodCells] = []
        for numbers in lanes_of(slots):
            timeline = timeline_of([slots[number] for number in numbers], scope.agency_calendar)
            wanted = self._wanted_cells(timeline.grain_spans(), scope.services, scope.measures.values(), question)
            periods_read.append(PeriodCells(numbers, timeline, await self._snapshot.read_lines(wanted)))
        return tuple(periods_read)

    def _wanted_cells(
        self,
        spans: tuple[GrainSpan, ...],
        services: Iterable[str],
        measures: Iterable[MeasureFacts],
        question: MetricQuery | None = None,
    ) -> CellFilter:
        facts = tuple(measures)
        only = question.version if question else None
        return CellFilter(
            generation=self._progress.generation,
            spans=spans,
            services=tuple(services),
            measures=frozenset((one.id, version) for one in facts for version in one.scales if only in (None, version)),
            shards=_shard_count(facts),
            channel=question.channel if question else None,
            touchpoint=question.touchpoint if question else None,
        )

    async def _suppression_keys(self, slots: Sequence[PeriodSlot], scope: QueryScope) -> dict[SuppressionKey, Known]:
        """The whole tables of all agencies and measures of the question, over the calendar years that it touches."""
        first = min(slot.start for slot in slots).isoformat()
        years = whole_years(first, max(slot.end for slot in slots).isoformat())
        found: dict[SuppressionKey, Known] = {}
        for agency in scope.agencies:
            for measure in scope.measures:
                matter = SuppressionKey(agency.id, measure, *years)
                known = self._decisions.cached_decisions(matter, self._structure, self._progress)
                found[matter] = await self._suppression_table(matter, agency) if known is None else known
        return found

    async def _suppression_table(self, matter: SuppressionKey, agency: AgencyFacts) -> SuppressionInput:
        facts = self._structure.find_measure(matter.measure, agency.id)
        services = tuple(one for one in self._structure.services_of((agency.id,)) if not one.draft)
        assert facts is not None  # noqa: S101 - the scope knows every measure that it reads
        spans = table_spans(matter, agency.calendar)
        wanted = self._wanted_cells(spans, (service.id for service in services), (facts,))
        lines = await self._snapshot.read_lines(wanted)
        return SuppressionInput(agency, facts, services, self._structure, self._progress, lines)


def _shard_count(measures: Iterable[MeasureFacts]) -> frozenset[str] | None:
    letters = [_SHARDS.get(one.per) for one in measures]
    return None if None in letters else frozenset(letter for some in letters for letter in some or "")


def table_spans(matter: SuppressionKey, calendar: AgencyCalendar) -> tuple[GrainSpan, ...]:
    """The months of whole calendar years, and every fiscal quarter and year that reaches into them."""
    start = date.fromisoformat(matter.first)
    months = GrainSpan(MONTH, matter.first, matter.after)
    totals = (
        (grain, calendar.first_of_grain(start, grain).isoformat()) for grain in (CellGrain.QUARTER, CellGrain.YEAR)
    )
    return (months, *(GrainSpan(grain.value, first, matter.after, tallies=True) for grain, first in totals))
