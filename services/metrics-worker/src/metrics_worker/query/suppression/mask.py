"""The suppression mask: which rows of a result are hidden, by the decisions on the tables of all measures in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from metrics_worker.catalogue_view.domain import AgencyFacts, CatalogueView, ServiceFacts
from metrics_worker.formulas.figures import MetricFigure
from metrics_worker.formulas.formula import MeasureNeed
from metrics_worker.query.domain.metric_query import GroupDimension, MetricQuery
from metrics_worker.query.domain.periods import PeriodSlot
from metrics_worker.query.domain.scope import QueryScope
from metrics_worker.query.domain.summation import CellReading, CellSum, Group
from metrics_worker.suppression import (
    CellGrain,
    Grain,
    SuppressionDecision,
    SuppressionRules,
    SuppressionTable,
    TableCell,
)
from soundings.kernel.agency_calendar import AgencyCalendar, QueryInterval
from soundings.kernel.scales import UNITS, MeasureScale

_GRAINS: Final[Mapping[QueryInterval, Grain]] = {
    QueryInterval.MONTH: "month",
    QueryInterval.QUARTER: "quarter",
    QueryInterval.YEAR: "year",
    QueryInterval.FISCAL_YEAR: "fiscal_year",
}
_INTERVALS: Final = {grain: interval for interval, grain in _GRAINS.items()}
_CELL_GRAINS: Final[Mapping[str, CellGrain]] = {"month": "month", "quarter": "quarter", "year": "year"}
_PERIOD_OF: Final[Mapping[CellGrain, Grain]] = {"month": "month", "quarter": "quarter", "year": "fiscal_year"}

Period = tuple[Grain, date]


def rules_of(agency: AgencyFacts) -> SuppressionRules:
    month = int(agency.calendar.fiscal_year_start[:2])
    return SuppressionRules(threshold=agency.threshold, fiscal_month=month, strict=agency.strict)


def tables_of(
    lines: Iterable[CellReading], scale: MeasureScale, departments: Mapping[str, tuple[str, ...]]
) -> tuple[SuppressionTable, ...]:
    """The table of a measure's n; where some durations are unknown, also that of the known ones, as means have it."""
    sums: dict[TableCell, CellSum] = {}
    for line in lines:
        cell = TableCell(line.service, line.channel, _CELL_GRAINS[line.grain], line.bucket)
        sums.setdefault(cell, CellSum()).add_bins(line.bins)
    counts = {cell: sum_.bin_counts(scale) for cell, sum_ in sums.items()}
    units = {cell: one.unit_count for cell, one in counts.items()}
    bins = {cell: {name: n for name, (n, _) in one.bins.items() if name != UNITS} for cell, one in counts.items()}
    known = {cell: sum(n for _, n, _ in one.valued_counts()) for cell, one in counts.items()}
    tables = (SuppressionTable(units, departments, bins),)
    return (
        tables
        if known == units or scale is not MeasureScale.DURATION
        else (*tables, SuppressionTable(known, departments, bins))
    )


def departments_of(structure: CatalogueView, services: Iterable[ServiceFacts]) -> dict[str, tuple[str, ...]]:
    """Of each service the departments that sum it: its own, and each with all that is below it."""
    listed = list(services)
    own = {service.department_id for service in listed}
    above = {department: structure.departments_above(department) for department in own}
    parents = frozenset(parent for chain in above.values() for parent in chain[1:])
    return {
        service.id: (
            service.department_id,
            *(with_below(one) for one in above[service.department_id] if one in parents),
        )
        for service in listed
    }


def with_below(department: str) -> str:
    """The name of a department together with those below it; no slug has a slash."""
    return f"{department}/"


@dataclass(frozen=True, slots=True)
class TableDecisions:
    """The decisions on the tables of one measure, the departments in them, and the tallies that no month holds."""

    hidings: tuple[SuppressionDecision, ...]
    departments: frozenset[str]
    totals: frozenset[Period]


def judged_of(tables: Sequence[SuppressionTable], hidings: Sequence[SuppressionDecision]) -> TableDecisions:
    """The decisions ``hidings`` on the tables of one measure."""
    table = tables[0]
    totals: set[Period] = {
        (_PERIOD_OF[cell.grain], date.fromisoformat(cell.start))
        for cell, n in table.cells.items()
        if n and cell.grain != "month"
    }
    names = {name for names in table.departments.values() for name in names}
    return TableDecisions(tuple(hidings), frozenset(names), frozenset(totals))


