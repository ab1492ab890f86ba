"""Scales of measures: what an answer may be, and the bin in which it is counted."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from soundings.kernel.histogram_bins import duration_bin, money_bin


class MeasureScale(StrEnum):
    FIVE = "1-5"
    ELEVEN = "0-10"
    SEVEN = "1-7"
    BINARY = "0-1"
    CATEGORY = "category"
    COUNT = "count"
    DURATION = "duration"
    MONEY = "money"


ALL: Final = "all"
"""The only bin of a measure that just counts."""
UNITS: Final = "*"
"""The bin that counts the units themselves where one unit may have several values."""

_POINTS: Final[Mapping[MeasureScale, range]] = MappingProxyType(
    {
        MeasureScale.FIVE: range(1, 6),
        MeasureScale.ELEVEN: range(11),
        MeasureScale.SEVEN: range(1, 8),
        MeasureScale.BINARY: range(2),
    }
)
_BINS: Final = {scale: tuple(map(str, points)) for scale, points in _POINTS.items()}
_BIN_OF_POINT: Final = {scale: {point: str(point) for point in points} for scale, points in _POINTS.items()}

QUESTION_SCALES: Final[Mapping[str, frozenset[MeasureScale]]] = MappingProxyType(
    {
        "likert": frozenset({MeasureScale.FIVE}),
        "stars": frozenset({MeasureScale.FIVE}),
        "thumbs": frozenset({MeasureScale.BINARY}),
        "yes_no": frozenset({MeasureScale.BINARY}),
        "nps": frozenset({MeasureScale.ELEVEN}),
        "ces": frozenset({MeasureScale.SEVEN}),
        "single_choice": frozenset({MeasureScale.CATEGORY}),
        "multi_choice": frozenset({MeasureScale.CATEGORY}),
        "dropdown": frozenset({MeasureScale.CATEGORY}),
    }
)
"""The scales of the measures that a question of each type may feed; a type that is not listed feeds none."""


def allowed_scales(question_type: str) -> frozenset[MeasureScale]:
    """The scales that a question type may feed; empty for texts, dates, hidden fields and statements."""
    return QUESTION_SCALES.get(question_type, frozenset())


def is_numeric(scale: MeasureScale) -> bool:
    """Whether answers are points on a short scale of numbers (1-5, 0-10, 1-7, 0-1)."""
    return scale in _POINTS


def has_total(scale: MeasureScale) -> bool:
    """Whether cells of this scale carry an exact sum in addition to their count (milliseconds or minor units)."""
    return scale in {MeasureScale.DURATION, MeasureScale.MONEY}


def scale_points(scale: MeasureScale) -> range:
    """The values of a numeric scale, ascending; empty for the others."""
    return _POINTS.get(scale, range(0))


def scale_bins(scale: MeasureScale) -> tuple[str, ...]:
    """The bins of a numeric scale, ascending; empty for the others, whose bins are not enumerated here."""
    return _BINS.get(scale, ())


def point_bin(scale: MeasureScale, value: float) -> str | None:
    """The bin of an answer on a numeric scale; None when the value is not one of its points."""
    if isinstance(value, bool) and scale is not MeasureScale.BINARY:
        return None
    return _BIN_OF_POINT[scale].get(value)  # type: ignore[call-overload,no-any-return]  # 4.0 finds 4: they hash alike


def bin_of(scale: MeasureScale, value: float | str) -> str:
    """The bin of a value: a point, an option code, whole milliseconds or minor units; ValueError when it has none."""
    if scale is MeasureScale.COUNT:
        return ALL
    if isinstance(value, str):
        return _category_bin(scale, value)
    found = point_bin(scale, value) if scale in _POINTS else _amount_bin(scale, value)
    if found is None:
        raise ValueError(f"{value!r} is not a value of the scale {scale.value}")
    return found


def _category_bin(scale: MeasureScale, code: str) -> str:
    if scale is not MeasureScale.CATEGORY or not code:
        raise ValueError(f"{code!r} is not a value of the scale {scale.value}")
    return code


def _amount_bin(scale: MeasureScale, value: float) -> str | None:
    if isinstance(value, bool) or value != int(value):
        return None
    if scale is MeasureScale.DURATION:
        return duration_bin(int(value))
    return money_bin(int(value)) if scale is MeasureScale.MONEY else None
