"""Stretches of dates, joined and cut."""

from collections.abc import Iterable, Sequence
from datetime import date

Stretch = tuple[date, date]
"""Dates from the first to before the second."""


def join_ranges(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same dates in as few stretches as possible, ascending; empty ones are left out."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def subtract_ranges(stretches: Iterable[Stretch], holes: Sequence[Stretch]) -> list[Stretch]:
    """The dates of some stretches that are in none of the holes."""
    rest = join_ranges(stretches)
    for low, high in holes:
        pieces = [piece for start, end in rest for piece in ((start, min(end, low)), (max(start, high), end))]
        rest = join_ranges(pieces)
    return rest