class SuppressionMask:
    """Answers for one question what its caller may not see."""

    def __init__(
        self, question: MetricQuery, scope: QueryScope, judged: Mapping[tuple[str, str], TableDecisions]
    ) -> None:
        """The decisions are by agency and measure."""
        self._question = question
        self._scope = scope
        self._judged = judged
        self._agencies = {agency.id: agency for agency in scope.agencies}

    def suppresses(self, group: Group, slot: PeriodSlot, figure: MetricFigure) -> bool:
        """Whether a figure is hidden: since a sum that it is made of is, or since it is of too few by itself."""
        named = dict(zip(self._question.group_by, group, strict=True))
        agency = self._agencies[self._agency_hidden(named)]
        if _is_few(figure, agency):
            return True
        if slot.until <= slot.start:
            return False
        return any(
            self._hides_need(need, self._judged[agency.id, need.measure], named, slot) for need in self._question.needs
        )

    def _agency_hidden(self, named: Mapping[GroupDimension, str | None]) -> str:
        service = named.get(GroupDimension.SERVICE) or self._question.service
        if service is not None:
            return self._scope.services[service].agency_id
        return named.get(GroupDimension.AGENCY) or self._scope.agencies[0].id

    def _hides_need(
        self, need: MeasureNeed, judged: TableDecisions, named: Mapping[GroupDimension, str | None], slot: PeriodSlot
    ) -> bool:
        """A need over some channels is a sum without a decision of its own: it is shown where each of its parts is."""
        one_channel = named.get(GroupDimension.CHANNEL) or self._question.channel
        service = named.get(GroupDimension.SERVICE) or self._question.service
        department = None if service else self._department_hidden(named, judged)
        ways = ways_of(slot, self._scope.agency_calendar, judged.totals)
        return any(
            not any(_is_shown(hiding, way, service, department, channel) for way in ways)
            for hiding in judged.hidings
            for channel in ((one_channel,) if need.channels is None else sorted(need.channels))
        )

    def _department_hidden(self, named: Mapping[GroupDimension, str | None], judged: TableDecisions) -> str | None:
        """A row is of a department alone, a question about one of all below it too."""
        if (own := named.get(GroupDimension.DEPARTMENT)) is not None:
            return own
        asked = self._question.department
        return with_below(asked) if asked and with_below(asked) in judged.departments else asked


def _is_shown(
    hiding: SuppressionDecision, way: Iterable[Period], service: str | None, department: str | None, channel: str | None
) -> bool:
    return not any(
        hiding.suppresses(grain=grain, start=start.isoformat(), service=service, department=department, channel=channel)
        for grain, start in way
    )


def ways_of(slot: PeriodSlot, calendar: AgencyCalendar, totals: Iterable[Period]) -> tuple[tuple[Period, ...], ...]:
    """The series of decided periods from which the counts of a slot can be summed.

    A slot that is a decided period is its own only series; any other one is covered by a series of equal periods, if no
    tally inside it is longer than they are: a reader of the whole series knows its sum.
    """
    single = calendar.single_period(slot.start, slot.until)
    if single is not None:
        return (((_GRAINS[single], slot.start),),)
    inside = [
        (first, after)
        for first, after in _hidden_ranges(totals, calendar)
        if slot.start <= first and after <= slot.until
    ]
    ways: list[tuple[Period, ...]] = []
    for interval in sorted(calendar.whole_periods(slot.start, slot.until)):
        parts = calendar.periods_between(slot.start, slot.until, interval)
        if all(any(part.start <= first and after <= part.end for part in parts) for first, after in inside):
            ways.append(tuple((_GRAINS[interval], part.start) for part in parts))
    return tuple(ways)


def _hidden_ranges(totals: Iterable[Period], calendar: AgencyCalendar) -> Iterable[tuple[date, date]]:
    return ((first, calendar.next_of(first, _INTERVALS[grain])) for grain, first in totals)


def _is_few(figure: MetricFigure, agency: AgencyFacts) -> bool:
    """Whether a figure is of fewer than the agency shows; when strict, also one with few on either side of it."""
    rules = rules_of(agency)
    parts = dict(figure.distribution or {})
    if figure.numerator is not None:
        parts["numerator"] = figure.numerator
    return rules.is_sensitive(figure.n, parts)
