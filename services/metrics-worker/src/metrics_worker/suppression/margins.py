"""All figures that can be queried of one year's table: the closed family of sums along its three axes.

A figure is the set of non-zero cells that it sums, nothing else. Two queries that sum the same non-zero cells are one
figure with one decision, so that a decision never discloses which of the other cells are zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from metrics_worker.suppression.dimension import Node, TableAxis
from metrics_worker.suppression.work_budget import WorkBudget

Coordinates = tuple[Node, Node, Node]
"""Entity, channel and time: of a cell the leaves, of a question any nodes."""


@dataclass(frozen=True, slots=True)
class MarginLine:
    """A figure and the two or more figures that add up to it along one axis."""

    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TableFigures:
    """The family by number. Figure f sums the cells `members[f]` (numbers into `counts`) to `totals[f]`."""

    axes: tuple[TableAxis, TableAxis, TableAxis]
    cells: tuple[Coordinates, ...]
    counts: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]
    alone: tuple[int, ...]
    """Of each cell, the figure that is this cell alone."""
    asked: Mapping[int, int]
    """Packed coordinates of a question to its figure; what is not here is zero."""
    lines: tuple[MarginLine, ...]

    def hiding_order(self, figure: int) -> tuple[int, int]:
        """Smallest first, ties by key (figures are numbered in the order of their cells' keys)."""
        return self.totals[figure], figure

    def hidden_questions(self, hidden: Sequence[bool]) -> frozenset[Coordinates]:
        """The coordinates of every question whose figure is hidden."""
        return frozenset(self._coordinate_names(packed) for packed, figure in self.asked.items() if hidden[figure])

    @property
    def axis_strides(self) -> tuple[int, int, int]:
        """What a step along each axis adds to packed coordinates."""
        return strides_of(self.axes)

    def _coordinate_names(self, packed: int) -> Coordinates:
        entities, channels, times = self.axes
        rest, time = divmod(packed, len(times.names))
        entity, channel = divmod(rest, len(channels.names))
        return entities.names[entity], channels.names[channel], times.names[time]


def strides_of(axes: tuple[TableAxis, TableAxis, TableAxis]) -> tuple[int, int, int]:
    _, channels, times = axes
    return len(channels.names) * len(times.names), len(times.names), 1


def figures_of(
    axes: tuple[TableAxis, TableAxis, TableAxis], cells: Mapping[Coordinates, int], effort: WorkBudget
) -> TableFigures:
    """The family of a table of non-zero cells. Raises TooMuchEffortError when the effort does not allow it."""
    entities, channels, times = axes
    ordered = sorted(cells)
    effort.spend_additions(
        sum(len(entities.above[e]) * len(channels.above[c]) * len(times.above[t]) for e, c, t in ordered)
    )
    counts = tuple(cells[cell] for cell in ordered)
    numbers: dict[tuple[int, ...], int] = {}
    asked = {
        packed: numbers.setdefault(tuple(inside), len(numbers))
        for packed, inside in _margin_sums(axes, ordered).items()
    }
    members = tuple(numbers)
    totals = tuple(sum(counts[cell] for cell in inside) for inside in members)
    alone = tuple(numbers[(cell,)] for cell in range(len(ordered)))
    return TableFigures(axes, tuple(ordered), counts, members, totals, alone, asked, _margin_lines(axes, asked))


def _margin_sums(axes: tuple[TableAxis, TableAxis, TableAxis], cells: Iterable[Coordinates]) -> dict[int, list[int]]:
    """The cells of every question that has any, by packed coordinates."""
    above = [
        {leaf: [node * stride for node in nodes] for leaf, nodes in axis.above.items()}
        for axis, stride in zip(axes, strides_of(axes), strict=True)
    ]
    sums: dict[int, list[int]] = {}
    for number, cell in enumerate(cells):
        for packed in map(sum, product(*(nodes[leaf] for nodes, leaf in zip(above, cell, strict=True)))):
            sums.setdefault(packed, []).append(number)
    return sums


def _margin_lines(axes: tuple[TableAxis, TableAxis, TableAxis], asked: Mapping[int, int]) -> tuple[MarginLine, ...]:
    """Every line with at least two non-zero parts, each set of parts once."""
    wholes: dict[tuple[int, ...], int] = {}
    for axis, stride in zip(axes, strides_of(axes), strict=True):
        steps = [
            [[(kid - node) * stride for kid in kids] for kids in partitions]
            for node, partitions in enumerate(axis.partitions)
        ]
        for packed, whole in asked.items():
            for kids in steps[packed // stride % len(steps)]:
                parts = {asked[packed + kid] for kid in kids if packed + kid in asked}
                if len(parts) > 1:
                    wholes[tuple(sorted(parts))] = whole
    return tuple(MarginLine(whole, parts) for parts, whole in wholes.items())
