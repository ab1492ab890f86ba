"""The last resort for a figure that can be worked out: hide just enough that the table could be another one."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from metrics_worker.suppression.margins import Coordinates, TableFigures
from metrics_worker.suppression.work_budget import WorkBudget

PARTNERS = 20
"""How many other places along an axis are tried, those with the smallest counts."""

STARTS = 3
"""How many cells of a figure are tried, those with the largest counts."""

CORNERS = 8
ENOUGH = 2
"""The count from which one can be taken without leaving a visible zero."""


class AxisShift(NamedTuple):
    """Along one axis: one more at the first leaf and, if there is a second, one less there; `nodes` then change.

    Leaves and nodes are numbers of the axis times its stride, so that one of each axis add up to packed coordinates.
    """

    leaves: tuple[int, ...]
    nodes: tuple[int, ...]


Shifts = tuple[AxisShift, AxisShift, AxisShift]
Corners = tuple[list[int], list[int]]


class HypercubeSearch:
    """Finds for a figure the cheapest exchange among those tried: the product of one shift along each axis.

    One is added to some cells and taken from others, so that the figure changes while each of these cells stays at
    least 1. When all figures that change are hidden, the public sees the same as before: the two tables cannot be
    distinguished, neither by solving the sums nor by bounds.
    """

    def __init__(self, figures: TableFigures, effort: WorkBudget) -> None:
        self._figures = figures
        self._effort = effort
        self._leaf_of = tuple(
            {axis.names[number]: number * stride for number in range(len(axis.names))}
            for axis, stride in zip(figures.axes, figures.axis_strides, strict=True)
        )
        self._cells: Mapping[int, int] = {self._packed_cell(cell): number for number, cell in enumerate(figures.cells)}
        self._beside = self._neighbour_cells()

    def _packed_cell(self, cell: Coordinates) -> int:
        return sum(leaf_of[node] for leaf_of, node in zip(self._leaf_of, cell, strict=True))

    def _neighbour_cells(self) -> tuple[dict[int, list[int]], ...]:
        """For each axis, by the two other coordinates of a cell: the leaves with counts, the smallest first."""
        beside: tuple[dict[int, list[int]], ...] = ({}, {}, {})
        for packed, number in sorted(self._cells.items(), key=lambda item: (self._figures.counts[item[1]], item[1])):
            for axis, leaf_of in enumerate(self._leaf_of):
                leaf = leaf_of[self._figures.cells[number][axis]]
                beside[axis].setdefault(packed - leaf, []).append(leaf)
        return beside

    def cheapest_hypercube(self, figure: int, hidden: Sequence[bool]) -> frozenset[int]:
        """The figures to hide (some may be hidden already) so that this one cannot be worked out.

        Raises TooMuchEffortError. There always is one: adding to one cell and to every sum above it.
        """
        totals = self._figures.totals
        best: frozenset[int] = frozenset()
        cost = sum(totals) + 1
        for at_least, shifts in sorted(self._possible_corners(figure, hidden), key=itemgetter(0)):
            if at_least >= cost:
                break
            changed = self._changed_cells(shifts)
            new = sum(totals[other] for other in changed if not hidden[other])
            if new < cost:
                best, cost = changed, new
        return best

    def _possible_corners(self, figure: int, hidden: Sequence[bool]) -> Iterator[tuple[int, Shifts]]:
        """Exchanges that change a figure, each with the total of its shown corners."""
        inside = frozenset(self._figures.members[figure])
        counts, alone = self._figures.counts, self._figures.alone
        for number in sorted(inside, key=lambda cell: (-counts[cell], cell))[:STARTS]:
            entities, channels, times = (self._axis_shifts(number, axis) for axis in range(3))
            self._effort.spend_additions(CORNERS * len(entities) * len(channels) * len(times))
            for shifts in product(entities, channels, times):
                more, less = self._corner_cells(shifts)
                if len(inside.intersection(more)) != len(inside.intersection(less)):
                    yield sum(counts[cell] for cell in (*more, *less) if not hidden[alone[cell]]), shifts

    def _axis_shifts(self, number: int, axis: int) -> list[AxisShift]:
        """The shift of this cell alone, and with each of its smallest neighbours."""
        cell, stride = self._figures.cells[number], self._figures.axis_strides[axis]
        above = self._figures.axes[axis].above
        names = self._figures.axes[axis].names
        leaf = self._leaf_of[axis][cell[axis]]
        own = {node * stride for node in above[cell[axis]]}
        shifts = [AxisShift((leaf,), tuple(own))]
        for other in self._beside[axis][self._packed_cell(cell) - leaf][: PARTNERS + 1]:
            if other != leaf:
                nodes = own.symmetric_difference(node * stride for node in above[names[other // stride]])
                shifts.append(AxisShift((leaf, other), tuple(nodes)))
        return shifts

    def _corner_cells(self, shifts: Shifts) -> Corners:
        """The cells with one more and those with one less; none when one of them is zero or would become so."""
        corners: Corners = ([], [])
        entities, channels, times = shifts
        for x, entity in enumerate(entities.leaves):
            for y, channel in enumerate(channels.leaves):
                for z, time in enumerate(times.leaves):
                    number = self._cells.get(entity + channel + time)
                    if number is None:
                        return [], []
                    corners[(x + y + z) % 2].append(number)
        counts = self._figures.counts  # either side may be the one that loses
        return corners if any(all(counts[cell] >= ENOUGH for cell in side) for side in corners) else ([], [])

    def _changed_cells(self, shifts: Shifts) -> frozenset[int]:
        entities, channels, times = (shift.nodes for shift in shifts)
        self._effort.spend_additions(len(entities) * len(channels) * len(times))
        asked = self._figures.asked
        return frozenset(asked[e + c + t] for e in entities for c in channels for t in times)
