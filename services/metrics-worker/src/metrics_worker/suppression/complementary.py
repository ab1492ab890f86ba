"""Complementary hiding: a lone hidden figure of a line is the whole minus the rest, so a second one is hidden."""

from collections.abc import Iterable
from heapq import heappop, heappush

from metrics_worker.suppression.margins import TableFigures

Urgency = tuple[int, int, int]


class ComplementarySuppressor:
    """What is hidden so far, kept complete: no line has exactly one hidden part among its two or more non-zero ones.

    Of the figures that could be the second one in some unfinished line, the one that finishes most lines goes first,
    then the smallest of the whole table, then the first key. (The smallest alone would open a new line with almost
    every choice and wander through the table: two small cells then hid a thousand figures where sixteen suffice.)
    A line with one non-zero part needs no second one: that part and the whole are the same figure.
    """

    def __init__(self, figures: TableFigures) -> None:
        self.hidden = [False] * len(figures.totals)
        self._figures = figures
        self._hidden_in = [0] * len(figures.lines)
        self._finishes = [0] * len(figures.totals)
        self._lines_of: list[list[int]] = [[] for _ in figures.totals]
        self._waiting: list[Urgency] = []
        for number, line in enumerate(figures.lines):
            for part in line.parts:
                self._lines_of[part].append(number)

    def hide_chosen(self, chosen: Iterable[int]) -> None:
        """Hide these figures, then what their lines need."""
        for figure in chosen:
            self._hide_figure(figure)
        while self._waiting:
            urgency = heappop(self._waiting)
            figure = urgency[2]
            if self._finishes[figure] and urgency == self._hiding_priority(figure):
                self._hide_figure(figure)

    def _hide_figure(self, figure: int) -> None:
        if self.hidden[figure]:
            return
        self.hidden[figure] = True
        self._finishes[figure] = 0
        for line in self._lines_of[figure]:
            self._hidden_in[line] += 1
            if self._hidden_in[line] == 1:
                self._count_line(line, 1)
            elif self._hidden_in[line] == 2:  # noqa: PLR2004 - two protect each other
                self._count_line(line, -1)

    def _count_line(self, line: int, change: int) -> None:
        """A line became unfinished (+1) or finished (-1): its shown parts finish one line more or less."""
        for part in self._figures.lines[line].parts:
            if not self.hidden[part]:
                self._finishes[part] += change
                if self._finishes[part]:
                    heappush(self._waiting, self._hiding_priority(part))

    def _hiding_priority(self, figure: int) -> Urgency:
        return -self._finishes[figure], *self._figures.hiding_order(figure)
