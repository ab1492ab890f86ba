"""How far an attacker can close in on hidden cells who knows that each is at least 1."""

from collections.abc import Collection, Iterable, Sequence

ROUNDS = 12


class Bounds:
    """The lowest and highest value of each hidden cell that fits the known sums, taken one sum at a time.

    Every hidden cell is at least 1, for a zero is shown. Narrowed until nothing changes, at most 12 rounds.
    """

    def __init__(self, counts: Sequence[int], rows: Sequence[Collection[int]]) -> None:
        self._rows = rows
        self._sums = [sum(counts[cell] for cell in row) for row in rows]
        self._rows_of: dict[int, list[int]] = {}
        for number, row in enumerate(rows):
            for cell in row:
                self._rows_of.setdefault(cell, []).append(number)
        self._low = dict.fromkeys(self._rows_of, 1)
        self._high = dict.fromkeys(self._rows_of, max(self._sums, default=0))
        self._narrow()

    def is_pinned(self, cell: int) -> bool:
        """Whether the known sums leave the cell a single value."""
        return cell in self._rows_of and self._low[cell] == self._high[cell]

    def _narrow(self) -> None:
        waiting: Iterable[int] = range(len(self._rows))
        for _ in range(ROUNDS):
            waiting = sorted({row for number in waiting for cell in self._look(number) for row in self._rows_of[cell]})
            if not waiting:
                return

    def _look(self, number: int) -> list[int]:
        """Narrow the cells of one sum; returns those that changed."""
        row = self._rows[number]
        above_lowest = self._sums[number] - sum(self._low[cell] for cell in row)
        below_highest = sum(self._high[cell] for cell in row) - self._sums[number]
        changed: list[int] = []
        for cell in row:
            low, high = self._low[cell], self._high[cell]
            highest, lowest = min(high, low + above_lowest), max(low, high - below_highest)
            if (lowest, highest) != (low, high):
                self._low[cell], self._high[cell] = lowest, highest
                changed.append(cell)
        return changed
