"""What an attacker can do with pencil and paper: solve the shown sums for the hidden cells, exactly or by bounds."""

from collections.abc import Collection, Sequence

from metrics_worker.suppression.feasibility_bounds import FeasibilityBounds
from metrics_worker.suppression.margins import MarginLine, TableFigures
from metrics_worker.suppression.sparse_elimination import eliminate_rows
from metrics_worker.suppression.work_budget import WorkBudget


class DisclosureAudit:
    """All that the shown figures say about the hidden cells, as known sums of hidden cells."""

    def __init__(self, figures: TableFigures, hidden: Sequence[bool]) -> None:
        self._figures = figures
        self._hidden = hidden
        self._unknown = [[cell for cell in inside if hidden[figures.alone[cell]]] for inside in figures.members]
        self._sums = self._known_sums()
        self._size = len(hidden) + sum(map(len, self._sums))

    def linearly_recoverable(self, among: Collection[int], effort: WorkBudget) -> frozenset[int]:
        """The figures that follow from the known sums as linear equations. Raises TooMuchEffortError."""
        effort.spend_additions(self._size)
        unknown = {cell for cells in self._unknown for cell in cells}
        change = eliminate_rows(self._sums, effort).other_table(unknown)
        return frozenset(figure for figure in among if not sum((change[cell] for cell in self._unknown[figure]), 0))

    def bound_recoverable(self, among: Collection[int], effort: WorkBudget) -> frozenset[int]:
        """The figures that have one value only since each hidden cell is at least 1. Raises TooMuchEffortError."""
        return frozenset(filter(FeasibilityBounds(self._figures, self._hidden, effort).is_pinned, among))

    def _known_sums(self) -> tuple[tuple[int, ...], ...]:
        """A sum of hidden cells for each shown figure that has any, each sum once."""
        lines_of: dict[int, list[MarginLine]] = {}
        for line in self._figures.lines:
            lines_of.setdefault(line.whole, []).append(line)
        shown = (figure for figure, cells in enumerate(self._unknown) if cells and not self._hidden[figure])
        sums = (self._shortest_lines(figure, lines_of.get(figure, ())) for figure in shown)
        return tuple(dict.fromkeys(filter(None, sums)))

    def _shortest_lines(self, figure: int, lines: Sequence[MarginLine]) -> tuple[int, ...]:
        """What a figure adds to its shown parts: the hidden cells in its hidden parts, along the best of its lines."""
        cells = self._unknown[figure]
        for line in lines:
            rest = [cell for part in line.parts if self._hidden[part] for cell in self._unknown[part]]
            cells = min(cells, rest, key=len)
        return tuple(sorted(cells))
