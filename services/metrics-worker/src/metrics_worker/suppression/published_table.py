"""One year's table as the public gets it: with all its dimensions, or with some summed away."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from metrics_worker.suppression.dimension import Node, TableAxis, axis_of
from metrics_worker.suppression.margins import Coordinates, TableFigures, figures_of
from metrics_worker.suppression.publication_periods import PublicationCalendar, PublicationYear, cell_node
from metrics_worker.suppression.table import SuppressionRules, SuppressionTable, TableCell
from metrics_worker.suppression.work_budget import WorkBudget

Dimension = Literal["channel", "service", "department"]

AGENCY: Node = ("agency", "")
ALL_CHANNELS: Node = ("channels", "")


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """The figures of a view, and which of them are figures of rule 1."""

    figures: TableFigures
    sensitive: tuple[int, ...]


def view_of(
    table: SuppressionTable,
    year: PublicationYear,
    rules: SuppressionRules,
    dropped: frozenset[Dimension],
    effort: WorkBudget,
) -> PublishedTable:
    """The figures of a year without the dropped dimensions. Raises TooMuchEffortError."""
    axes, coordinates = _table_axes(table, year, rules, dropped)
    counts: Counter[Coordinates] = Counter()
    for cell, at in coordinates.items():
        counts[at] += table.cells[cell]
    figures = figures_of(axes, counts, effort)
    bins = _bin_figures(table, coordinates, figures, effort) if rules.strict else {}
    sensitive = (f for f, n in enumerate(figures.totals) if rules.is_sensitive(n, bins.get(f, {})))
    return PublishedTable(figures, tuple(sensitive))


def _table_axes(
    table: SuppressionTable, year: PublicationYear, rules: SuppressionRules, dropped: frozenset[Dimension]
) -> tuple[tuple[TableAxis, TableAxis, TableAxis], dict[TableCell, Coordinates]]:
    """The axes, and where on them each cell lies."""
    entities = {cell.service: entity_leaf(cell.service, table.departments, dropped) for cell in table.cells}
    channels = {
        cell.channel: ALL_CHANNELS if "channel" in dropped else channel_node(cell.channel) for cell in table.cells
    }
    nodes: dict[Node, set[Node]] = {AGENCY: set(entities.values())}
    for service, leaf in entities.items():
        above = () if "department" in dropped else map(department_node, table.departments.get(service, ()))
        for node in (leaf, *above):
            nodes.setdefault(node, set()).add(leaf)
    axes = (
        axis_of({node: frozenset(leaves) for node, leaves in nodes.items()}),
        axis_of(
            {**{leaf: frozenset((leaf,)) for leaf in channels.values()}, ALL_CHANNELS: frozenset(channels.values())}
        ),
        axis_of(PublicationCalendar(rules.fiscal_month).period_nodes(year, table.cells)),
    )
    return axes, {cell: (entities[cell.service], channels[cell.channel], cell_node(cell)) for cell in table.cells}


def entity_leaf(service: str, departments: Mapping[str, tuple[str, ...]], dropped: frozenset[Dimension]) -> Node:
    """Where a service's counts lie: at the service, or summed with those of the same departments, or of the agency."""
    if "department" in dropped:
        return AGENCY
    if "service" in dropped:
        return ("services of", "/".join(departments.get(service, ())))
    return service_node(service)


def _bin_figures(
    table: SuppressionTable, coordinates: Mapping[TableCell, Coordinates], figures: TableFigures, effort: WorkBudget
) -> dict[int, Mapping[str, int]]:
    """The distribution of every figure."""
    of_cell: dict[Coordinates, Counter[str]] = {}
    for cell, at in coordinates.items():
        of_cell.setdefault(at, Counter()).update(table.bins.get(cell, {}))
    cells = [of_cell[at] for at in sorted(of_cell)]
    sums: dict[int, Mapping[str, int]] = {}
    for figure, inside in enumerate(figures.members):
        effort.spend_additions(sum(len(cells[number]) for number in inside))
        total: Counter[str] = Counter()
        for number in inside:
            total.update(cells[number])
        sums[figure] = total
    return sums


def service_node(service: str) -> Node:
    return ("service", service)


def department_node(department: str) -> Node:
    return ("department", department)


def channel_node(channel: str) -> Node:
    return ("channel", channel)
