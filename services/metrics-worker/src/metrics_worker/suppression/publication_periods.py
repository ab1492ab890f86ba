"""The periods that the public may query, and the partition of a history into years that are decided one by one.

The unit is the calendar year. A fiscal period that crosses New Year is never decided whole: its part in each calendar
year is a figure of that year's decision, and the whole is shown only when every part with counts is shown. So what is
published of one year discloses nothing about another, and a closed year keeps its decision. Tallies that themselves
cross New Year (a fiscal year's, say) form a small year of their own.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from metrics_worker.suppression.dimension import Node
from metrics_worker.suppression.table import TableCell

Grain = Literal["month", "quarter", "year", "fiscal_year"]

MONTHS_OF: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}
YEAR = 12


class UnpublishablePeriodError(ValueError):
    """A period that is no whole local month, fiscal quarter, calendar year or fiscal year."""


class PublicationYear(NamedTuple):
    """A unit of decision: a calendar year, or the tallies of a fiscal year that cross New Year."""

    kind: Literal["calendar", "fiscal"]
    first: int
    """Its first month, counted from year 0."""


def month_number(start: str) -> int:
    """The month of `YYYY-MM-01`, counted from year 0."""
    year, month, day = start.split("-")
    if day != "01":
        raise UnpublishablePeriodError(f"{start} is not the first of a month")
    return int(year) * YEAR + int(month) - 1


def month_start(number: int) -> str:
    return f"{number // YEAR:04}-{number % YEAR + 1:02}-01"


class PublicationSpan(NamedTuple):
    """Months from `first` up to, not including, `end`."""

    first: int
    end: int

    def contains_span(self, other: "PublicationSpan") -> bool:
        return self.first <= other.first and other.end <= self.end


class PublicationCalendar(NamedTuple):
    """An agency's calendar, known by the month (1-12) in which its fiscal year starts."""

    fiscal_month: int

    def fiscal_year(self, month: int) -> int:
        """The first month of the fiscal year around a month."""
        return month - (month - (self.fiscal_month - 1)) % YEAR

    def span_of(self, grain: Grain, start: str) -> PublicationSpan:
        """The months of a period. Raises UnpublishablePeriodError when it starts where no such period does."""
        first = month_number(start)
        length = MONTHS_OF[grain]
        origin = 0 if grain == "year" else self.fiscal_month - 1
        if (first - origin) % length:
            raise UnpublishablePeriodError(f"no {grain} starts on {start}")
        return PublicationSpan(first, first + length)

    def year_of(self, cell: TableCell) -> PublicationYear:
        """The unit in which a cell is decided."""
        span = cell_span(cell)
        if span.first // YEAR == (span.end - 1) // YEAR:
            return PublicationYear("calendar", span.first // YEAR * YEAR)
        return PublicationYear("fiscal", self.fiscal_year(span.first))

    def years_in(self, span: PublicationSpan) -> tuple[PublicationYear, ...]:
        """The units that can hold cells of a publishable period."""
        calendar = [
            PublicationYear("calendar", year * YEAR) for year in range(span.first // YEAR, (span.end - 1) // YEAR + 1)
        ]
        crosses_new_year = [PublicationYear("fiscal", self.fiscal_year(span.first))] if len(calendar) > 1 else []
        return (*calendar, *crosses_new_year)

    def period_nodes(self, year: PublicationYear, cells: Iterable[TableCell]) -> dict[Node, frozenset[Node]]:
        """The time axis of a unit: every cell's own place, and every publishable period with the places inside."""
        places = {cell_node(cell): cell_span(cell) for cell in cells}
        nodes = {node: frozenset((node,)) for node in places}
        for period, span in self._year_periods(year):
            inside = frozenset(node for node, months in places.items() if span.contains_span(months))
            if inside:
                nodes[period] = inside
        return nodes

    def _year_periods(self, year: PublicationYear) -> Iterable[tuple[Node, PublicationSpan]]:
        """Every period longer than a month that reaches into a unit."""
        reach = PublicationSpan(year.first, year.first + YEAR)
        for grain in ("quarter", "fiscal_year", "year"):
            length = MONTHS_OF[grain]
            origin = 0 if grain == "year" else self.fiscal_month - 1
            first = reach.first - (reach.first - origin) % length
            for number in range(first, reach.end, length):
                yield (grain, month_start(number)), PublicationSpan(number, number + length)


def cell_span(cell: TableCell) -> PublicationSpan:
    """The months that a cell covers."""
    first = month_number(cell.start)
    return PublicationSpan(first, first + MONTHS_OF[cell.grain])


def cell_node(cell: TableCell) -> Node:
    """The node of a cell on the time axis; a month's place is also the period of that month."""
    return ("month" if cell.grain == "month" else f"{cell.grain} tally", cell.start)


def whole_years(first: str, end: str) -> tuple[str, str]:
    """The whole calendar years (from, to; `to` not included) whose cells a table needs to judge first..end.

    For a range that is not empty. Tallies that only overlap these years belong into the table too.
    """
    years = month_number(first) // YEAR, -(-month_number(end) // YEAR)
    return f"{years[0]:04}-01-01", f"{years[1]:04}-01-01"
