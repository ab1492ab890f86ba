"""Decides which figures of an agency's measure the public may see, and answers for each figure.

Hidden is, first, every sum of cells along service, channel and time from 1 to threshold - 1; then other figures, until
no line has a single hidden part, and none of the first can be worked out from all that is shown: not by solving the
sums as linear equations (exactly), and not by bounds, taking one sum at a time and each hidden cell as at least 1.
Not covered: what follows from the order in which this procedure hides, from bounds over several sums at once, from
other measures that count nearly the same people, from older answers, or from what someone knows about some of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from metrics_worker.suppression.complementary import ComplementarySuppressor
from metrics_worker.suppression.disclosure_audit import DisclosureAudit
from metrics_worker.suppression.hypercube import HypercubeSearch
from metrics_worker.suppression.margins import Coordinates
from metrics_worker.suppression.publication_periods import (
    Grain,
    PublicationCalendar,
    PublicationSpan,
    PublicationYear,
    month_start,
)
from metrics_worker.suppression.published_table import (
    AGENCY,
    ALL_CHANNELS,
    Dimension,
    PublishedTable,
    channel_node,
    department_node,
    service_node,
    view_of,
)
from metrics_worker.suppression.table import SuppressionRules, SuppressionTable, TableCell
from metrics_worker.suppression.work_budget import WorkBudget, WorkBudgetExceeded

REDUCTIONS: tuple[frozenset[Dimension], ...] = (
    frozenset(),
    frozenset(("channel",)),
    frozenset(("channel", "service")),
)
SMALLEST: frozenset[Dimension] = frozenset(("channel", "service", "department"))
NO_LIMIT = 10**12

AT_ONCE = 4
"""A fourth of the exposed figures is repaired before looking again: one exchange often covers several."""


@dataclass(frozen=True, slots=True)
class YearDecision:
    """The decision on one year: the questions whose figure is hidden, and the dimensions the public does not get."""

    table: SuppressionTable
    rules: SuppressionRules
    hidden: frozenset[Coordinates]
    dropped: frozenset[Dimension]


@dataclass(frozen=True, slots=True)
class SuppressionDecision:
    """Which figures of one measure of one agency are hidden from everyone without the analyst role."""

    rules: SuppressionRules
    departments: Mapping[str, tuple[str, ...]]
    verdicts: Mapping[PublicationYear, YearDecision]

    def suppresses(
        self,
        *,
        grain: Grain,
        start: str,
        service: str | None = None,
        department: str | None = None,
        channel: str | None = None,
    ) -> bool:
        """Whether the sum of these cells is hidden: its value, n and all that is derived from them.

        None means the sum along that axis. `start` is the first day of the period, `YYYY-MM-01`. A sum without counts
        is never hidden (unless by a dropped dimension). Raises UnpublishablePeriodError for any other period.
        """
        span = PublicationCalendar(self.rules.fiscal_month).span_of(grain, start)
        if service is not None and department is not None and department not in self.departments.get(service, ()):
            return False
        asked = SuppressionQuestion(service, department, channel, (grain, month_start(span.first)))
        return any(_year_hides(self.verdicts[year], asked) for year in self._years_of(span))

    def dropped_dimensions(self, *, grain: Grain, start: str) -> frozenset[Dimension]:
        """The dimensions in which the public gets nothing of this period, since its table was too large to decide."""
        span = PublicationCalendar(self.rules.fiscal_month).span_of(grain, start)
        return frozenset(gone for year in self._years_of(span) for gone in self.verdicts[year].dropped)

    @property
    def reduced_dimensions(self) -> frozenset[Dimension]:
        """The dimensions dropped in any year."""
        return frozenset(gone for verdict in self.verdicts.values() for gone in verdict.dropped)

    def _years_of(self, span: PublicationSpan) -> list[PublicationYear]:
        return [year for year in PublicationCalendar(self.rules.fiscal_month).years_in(span) if year in self.verdicts]


@dataclass(frozen=True, slots=True)
class SuppressionQuestion:
    """A sum of cells as it was asked for."""

    service: str | None
    department: str | None
    channel: str | None
    period: tuple[str, str]

    def table_coordinates(self) -> Coordinates:
        channel = ALL_CHANNELS if self.channel is None else channel_node(self.channel)
        if self.service is not None:
            return service_node(self.service), channel, self.period
        return AGENCY if self.department is None else department_node(self.department), channel, self.period

    def needed_dimensions(self) -> frozenset[Dimension]:
        """The finest dimensions that an answer would show."""
        finest: set[Dimension] = set()
        if self.channel is not None:
            finest.add("channel")
        if self.service is not None:
            finest.add("service")
        elif self.department is not None:
            finest.add("department")
        return frozenset(finest)


def decide_suppression(
    table: SuppressionTable, rules: SuppressionRules, previous: SuppressionDecision | None = None
) -> SuppressionDecision:
    """Judge a measure's table, year by year; a year that is as it was in `previous` keeps its verdict.

    The same table and rules give the same decision, whatever the order of the cells and whatever `previous` is. It is
    pure computing, up to some seconds for a large year with many small cells: not for the event loop.
    """
    verdicts: dict[PublicationYear, YearDecision] = {}
    for year, cells in sorted(_by_year(table.cells, PublicationCalendar(rules.fiscal_month)).items()):
        part = _table_part(table, cells, rules)
        kept = previous.verdicts.get(year) if previous else None
        verdicts[year] = kept if kept and (kept.table, kept.rules) == (part, rules) else _decide_year(part, year, rules)
    return SuppressionDecision(rules, MappingProxyType(dict(table.departments)), MappingProxyType(verdicts))


def _by_year(
    cells: Mapping[TableCell, int], calendar: PublicationCalendar
) -> dict[PublicationYear, dict[TableCell, int]]:
    """The non-zero cells of each unit of decision."""
    years: dict[tuple[str, str], PublicationYear] = {}
    parts: dict[PublicationYear, dict[TableCell, int]] = {}
    for cell, n in cells.items():
        if n > 0:
            year = years.get((cell.grain, cell.start))
            if year is None:
                year = years[cell.grain, cell.start] = calendar.year_of(cell)
            parts.setdefault(year, {})[cell] = n
    return parts


def _table_part(table: SuppressionTable, cells: dict[TableCell, int], rules: SuppressionRules) -> SuppressionTable:
    """A copy of what the decision on some cells depends on."""
    services = {cell.service for cell in cells}
    departments = {service: above for service, above in table.departments.items() if service in services}
    bins = {cell: dict(table.bins.get(cell, {})) for cell in cells} if rules.strict else {}
    return SuppressionTable(cells, departments, bins)


def _year_hides(verdict: YearDecision, asked: SuppressionQuestion) -> bool:
    return not verdict.dropped.isdisjoint(asked.needed_dimensions()) or asked.table_coordinates() in verdict.hidden


def _decide_year(table: SuppressionTable, year: PublicationYear, rules: SuppressionRules) -> YearDecision:
    """The largest view of the year that can be decided within the rules' effort."""
    if not any(rules.is_sensitive(n, table.bins.get(cell, {})) for cell, n in table.cells.items()):
        return YearDecision(table, rules, frozenset(), frozenset())  # sums of what is 0 or large are 0 or large
    for dropped in REDUCTIONS:
        try:
            hidden = _hidden_figures(table, year, rules, dropped, WorkBudget(rules.effort))
        except WorkBudgetExceeded:
            continue
        return YearDecision(table, rules, hidden, dropped)
    return YearDecision(table, rules, _hidden_figures(table, year, rules, SMALLEST, WorkBudget(NO_LIMIT)), SMALLEST)


def _hidden_figures(
    table: SuppressionTable,
    year: PublicationYear,
    rules: SuppressionRules,
    dropped: frozenset[Dimension],
    effort: WorkBudget,
) -> frozenset[Coordinates]:
    view = view_of(table, year, rules, dropped, effort)
    return view.figures.hidden_questions(hidden_figures(view, effort))


def hidden_figures(view: PublishedTable, effort: WorkBudget) -> list[bool]:
    """Rule 1, then what its lines need, then an exchange for each figure that could still be worked out."""
    figures = view.figures
    curtain, exchanges = ComplementarySuppressor(figures), HypercubeSearch(figures, effort)
    curtain.hide_chosen(view.sensitive)
    for finds in (DisclosureAudit.linearly_recoverable, DisclosureAudit.bound_recoverable):
        exposed: Collection[int] = view.sensitive
        while exposed := finds(DisclosureAudit(figures, curtain.hidden), exposed, effort):
            smallest = sorted(exposed, key=figures.hiding_order)[: 1 + len(exposed) // AT_ONCE]
            for figure in smallest:
                curtain.hide_chosen(sorted(exchanges.cheapest_hypercube(figure, curtain.hidden)))
            exposed -= set(smallest)
    return curtain.hidden
