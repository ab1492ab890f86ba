"""The last resort for a figure that can be worked out: hide just enough that the table could be another one."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from metrics_worker.suppression.axis import Axis, Node
from metrics_worker.suppression.effort import Effort
from metrics_worker.suppression.figures import Coordinates, Figures

PARTNERS = 24


class Shift(NamedTuple):
    """Along one axis: one more at the first leaf and, if there is a second, one less there; `nodes` then change."""

    leaves: tuple[Node, ...]
    nodes: tuple[int, ...]


class Exchanges:
    """Finds for a figure the cheapest exchange: a shift along each axis, multiplied.

    One is added to some cells and taken from others, so that the figure changes while each of these cells stays at
    least 1 and no others change. When all figures that change are hidden, the public sees the same as before: nobody
    can tell the two tables apart, neither by solving the sums nor by bounds.
    """

    def __init__(self, figures: Figures, effort: Effort) -> None:
        self._figures = figures
        self._effort = effort
        self._numbers = {cell: number for number, cell in enumerate(figures.cells)}
        self._beside: tuple[dict[tuple[Node, ...], list[Node]], ...] = ({}, {}, {})
        for cell in figures.cells:
            for axis, beside in enumerate(self._beside):
                beside.setdefault(_others(cell, axis), []).append(cell[axis])

    def cheapest(self, figure: int, hidden: Sequence[bool]) -> frozenset[int]:
        """The figures to hide (some may be hidden already) so that this one cannot be worked out.

        Raises TooMuchEffortError. There always is one: adding to one cell and to every sum above it.
        """
        best: frozenset[int] = frozenset()
        cost = sum(self._figures.totals) + 1
        for number in self._figures.members[figure]:
            for shifts in product(*self._shifts(self._figures.cells[number])):
                if self._is_possible(shifts, figure):
                    changed = self._changed(shifts)
                    new = sum(self._figures.totals[other] for other in changed if not hidden[other])
                    if new < cost:
                        best, cost = changed, new
        return best

    def _shifts(self, cell: Coordinates) -> Iterator[list[Shift]]:
        """For each axis the shift of this cell alone, and with each of the smallest cells beside it."""
        for number, axis in enumerate(self._figures.axes):
            leaf = cell[number]
            beside = (other for other in self._beside[number][_others(cell, number)] if other != leaf)
            partners = sorted(beside, key=lambda other: self._count(_moved(cell, number, other)))[:PARTNERS]
            yield [_shift(axis, leaf), *(_shift(axis, leaf, other) for other in partners)]

    def _count(self, cell: Coordinates) -> tuple[int, int]:
        number = self._numbers[cell]
        return self._figures.counts[number], number

    def _is_possible(self, shifts: tuple[Shift, ...], figure: int) -> bool:
        """Whether all corners are non-zero cells that stay above zero, and the figure changes."""
        lowest = {1: 2, -1: 2}
        change = 0
        inside = self._figures.members[figure]
        for at in product(*(range(len(shift.leaves)) for shift in shifts)):
            number = self._numbers.get(_corner(shifts, at))
            if number is None:
                return False
            sign = -1 if sum(at) % 2 else 1
            lowest[sign] = min(lowest[sign], self._figures.counts[number])
            change += sign * (number in inside)
        return bool(change) and max(lowest.values()) > 1

    def _changed(self, shifts: tuple[Shift, ...]) -> frozenset[int]:
        entities, channels, times = (shift.nodes for shift in shifts)
        self._effort.spend(len(entities) * len(channels) * len(times))
        asked, packed = self._figures.asked, self._figures.packed
        return frozenset(asked[packed(e, c, t)] for e in entities for c in channels for t in times)


def _shift(axis: Axis, leaf: Node, other: Node | None = None) -> Shift:
    if other is None:
        return Shift((leaf,), axis.above[leaf])
    return Shift((leaf, other), tuple(sorted({*axis.above[leaf]} ^ {*axis.above[other]})))


def _others(cell: Coordinates, axis: int) -> tuple[Node, ...]:
    return tuple(node for number, node in enumerate(cell) if number != axis)


def _moved(cell: Coordinates, axis: int, leaf: Node) -> Coordinates:
    entity, channel, time = (leaf if number == axis else node for number, node in enumerate(cell))
    return entity, channel, time


def _corner(shifts: tuple[Shift, ...], at: tuple[int, ...]) -> Coordinates:
    entity, channel, time = (shift.leaves[number] for shift, number in zip(shifts, at, strict=True))
    return entity, channel, time
