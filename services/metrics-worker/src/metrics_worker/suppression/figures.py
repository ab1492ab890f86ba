"""Every figure that can be asked for of one year's table: the closed family of sums along its three axes.

A figure is the set of non-zero cells that it sums, nothing else. Two questions that sum the same non-zero cells are
one figure with one verdict, so that a verdict never tells which of the other cells are zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from metrics_worker.suppression.axis import Axis, Node
from metrics_worker.suppression.effort import Effort

Coordinates = tuple[Node, Node, Node]
"""Entity, channel and time: of a cell the leaves, of a question any nodes."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure and the two or more figures that add up to it along one axis."""

    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The family by number. Figure f sums the cells `members[f]` (numbers into `counts`) to `totals[f]`."""

    axes: tuple[Axis, Axis, Axis]
    cells: tuple[Coordinates, ...]
    counts: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]
    alone: tuple[int, ...]
    """Of each cell, the figure that is this cell alone."""
    asked: Mapping[int, int]
    """Packed coordinates of a question to its figure; what is not here is zero."""
    lines: tuple[Line, ...]

    def order(self, figure: int) -> tuple[int, int]:
        """Smallest first, ties by key (figures are numbered in the order of their cells' keys)."""
        return self.totals[figure], figure

    def questions(self, hidden: Sequence[bool]) -> frozenset[Coordinates]:
        """The coordinates of every question whose figure is hidden."""
        return frozenset(self._names(packed) for packed, figure in self.asked.items() if hidden[figure])

    def packed(self, entity: int, channel: int, time: int) -> int:
        return (entity * len(self.axes[1].names) + channel) * len(self.axes[2].names) + time

    def _names(self, packed: int) -> Coordinates:
        entities, channels, times = self.axes
        rest, time = divmod(packed, len(times.names))
        entity, channel = divmod(rest, len(channels.names))
        return entities.names[entity], channels.names[channel], times.names[time]


def figures_of(axes: tuple[Axis, Axis, Axis], cells: Mapping[Coordinates, int], effort: Effort) -> Figures:
    """The family of a table of non-zero cells. Raises TooMuchEffortError when the effort does not allow it."""
    entities, channels, times = axes
    ordered = sorted(cells)
    effort.spend(sum(len(entities.above[e]) * len(channels.above[c]) * len(times.above[t]) for e, c, t in ordered))
    counts = tuple(cells[cell] for cell in ordered)
    numbers: dict[tuple[int, ...], int] = {}
    asked = {packed: numbers.setdefault(tuple(inside), len(numbers)) for packed, inside in _sums(axes, ordered).items()}
    members = tuple(numbers)
    totals = tuple(sum(counts[cell] for cell in inside) for inside in members)
    alone = tuple(numbers[(cell,)] for cell in range(len(ordered)))
    return Figures(axes, tuple(ordered), counts, members, totals, alone, asked, _lines(axes, asked))


def _sums(axes: tuple[Axis, Axis, Axis], cells: Iterable[Coordinates]) -> dict[int, list[int]]:
    """The cells of every question that has any, by packed coordinates."""
    entities, channels, times = axes
    width, depth = len(channels.names), len(times.names)
    sums: dict[int, list[int]] = {}
    for cell, (entity, channel, time) in enumerate(cells):
        for e, c, t in product(entities.above[entity], channels.above[channel], times.above[time]):
            sums.setdefault((e * width + c) * depth + t, []).append(cell)
    return sums


def _lines(axes: tuple[Axis, Axis, Axis], asked: Mapping[int, int]) -> tuple[Line, ...]:
    """Every line with at least two non-zero parts, each set of parts once."""
    entities, channels, times = axes
    width, depth = len(channels.names), len(times.names)
    wholes: dict[tuple[int, ...], int] = {}
    for packed, whole in asked.items():
        rest, t = divmod(packed, depth)
        e, c = divmod(rest, width)
        ways = (
            (entities.partitions[e], width * depth, e),
            (channels.partitions[c], depth, c),
            (times.partitions[t], 1, t),
        )
        for partitions, stride, node in ways:
            base = packed - node * stride
            for kids in partitions:
                found = {asked[at] for kid in kids if (at := base + kid * stride) in asked}
                if len(found) > 1:
                    wholes[tuple(sorted(found))] = whole
    return tuple(Line(whole, parts) for parts, whole in wholes.items())
