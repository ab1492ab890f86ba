"""How far an attacker can close in on hidden figures who knows that every hidden cell is at least 1."""

from collections.abc import Iterable, Sequence

from metrics_worker.suppression.margins import TableFigures
from metrics_worker.suppression.work_budget import WorkBudget

ROUNDS = 16


class FeasibilityBounds:
    """The lowest and highest value of each figure that fits what is shown, taken one line at a time.

    A hidden figure is at least the number of its cells, for a zero is shown. Narrowed until nothing changes, at most
    16 rounds.
    """

    def __init__(self, figures: TableFigures, hidden: Sequence[bool], effort: WorkBudget) -> None:
        """Raises TooMuchEffortError."""
        most = sum(figures.counts)
        self._low = [len(figures.members[f]) if is_hidden else figures.totals[f] for f, is_hidden in enumerate(hidden)]
        self._high = [most if is_hidden else figures.totals[f] for f, is_hidden in enumerate(hidden)]
        self._lines = [line for line in figures.lines if hidden[line.whole] or any(hidden[part] for part in line.parts)]
        self._lines_of: dict[int, list[int]] = {}
        for number, line in enumerate(self._lines):
            for figure in (line.whole, *line.parts):
                self._lines_of.setdefault(figure, []).append(number)
        self._effort = effort
        self._narrow_all()

    def is_pinned(self, figure: int) -> bool:
        """Whether what is shown leaves the figure a single value."""
        return self._low[figure] == self._high[figure]

    def _narrow_all(self) -> None:
        waiting: Iterable[int] = range(len(self._lines))
        for _ in range(ROUNDS):
            changed = {figure for number in waiting for figure in self._narrow_line(number)}
            if not changed:
                return
            waiting = sorted({number for figure in changed for number in self._lines_of[figure]})

    def _narrow_line(self, number: int) -> list[int]:
        """Narrow a line: the whole is between the sums of its parts' bounds, each part what the others leave."""
        line, low, high = self._lines[number], self._low, self._high
        self._effort.spend_additions(len(line.parts))
        least, most = sum([low[part] for part in line.parts]), sum([high[part] for part in line.parts])
        changed = [line.whole] if self._clamp_figure(line.whole, least, most) else []
        room_above, room_below = high[line.whole] - least, low[line.whole] - most
        open_parts = [part for part in line.parts if low[part] < high[part]]
        changed += [
            part for part in open_parts if self._clamp_figure(part, room_below + high[part], room_above + low[part])
        ]
        return changed

    def _clamp_figure(self, figure: int, least: int, most: int) -> bool:
        """Narrow one figure; whether that changed it."""
        before = self._low[figure], self._high[figure]
        after = max(before[0], least), min(before[1], most)
        self._low[figure], self._high[figure] = after
        return before != after
