"""Formulas of volumes: counts, rates, completion, digital take-up, cost and response."""

from collections.abc import Mapping
from typing import Final

from metrics_worker.formulas import rounding
from metrics_worker.formulas.contact_centre import part_of
from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.figures import (
    FigureStatus,
    MetricFigure,
    bin_distribution,
    empty_figure,
    proportion_figure,
    status_of,
)
from metrics_worker.formulas.formula import FormulaKind, MeasureNeed, MetricFormula, fixed_needs, one_measure
from metrics_worker.formulas.intervals import poisson_interval, poisson_ratio
from metrics_worker.formulas.parameters import FormulaParams
from soundings.kernel.measures import MeasureCategory
from soundings.kernel.vocabulary import DIGITAL_CHANNELS

SELF_SELECTED: Final = "self-selected"
"""The label of responses that nobody was invited to: how many could have answered is unknown."""

_DIGITAL: Final = frozenset(channel.value for channel in DIGITAL_CHANNELS)
_PARTS: Final = frozenset(
    {
        ("wait_answered", "offered"),
        ("wait_abandoned", "offered"),
        ("wait_callback", "offered"),
        ("offered", "contacts"),
        ("requests", "contacts"),
        ("started", "shown"),
    }
)
"""Measures of which the first counts some of the units of the second; their rate is a proportion."""


def count_figure(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
    """How many units; never `low_n`, since a small count is as sure as a large one."""
    counted = counts["measure"]
    if not counted.is_present:
        return empty_figure(counted=False)
    n = counted.unit_count
    low, high = poisson_interval(n)
    return MetricFigure(
        FigureStatus.OK, n, n, low=low, high=high, display=str(n), distribution=bin_distribution(counted)
    )


def rate_figure(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    """Units of one measure per unit of another: a proportion where it is part of it, else a ratio of two counts."""
    one, other = counts["numerator"], counts["denominator"]
    if (params.numerator, params.denominator) in _PARTS or params.numerator == params.denominator:
        return proportion_figure(one.unit_count, other.unit_count, other)
    if not one.is_present or other.unit_count <= 0:
        return empty_figure(counted=one.is_present and other.is_present)
    low, high = poisson_ratio(one.unit_count, other.unit_count)
    return MetricFigure(
        status=status_of(other.unit_count),
        n=other.unit_count,
        value=one.unit_count / other.unit_count,
        numerator=one.unit_count,
        low=low,
        high=high,
        display=rounding.mean_text(one.unit_count, other.unit_count),
    )


def digital_take_up(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
    whole = counts["all"]
    return proportion_figure(counts["digital"].unit_count, whole.unit_count, whole)


def cost_per_transaction(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
    """Minor units for each completed transaction; without any cost recorded it is unknown, not free."""
    cost, transactions = counts["cost"], counts["transactions"]
    completed = transactions.total_count("completed")
    if not cost.is_present or completed <= 0:
        return empty_figure(counted=cost.is_present and transactions.is_present)
    total = sum(amount for _, amount in cost.bins.values())
    return MetricFigure(
        status=status_of(completed),
        n=completed,
        value=total / completed,
        sum=total,
        display=rounding.mean_text(total, completed),
    )


def response_rate(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
    """Responses for each invitation, over the forms that count invitations."""
    invited, answered = counts["invitations"], counts["responses"]
    forms = [form for form, (n, _) in invited.bins.items() if n > 0]
    if not forms:
        return empty_figure(counted=answered.is_present or invited.is_present, label=SELF_SELECTED)
    return proportion_figure(answered.total_count(*forms), invited.total_count(*forms), invited)


def _one_per_other(measure: str, params: FormulaParams) -> tuple[MeasureNeed, ...]:  # noqa: ARG001  # both come as parameters
    return MeasureNeed("numerator", params.numerator), MeasureNeed("denominator", params.denominator)


def _digital_and_all(measure: str, params: FormulaParams) -> tuple[MeasureNeed, ...]:  # noqa: ARG001  # the same for every question
    return MeasureNeed("digital", "transactions", _DIGITAL), MeasureNeed("all", "transactions")


FORMULAS: Final = (
    MetricFormula(
        id="count.v1",
        name="Count",
        formula="n",
        kind=FormulaKind.COUNT,
        interval="Poisson, 95 %",
        evaluate=count_figure,
        needs=one_measure,
        takes_measure=True,
    ),
    MetricFormula(
        id="rate.v1",
        name="Rate",
        formula="n(numerator)/n(denominator)",
        kind=FormulaKind.RATIO,
        interval="Wilson where the one is part of the other, else of two Poisson counts; 95 %",
        evaluate=rate_figure,
        needs=_one_per_other,
        parameters=("numerator", "denominator"),
    ),
    MetricFormula(
        id="completion.v1",
        name="Completion",
        formula="(completed + not_eligible)/all transactions",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=part_of("transactions", "completed", "not_eligible"),
        needs=fixed_needs("transactions"),
        category=MeasureCategory.QUALITY,
        measures=("transactions",),
    ),
    MetricFormula(
        id="digital_take_up.v1",
        name="Digital take-up",
        formula="transactions in digital channels/transactions in all channels",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=digital_take_up,
        needs=_digital_and_all,
        category=MeasureCategory.ADOPTION,
        measures=("transactions",),
        across_channels=True,
    ),
    MetricFormula(
        id="cost_per_transaction.v1",
        name="Cost per transaction",
        formula="Σ cost/Σ completed",
        kind=FormulaKind.AMOUNT,
        interval="none",
        evaluate=cost_per_transaction,
        needs=fixed_needs("cost", "transactions"),
        category=MeasureCategory.COST,
        measures=("cost", "transactions"),
    ),
    MetricFormula(
        id="response_rate.v1",
        name="Response rate",
        formula="responses/invitations of forms that count invitations",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=response_rate,
        needs=fixed_needs("responses", "invitations"),
        category=MeasureCategory.QUANTITY,
        measures=("responses", "invitations"),
    ),
)
