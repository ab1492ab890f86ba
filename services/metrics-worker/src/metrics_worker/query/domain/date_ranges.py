"""Stretches of dates, joined and cut."""

from collections.abc import Iterable, Sequence
from datetime import date

Stretch = tuple[date, date]
"""Dates from the first to before the second."""


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
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


def without(stretches: Iterable[Stretch], holes: Sequence[Stretch]) -> list[Stretch]:
    """The dates of some stretches that are in none of the holes."""
    rest = joined(stretches)
    for low, high in holes:
        pieces = [piece for start, end in rest for piece in ((start, min(end, low)), (max(start, high), end))]
        rest = joined(pieces)
    return rest
