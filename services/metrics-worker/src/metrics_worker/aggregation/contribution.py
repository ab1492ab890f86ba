"""Counts and places, the words in which a contribution is said.

They are named tuples and not data classes because the fold makes and hashes some for every event, and a tuple costs a
fifth of a frozen class.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from soundings.kernel.agency_calendar import HOUR_MS, calendar_of
from soundings.kernel.histogram_bins import UNKNOWN, duration_bin, money_bin

BUILT_IN_VERSION: Final = 1
LARGEST_COUNT: Final = 10**15
"""What one event may add at most to a count or a total, so that sums of them fit into 64 bits."""
LARGEST_VERSION: Final = 1_000_000
LONGEST_ID: Final = 200
"""Characters of an id that is part of a place, so that every database can index it."""

Bucket = tuple[str, str]
"""A grain and the name of one of its buckets: `("day", "2018-05-01")`."""


class CellCoordinates(NamedTuple):
    """Where a unit counts: in each of `buckets`. `channel` and `touchpoint` are empty where there is none."""

    service: str
    channel: str
    touchpoint: str
    buckets: tuple[Bucket, ...]


class MeasureCount(NamedTuple):
    """`n` in a bin of a measure in one version, with the exact `total` of a duration (ms) or money (minor units)."""

    measure: str
    bin: str
    n: int = 1
    total: int | None = None


class CellContribution(NamedTuple):
    """All that a unit adds, at one place. `tally` is the versioned measure that a tally reports, even if only zeros."""

    place: CellCoordinates
    counts: tuple[MeasureCount, ...]
    tally: str | None = None


def checked_place(place: CellCoordinates) -> CellCoordinates:
    """The place; ValueError when a part of it could not be a key of a row."""
    if not place.service or max(map(len, place[:3])) > LONGEST_ID:
        raise ValueError(f"an id must have 1 to {LONGEST_ID} characters")
    return place


def versioned_measure(measure: str, version: int = BUILT_IN_VERSION) -> str:
    """The name of a measure in one version, as cells have it: `satisfaction@1`; ValueError when it cannot be one."""
    if not 1 <= version <= LARGEST_VERSION or not measure or "@" in measure:
        raise ValueError(f"{measure!r} in version {version} is not a measure")
    return f"{measure}@{version}"


@lru_cache(maxsize=8192)
def count_code(measure: str, code: str) -> MeasureCount:
    """One in the bin of a code of a built-in measure."""
    return MeasureCount(versioned_measure(measure), code)


def count_duration(measure: str, milliseconds: int) -> MeasureCount:
    """One in the bin of a duration of a built-in measure."""
    return MeasureCount(versioned_measure(measure), duration_bin(milliseconds), 1, milliseconds)


def count_unknown_duration(measure: str) -> MeasureCount:
    """Count a contact without a measured duration. Its total is 0, so that all bins have the same shape."""
    return MeasureCount(versioned_measure(measure), UNKNOWN, 1, 0)


def count_amount(measure: str, minor: int) -> MeasureCount:
    """One in the bin of an amount of a built-in measure."""
    return MeasureCount(versioned_measure(measure), money_bin(minor), 1, minor)


def unit_buckets(time_zone: str, ms: int) -> tuple[Bucket, ...]:
    """The hour (UTC), the local day and the local month in which a unit counts; ValueError outside of the calendar.

    Remembered per hour, for the fold, unless the local date or the offset changes within it.
    """
    key = (time_zone, ms // HOUR_MS)
    known = _hours.get(key)
    return _learn_hour(key, ms) if known is None else known


def _learn_hour(key: tuple[str, int], ms: int) -> tuple[Bucket, ...]:
    calendar = calendar_of(key[0])
    names = calendar.buckets_of(ms)
    buckets = tuple(zip(_GRAINS, names, strict=True))
    if calendar.buckets_of(ms) is names:  # the same object again: it stands for the whole hour
        if len(_hours) >= _KEPT:
            _hours.clear()
        _hours[key] = buckets
    return buckets


_GRAINS: Final = ("hour", "day", "month")
_KEPT: Final = 100_000
_hours: dict[tuple[str, int], tuple[Bucket, ...]] = {}
