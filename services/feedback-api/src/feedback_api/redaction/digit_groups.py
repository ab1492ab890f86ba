"""Runs of digit groups: the common ground of cards, phones and identifiers."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_RUN: Final = re.compile(r"[0-9]+(?:[ \t.\-/()_]{1,3}[0-9]+)*")
_GROUP: Final = re.compile(r"[0-9]+")


class DigitGroup(NamedTuple):
    """Adjacent digits, and the separators before them ("" at the start of a run).

    A tuple, because every number in every text makes some, and a frozen class takes three times as long to fill.
    """

    start: int
    end: int
    digits: str
    joint: str


def digit_runs(text: str) -> Iterator[tuple[DigitGroup, ...]]:
    """Groups of digits that only spaces, dots, hyphens, slashes, brackets and underscores keep apart."""
    for run in _RUN.finditer(text):
        groups: list[DigitGroup] = []
        position = run.start()
        for match in _GROUP.finditer(text, *run.span()):
            groups.append(DigitGroup(*match.span(), match.group(), text[position : match.start()]))
            position = match.end()
        yield tuple(groups)


def group_windows(groups: Sequence[DigitGroup], fewest: int, most: int) -> Iterator[Sequence[DigitGroup]]:
    """Consecutive groups with `fewest` to `most` digits in all, by start, longest first: linear in the groups."""
    for first in range(len(groups)):
        total, last = 0, first
        while last < len(groups) and total + len(groups[last].digits) <= most:
            total += len(groups[last].digits)
            last += 1
        while last > first and total >= fewest:
            yield groups[first:last]
            last -= 1
            total -= len(groups[last].digits)


def joined_digits(groups: Sequence[DigitGroup]) -> str:
    return "".join(group.digits for group in groups)
