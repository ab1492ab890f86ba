"""Bins of durations, money and gaps: how a value of fine grain becomes one of a small, fixed set of counted values.

A duration bin holds (lower, upper] seconds and is named by its upper edge; the first holds exactly 0. The edges are
every whole second to 100, then steps of at most 2 %, with the round thresholds people set targets on among them. So
"within T" is exact for every edge T, and a value above 100 s is known within 1 %.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain
from math import sqrt
from typing import Final

BIN_VERSION: Final = 1
"""Raised when an edge moves; cells of different versions never add up."""

UNKNOWN: Final = "unknown"
"""The bin of a wait that nobody measured."""

NONE: Final = "none"
"""The gap bin of a contact that no other contact followed."""

ROUND_THRESHOLDS_S: Final = (120, 180, 240, 300, 420, 600, 900, 1200, 1800, 3600, 7200, 86400)
FINE_UNITS: Final = 100
LONGEST_S: Final = 10_000 * 31_557_600
"""No two instants of the calendar lie further apart (10,000 years), so every measured duration has a bin."""
LARGEST_MINOR: Final = 10**15
HOUR_MS: Final = 3_600_000
FINE_GAP_HOURS: Final = 72


def _bin_edges(last: int, stops: Iterable[int] = ()) -> tuple[int, ...]:
    """0, every unit to 100, then the largest whole steps of at most 2 %, never past a stop, until `last` is reached."""
    edges = list(range(FINE_UNITS + 1))
    for stop in chain(stops, (last,)):
        while edges[-1] < stop:
            edges.append(min(edges[-1] * 102 // 100, stop))
    return tuple(edges)


DURATION_EDGES: Final = _bin_edges(LONGEST_S, ROUND_THRESHOLDS_S)
"""Upper edges in whole seconds, ascending; the first is 0."""
MONEY_EDGES: Final = _bin_edges(LARGEST_MINOR)
"""Upper edges in minor units, ascending; the first is 0."""

DURATION_BINS: Final = tuple(map(str, DURATION_EDGES))
"""Names of the duration bins, ascending (without `unknown`)."""
MONEY_BINS: Final = (*(f"-{edge}" for edge in reversed(MONEY_EDGES[1:])), *map(str, MONEY_EDGES))
"""Names of the money bins, ascending; refunds mirror the payments."""

_DURATION_EDGES_MS: Final = tuple(edge * 1000 for edge in DURATION_EDGES)
_DURATION_INDEX: Final = {name: index for index, name in enumerate(DURATION_BINS)}
_MONEY_INDEX: Final = {str(edge): index for index, edge in enumerate(MONEY_EDGES)}
_POSITIVE_MONEY_BINS: Final = tuple(map(str, MONEY_EDGES))
_LAST_DURATION: Final = len(DURATION_EDGES) - 1
_LAST_MONEY: Final = len(MONEY_EDGES) - 1


def to_milliseconds(seconds: float) -> int:
    """Seconds as whole milliseconds, the form in which durations are kept and summed."""
    return round(seconds * 1000)


def duration_bin(ms: int) -> str:
    """The bin of a duration in whole milliseconds; ValueError when negative. The last bin has no upper bound."""
    if ms < 0:
        raise ValueError(f"a duration cannot be negative: {ms} ms")
    return DURATION_BINS[min(bisect_left(_DURATION_EDGES_MS, ms), _LAST_DURATION)]


def money_bin(minor: int) -> str:
    """The bin of an amount in minor units. A refund (negative) has the mirrored bin: `-102` holds [-102, -100)."""
    name = _POSITIVE_MONEY_BINS[min(bisect_left(MONEY_EDGES, abs(minor)), _LAST_MONEY)]
    return f"-{name}" if minor < 0 else name


def gap_bin(ms: int | None) -> str:
    """The bin of the time to the next contact, named by its upper edge in hours: every hour to 72, then every 24th.

    Without a next contact it is `none`. A gap of exactly 0 has the bin `0`; ValueError when negative.
    """
    if ms is None:
        return NONE
    if ms < 0:
        raise ValueError(f"a gap cannot be negative: {ms} ms")
    hours = -(-ms // HOUR_MS)
    return str(hours if hours <= FINE_GAP_HOURS else -(-hours // 24) * 24)


def is_edge(seconds: float) -> bool:
    """Whether "within so many seconds" can be counted exactly."""
    index = bisect_left(DURATION_EDGES, seconds)
    return index <= _LAST_DURATION and DURATION_EDGES[index] == seconds


def is_gap_edge(hours: int) -> bool:
    """Whether "followed within so many hours" can be counted exactly."""
    return 0 <= hours <= FINE_GAP_HOURS or (hours > 0 and hours % 24 == 0)


def is_duration_bin(name: str) -> bool:
    return name in _DURATION_INDEX


def is_money_bin(name: str) -> bool:
    return name.removeprefix("-") in _MONEY_INDEX and name != "-0"


def duration_value(name: str) -> float:
    """The seconds that stand for a bin: its upper edge up to 100 s, the geometric middle (within 1 %) above."""
    return _geometric_middle(DURATION_EDGES, _DURATION_INDEX[name])


def money_value(name: str) -> float:
    """The minor units that stand for a bin, by the same rule as durations; negative for refunds."""
    value = _geometric_middle(MONEY_EDGES, _MONEY_INDEX[name.removeprefix("-")])
    return -value if name.startswith("-") else value


def _geometric_middle(edges: tuple[int, ...], index: int) -> float:
    upper = edges[index]
    return float(upper) if upper <= FINE_UNITS else sqrt(edges[index - 1] * upper)
