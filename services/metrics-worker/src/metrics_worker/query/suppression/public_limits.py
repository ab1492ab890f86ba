"""Limits of queries whose figures are suppressed: whole local periods, in the dimensions that are decided."""

from typing import Final

from metrics_worker.query.domain.metric_query import GroupDimension, MetricQuery
from metrics_worker.query.domain.scope import QueryScope
from metrics_worker.query.errors import invalid_parameter
from soundings.kernel.agency_calendar import QueryInterval

_INTERVALS = frozenset({QueryInterval.MONTH, QueryInterval.QUARTER, QueryInterval.YEAR, QueryInterval.FISCAL_YEAR})
_MOST_YEARS: Final = 50


def check_public(question: MetricQuery, scope: QueryScope) -> None:
    """Refused, naming the parameter, for all that could single out what suppression hides."""
    if question.interval is not None and question.interval not in _INTERVALS:
        raise invalid_parameter(
            "interval", "not_public", f"without the analyst role: one of {', '.join(sorted(_INTERVALS))}"
        )
    for field, day in (("from", question.start), ("to", question.end)):
        if day.day != 1:
            raise invalid_parameter(
                field, "not_public", "without the analyst role: whole local months, quarters or years"
            )
    if question.end.year - question.start.year > _MOST_YEARS:
        raise invalid_parameter("to", "not_public", f"without the analyst role: at most {_MOST_YEARS} years")
    if question.touchpoint is not None:
        raise invalid_parameter("touchpoint", "not_public", "touchpoints are for the analyst role")
    if GroupDimension.TOUCHPOINT in question.group_by:
        raise invalid_parameter("group_by", "not_public", "touchpoints are for the analyst role")
    _check_version(question, scope)


def _check_version(question: MetricQuery, scope: QueryScope) -> None:
    """Refuse one of several pooled versions: the pool minus the others would disclose it."""
    if question.version is None:
        return
    for measure in scope.measures.values():
        scale = measure.scales[question.version]
        if sum(other is scale for other in measure.scales.values()) > 1:
            raise invalid_parameter(
                "version", "not_public", f"versions of {measure.id} with one scale are only given together"
            )
