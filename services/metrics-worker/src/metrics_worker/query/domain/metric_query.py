"""A question to the metrics API: its parameters, read and checked without knowing who asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from metrics_worker.formulas.formula import MeasureNeed, MetricFormula
from metrics_worker.formulas.parameters import PARAMETERS, FormulaParams
from metrics_worker.formulas.registry import METRICS
from metrics_worker.query.errors import UnknownMetric, invalid_parameter
from soundings.kernel.agency_calendar import QueryInterval
from soundings.kernel.vocabulary import ServiceChannel

Given = Mapping[str, str | float]
"""Parameters by name, as a query string or a JSON object gives them."""

_Choice = TypeVar("_Choice", bound=StrEnum)


class GroupDimension(StrEnum):
    """What rows can be grouped by."""

    SERVICE = "service"
    CHANNEL = "channel"
    DEPARTMENT = "department"
    AGENCY = "agency"
    TOUCHPOINT = "touchpoint"


class CompareMode(StrEnum):
    """With what each bucket is compared: the one before, or the same dates a year ago."""

    PREVIOUS = "previous"
    YEAR_AGO = "year_ago"


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """A question whose every part is well formed; whether its measures and places exist is seen later.

    ``measure`` is empty where the formula reads its own measures. Dates are local; ``end`` is not included.
    """

    formula: MetricFormula
    params: FormulaParams
    measure: str
    needs: tuple[MeasureNeed, ...]
    start: date
    end: date
    interval: QueryInterval | None = None
    group_by: tuple[GroupDimension, ...] = ()
    agency: str | None = None
    department: str | None = None
    service: str | None = None
    channel: str | None = None
    touchpoint: str | None = None
    compare: CompareMode | None = None
    version: int | None = None

    @property
    def matured_days(self) -> int:
        """How many days must have passed before a day counts."""
        return max(need.matured_days for need in self.needs)

    @property
    def queried_measures(self) -> tuple[str, ...]:
        """The measures that are read, each once, in the formula's order."""
        return tuple(dict.fromkeys(need.measure for need in self.needs))


_PLACES: Final = ("agency", "department", "service", "channel", "touchpoint")
OWN: Final = frozenset({"measure", "from", "to", "interval", "group_by", "compare", "version", *_PLACES})
"""Parameters that every metric takes."""
NAMES: Final = frozenset({*OWN, *PARAMETERS, "hours"})

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}")
_TEXT_MAX: Final = 200


def parse_metric_query(metric_id: str, given: Given) -> MetricQuery:
    """The question of these parameters; empty ones count as not given.

    Raises UnknownMetric, or Refused naming the first parameter that is wrong.
    """
    formula = METRICS.get(metric_id)
    if formula is None:
        raise UnknownMetric(f"there is no metric {metric_id!r}; GET /v1/metrics lists them")
    asked = {name: value for name, value in given.items() if value != ""}
    for name in asked:
        if name not in NAMES:
            raise invalid_parameter(name, "unknown", "there is no such parameter")
    params = formula.parse_params({name: value for name, value in asked.items() if name not in OWN})
    measure = formula.measure_of(_text_parameter(asked, "measure"))
    start, end = _date_range(asked)
    channel = _choice_parameter(asked, "channel", ServiceChannel)
    question = MetricQuery(
        formula=formula,
        params=params,
        measure=measure,
        needs=formula.needed_measures(measure, params),
        start=start,
        end=end,
        interval=_choice_parameter(asked, "interval", QueryInterval),
        group_by=_group_dimensions(asked),
        agency=_text_parameter(asked, "agency"),
        department=_text_parameter(asked, "department"),
        service=_text_parameter(asked, "service"),
        channel=channel.value if channel else None,
        touchpoint=_text_parameter(asked, "touchpoint"),
        compare=_choice_parameter(asked, "compare", CompareMode),
        version=_version_parameter(asked),
    )
    _check_channels(question)
    return question


def _check_channels(question: MetricQuery) -> None:
    if question.formula.across_channels:
        for field, inside in (("channel", question.channel), ("group_by", GroupDimension.CHANNEL in question.group_by)):
            if inside:
                raise invalid_parameter(
                    field, "not_applicable", f"{question.formula.id} compares channels, it is not of one"
                )


def _text_parameter(asked: Given, name: str) -> str | None:
    value = asked.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _TEXT_MAX or not value.isprintable():
        raise invalid_parameter(name, "not_text", f"must be plain text of at most {_TEXT_MAX} characters")
    return value


def _choice_parameter(asked: Given, name: str, choices: type[_Choice]) -> _Choice | None:
    value = asked.get(name)
    if value is None:
        return None
    if value not in set(choices):
        raise invalid_parameter(name, "unknown", f"must be one of {', '.join(choices)}")
    return choices(value)


def _group_dimensions(asked: Given) -> tuple[GroupDimension, ...]:
    text = _text_parameter(asked, "group_by")
    names = text.split(",") if text else []
    dimensions = tuple(
        found for name in names if (found := _choice_parameter({"group_by": name}, "group_by", GroupDimension))
    )
    if len(set(dimensions)) < len(dimensions):
        raise invalid_parameter("group_by", "repeated", "names a dimension twice")
    return dimensions


def _date_range(asked: Given) -> tuple[date, date]:
    start, end = _date_parameter(asked, "from"), _date_parameter(asked, "to")
    if start >= end:
        raise invalid_parameter("to", "out_of_range", "must lie after from; it is not included in the range")
    return start, end


def _date_parameter(asked: Given, name: str) -> date:
    value = asked.get(name)
    if value is None:
        raise invalid_parameter(name, "required", "is needed: a local date, YYYY-MM-DD")
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or not _FIRST_DAY <= day <= _LAST_DAY:
        raise invalid_parameter(name, "not_a_date", "must be a date from 1900 to 2200, YYYY-MM-DD")
    return day


def _version_parameter(asked: Given) -> int | None:
    value = asked.get("version")
    if value is None:
        return None
    text = value if isinstance(value, str) else f"{value:g}"
    if not _VERSION.fullmatch(text):
        raise invalid_parameter("version", "not_whole", "must be a whole number, one or more")
    return int(text)
