"""Parameters of formulas: what each means, and how it is read from a query."""

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeAlias

from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.histogram_bins import DURATION_EDGES, is_edge

Given: TypeAlias = Mapping[str, str | float]
"""Parameters as a query string or a JSON body gives them."""


@dataclass(frozen=True, slots=True)
class FormulaParams:
    """The parameters of one question, checked; those that a formula does not use keep their defaults."""

    threshold_s: int = 20
    short_s: int | None = None
    p: Fraction = Fraction(1, 2)
    option: str = ""
    numerator: str = ""
    denominator: str = ""
    days: int = 7


@dataclass(frozen=True, slots=True)
class FormulaParameter:
    """A parameter for the self-description; without a default it must be given, unless it is optional."""

    name: str
    type: str
    words: str
    default: str | None = None
    optional: bool = False


_PARAMETERS: Final = (
    FormulaParameter("threshold_s", "seconds", "The wait that is still good, an edge of a duration bin", "20"),
    FormulaParameter("short_s", "seconds", "Waits up to this, given up, do not count; an edge of a bin", optional=True),
    FormulaParameter("p", "number", "Which part of the values lies at or below the answer, between 0 and 1", "0.5"),
    FormulaParameter("option", "code", "The value or option code whose share is asked for"),
    FormulaParameter("numerator", "measure", "The measure that is counted above the line"),
    FormulaParameter("denominator", "measure", "The measure that is counted below the line"),
    FormulaParameter("days", "days", "Within how many days another contact is a repetition", "7"),
)
PARAMETERS: Final[Mapping[str, FormulaParameter]] = MappingProxyType({one.name: one for one in _PARAMETERS})

_WHOLE: Final = re.compile(r"[0-9]{1,12}")
_DECIMAL: Final = re.compile(r"0?\.[0-9]{1,9}")
_CODE_MAX: Final = 200
_MOST_DAYS: Final = 400


def read_params(given: Given, names: Collection[str]) -> FormulaParams:
    """The checked parameters of a formula that takes those named; Refused names the first one that is wrong."""
    for name in given:
        if name not in names:
            raise _invalid_parameter(name, "unknown", "this metric takes no such parameter")
    for name in names:
        parameter = PARAMETERS[name]
        if name not in given and parameter.default is None and not parameter.optional:
            raise _invalid_parameter(name, "required", "this metric needs it")
    usual = FormulaParams()
    return FormulaParams(
        threshold_s=_bin_edge("threshold_s", given["threshold_s"]) if "threshold_s" in given else usual.threshold_s,
        short_s=_bin_edge("short_s", given["short_s"]) if "short_s" in given else usual.short_s,
        p=_probability_value("p", given["p"]) if "p" in given else usual.p,
        option=_option_code("option", given["option"]) if "option" in given else usual.option,
        numerator=_option_code("numerator", given["numerator"]) if "numerator" in given else usual.numerator,
        denominator=_option_code("denominator", given["denominator"]) if "denominator" in given else usual.denominator,
        days=_day_count("days", given["days"]) if "days" in given else usual.days,
    )


def _invalid_parameter(name: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput([FieldError(name, code, detail)])


def _integer_value(name: str, value: str | float) -> int:
    """A whole number, given as text or as a JSON number (20 or 20.0)."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value == value // 1:
        return int(value)
    raise _invalid_parameter(name, "not_whole", "must be a whole number, zero or more")


def _bin_edge(name: str, value: str | float) -> int:
    seconds = _integer_value(name, value)
    if not is_edge(seconds):
        above = bisect_left(DURATION_EDGES, seconds)
        nearest = " and ".join(map(str, DURATION_EDGES[max(above - 1, 0) : above + 1]))
        raise _invalid_parameter(
            name, "not_an_edge", f"{seconds} s cannot be counted exactly; the nearest that can: {nearest}"
        )
    return seconds


def _probability_value(name: str, value: str | float) -> Fraction:
    text = value if isinstance(value, str) else str(value)
    if not _DECIMAL.fullmatch(text) or not (part := Fraction(text)):
        raise _invalid_parameter(name, "out_of_range", "must be a decimal number above 0 and below 1")
    return part


def _option_code(name: str, value: str | float) -> str:
    text = value if isinstance(value, str) else str(_integer_value(name, value))
    if not 0 < len(text) <= _CODE_MAX:
        raise _invalid_parameter(name, "out_of_range", f"must have 1 to {_CODE_MAX} characters")
    return text


def _day_count(name: str, value: str | float) -> int:
    days = _integer_value(name, value)
    if not 1 <= days <= _MOST_DAYS:
        raise _invalid_parameter(name, "out_of_range", f"must be 1 to {_MOST_DAYS} days")
    return days
