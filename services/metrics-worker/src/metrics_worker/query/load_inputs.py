"""Gathering what a question needs from one snapshot, so that all deciding can happen after it is closed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from metrics_worker.catalogue_view.domain import Agency, CatalogueView, MeasureFacts
from metrics_worker.query.domain.grain_plan import MONTH, Span, Timeline, timeline_of
from metrics_worker.query.domain.metric_query import MetricQuery
from metrics_worker.query.domain.periods import Slot, bases_of, lanes_of, slots_of
from metrics_worker.query.domain.scope import Scope, scope_of
from metrics_worker.query.domain.summation import CellReading
from metrics_worker.query.ports import CellFilter, Progress, Snapshot
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
class PeriodLane:
    """Slots by number that do not overlap, how cells fall on them, and the lines that were read for them."""

    numbers: tuple[int, ...]
    timeline: Timeline
    lines: Sequence[CellReading]


Known = SuppressionInput | Mapping[MeasureScale, TableDecisions]


@dataclass(frozen=True, slots=True)
class QueryInputs:
    """All that one answer is made from. ``matters`` have the evidence, or the decision where it is known."""

    question: MetricQuery
    scope: Scope
    slots: tuple[Slot, ...]
    bases: tuple[Slot, ...]
    now: tuple[PeriodLane, ...]
    base: tuple[PeriodLane, ...]
    matters: Mapping[SuppressionKey, Known]


class QueryLoader:
    """Reads for one question after another from the same snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        structure: CatalogueView,
        progress: Progress,
        decisions: SuppressionCache,
        clock: Clock,
    ) -> None:
        self._snapshot = snapshot
        self._structure = structure
        self._progress = progress
        self._decisions = decisions
        self._clock = clock

    async def gather(self, question: MetricQuery, principal: Principal) -> QueryInputs:
        """What a question needs; ForeignAgency, or Refused naming what is wrong with it."""
        scope = scope_of(question, self._structure, principal)
        if scope.suppressed:
            check_public(question, scope)
        slots = slots_of(question, scope.calendar, self._matured_before(question, scope))
        bases = bases_of(slots, question, scope.calendar)
        return QueryInputs(
            question,
            scope,
            slots,
            bases,
            now=await self._lanes(slots, question, scope),
            base=await self._lanes(bases, question, scope),
            matters=await self._matters((*slots, *bases), scope) if scope.suppressed else {},
        )

    def _matured_before(self, question: MetricQuery, scope: Scope) -> date | None:
        """The first day that does not count yet; for suppressed callers months count whole or not at all."""
        if not question.matured_days:
            return None
        today = scope.calendar.local_date(epoch_ms(self._clock()))
        young = today - timedelta(days=question.matured_days)
        return scope.calendar.first_of(young, QueryInterval.MONTH) if scope.suppressed else young

    async def _lanes(self, slots: Sequence[Slot], question: MetricQuery, scope: Scope) -> tuple[PeriodLane, ...]:
        lanes: list[PeriodLane] = []
        for numbers in lanes_of(slots):
            timeline = timeline_of([slots[number] for number in numbers], scope.calendar)
            wanted = self._wanted(timeline.spans(), scope.services, scope.measures.values(), question)
            lanes.append(PeriodLane(numbers, timeline, await self._snapshot.lines(wanted)))
        return tuple(lanes)

    def _wanted(
        self,
        spans: tuple[Span, ...],
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
            shards=_shards(facts),
            channel=question.channel if question else None,
            touchpoint=question.touchpoint if question else None,
        )

    async def _matters(self, slots: Sequence[Slot], scope: Scope) -> dict[SuppressionKey, Known]:
        """The whole tables of all agencies and measures of the question, over the calendar years that it touches."""
        first = min(slot.start for slot in slots).isoformat()
        years = whole_years(first, max(slot.end for slot in slots).isoformat())
        found: dict[SuppressionKey, Known] = {}
        for agency in scope.agencies:
            for measure in scope.measures:
                matter = SuppressionKey(agency.id, measure, *years)
                known = self._decisions.known(matter, self._structure, self._progress)
                found[matter] = await self._table(matter, agency) if known is None else known
        return found

    async def _table(self, matter: SuppressionKey, agency: Agency) -> SuppressionInput:
        facts = self._structure.measure(matter.measure, agency.id)
        services = tuple(one for one in self._structure.services_of((agency.id,)) if not one.draft)
        assert facts is not None  # noqa: S101 - the scope knows every measure that it reads
        spans = table_spans(matter, agency.calendar)
        wanted = self._wanted(spans, (service.id for service in services), (facts,))
        lines = await self._snapshot.lines(wanted)
        return SuppressionInput(agency, facts, services, self._structure, self._progress, lines)


def _shards(measures: Iterable[MeasureFacts]) -> frozenset[str] | None:
    letters = [_SHARDS.get(one.per) for one in measures]
    return None if None in letters else frozenset(letter for some in letters for letter in some or "")


def table_spans(matter: SuppressionKey, calendar: AgencyCalendar) -> tuple[Span, ...]:
    """The months of whole calendar years, and every fiscal quarter and year that reaches into them."""
    start = date.fromisoformat(matter.first)
    months = Span(MONTH, matter.first, matter.after)
    totals = (
        (grain, calendar.first_of_grain(start, grain).isoformat()) for grain in (CellGrain.QUARTER, CellGrain.YEAR)
    )
    return (months, *(Span(grain.value, first, matter.after, tallies=True) for grain, first in totals))
