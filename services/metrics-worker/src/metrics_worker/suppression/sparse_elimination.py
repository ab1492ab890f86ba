"""Exact linear algebra on sums of cells: which sums follow from known ones, in whole numbers without rounding."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import gcd
from random import Random
from typing import NamedTuple

from metrics_worker.suppression.work_budget import WorkBudget

Vector = dict[int, int]
FREE_BITS = 61


class EliminationPivot(NamedTuple):
    """A row that gives `column` from later columns."""

    column: int
    row: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class EchelonForm:
    """Rows in the order of elimination: none has the column of a pivot before it."""

    pivots: tuple[EliminationPivot, ...]

    def other_table(self, cells: Collection[int]) -> dict[int, int | Fraction]:
        """A change of the cells that no given sum shows, in general position.

        Exact: a sum that it changes cannot follow from the given sums. A sum that it leaves alone follows from them,
        but for a chance of 1 in 2 to the 61st. The free cells get fixed pseudo-random values, so it is repeatable.
        """
        draw = Random(len(cells))
        columns = {pivot.column for pivot in self.pivots}
        change: dict[int, int | Fraction] = {
            cell: draw.getrandbits(FREE_BITS) for cell in sorted(cells) if cell not in columns
        }
        for column, row in reversed(self.pivots):
            rest = -sum((weight * change[cell] for cell, weight in row.items() if cell != column), 0)
            change[column] = _exact_quotient(rest, row[column])
        return change


def eliminate_rows(rows: Sequence[Collection[int]], effort: WorkBudget) -> EchelonForm:
    """The echelon form of sums of cells. Raises TooMuchEffortError when the effort is used up."""
    return _SparseElimination(rows, effort).run_elimination()


def _exact_quotient(value: int | Fraction, divisor: int) -> int | Fraction:
    if isinstance(value, int) and not value % divisor:
        return value // divisor
    return Fraction(value) / divisor


def _subtract_row(target: Vector, row: Mapping[int, int], column: int) -> list[int]:
    """Take out `column` with a multiple of `row`, in lowest terms; returns the columns that are new in `target`."""
    up, down = row[column], target[column]
    common = gcd(up, down)
    up, down = up // common, down // common
    if up < 0:
        up, down = -up, -down
    if up != 1:
        for cell in target:
            target[cell] *= up
    new: list[int] = []
    for cell, weight in row.items():
        old = target.get(cell)
        value = (old or 0) - down * weight
        if value:
            target[cell] = value
            if old is None:
                new.append(cell)
        else:
            del target[cell]
    return new


class _SparseElimination:
    """Sparse elimination that always takes the column in fewest rows, and there the shortest row."""

    def __init__(self, rows: Sequence[Collection[int]], effort: WorkBudget) -> None:
        self._rows: list[Vector] = [dict.fromkeys(row, 1) for row in rows]
        self._effort = effort
        self._rows_of: dict[int, set[int]] = {}
        for number, row in enumerate(rows):
            for cell in row:
                self._rows_of.setdefault(cell, set()).add(number)
        self._rarest = [(len(numbers), cell) for cell, numbers in self._rows_of.items()]
        heapify(self._rarest)

    def run_elimination(self) -> EchelonForm:
        pivots: list[EliminationPivot] = []
        while (column := self._rarest_column()) is not None:
            pivots.append(self._eliminate_column(column))
        return EchelonForm(tuple(pivots))

    def _rarest_column(self) -> int | None:
        while self._rarest:
            rows, column = heappop(self._rarest)
            if rows == len(self._rows_of.get(column, ())) > 0:
                return column
        return None

    def _eliminate_column(self, column: int) -> EliminationPivot:
        numbers = self._rows_of[column]
        chosen = min(numbers, key=lambda number: (len(self._rows[number]), number))
        row = self._rows[chosen]
        touched = set(row)
        for cell in row:
            self._rows_of[cell].discard(chosen)
        for number in sorted(numbers):
            touched |= self._reduce_row(number, chosen, column)
        del self._rows_of[column]
        for cell in touched - {column}:
            heappush(self._rarest, (len(self._rows_of[cell]), cell))
        return EliminationPivot(column, row)

    def _reduce_row(self, number: int, chosen: int, column: int) -> set[int]:
        """Take `column` out of a row; returns the columns that are in more or fewer rows than before."""
        target, row = self._rows[number], self._rows[chosen]
        self._effort.spend_additions(len(row) + len(target))
        new = _subtract_row(target, row, column)
        for cell in new:
            self._rows_of[cell].add(number)
        gone = [cell for cell in row if cell not in target]
        for cell in gone:
            self._rows_of[cell].discard(number)
        return {*new, *gone}
