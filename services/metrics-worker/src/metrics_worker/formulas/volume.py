"""Formulas of volumes: counts, rates, completion, digital take-up, cost and response."""

from collections.abc import Mapping
from typing import Final

from metrics_worker.formulas import rounding
from metrics_worker.formulas.contact_centre import part_of
from metrics_worker.formulas.counts import Counts
from metrics_worker.formulas.figures import Figure, Status, distribution, nothing, proportion, status_of
from metrics_worker.formulas.formula import Formula, Kind, Need, fixed, one_measure
from metrics_worker.formulas.intervals import poisson, poisson_ratio
from metrics_worker.formulas.parameters import Params
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


def count(counts: Mapping[str, Counts], params: Params) -> Figure:  # noqa: ARG001  # asks for nothing
    """How many units; never `low_n`, since a small count is as sure as a large one."""
    counted = counts["measure"]
    if not counted.present:
        return nothing(counted=False)
    n = counted.units
    low, high = poisson(n)
    return Figure(Status.OK, n, n, low=low, high=high, display=str(n), distribution=distribution(counted))


def rate(counts: Mapping[str, Counts], params: Params) -> Figure:
    """Units of one measure per unit of another: a proportion where it is part of it, else a ratio of two counts."""
    one, other = counts["numerator"], counts["denominator"]
    if (params.numerator, params.denominator) in _PARTS or params.numerator == params.denominator:
        return proportion(one.units, other.units, other)
    if not one.present or other.units <= 0:
        return nothing(counted=one.present and other.present)
    low, high = poisson_ratio(one.units, other.units)
    return Figure(
        status=status_of(other.units),
        n=other.units,
        value=one.units / other.units,
        numerator=one.units,
        low=low,
        high=high,
        display=rounding.mean(one.units, other.units),
    )


def digital_take_up(counts: Mapping[str, Counts], params: Params) -> Figure:  # noqa: ARG001  # asks for nothing
    whole = counts["all"]
    return proportion(counts["digital"].units, whole.units, whole)


def cost_per_transaction(counts: Mapping[str, Counts], params: Params) -> Figure:  # noqa: ARG001  # asks for nothing
    """Minor units for each completed transaction; without any cost recorded it is unknown, not free."""
    cost, transactions = counts["cost"], counts["transactions"]
    completed = transactions.n("completed")
    if not cost.present or completed <= 0:
        return nothing(counted=cost.present and transactions.present)
    total = sum(amount for _, amount in cost.bins.values())
    return Figure(
        status=status_of(completed),
        n=completed,
        value=total / completed,
        sum=total,
        display=rounding.mean(total, completed),
    )


def response_rate(counts: Mapping[str, Counts], params: Params) -> Figure:  # noqa: ARG001  # asks for nothing
    """Responses for each invitation, over the forms that count invitations."""
    invited, answered = counts["invitations"], counts["responses"]
    forms = [form for form, (n, _) in invited.bins.items() if n > 0]
    if not forms:
        return nothing(counted=answered.present or invited.present, label=SELF_SELECTED)
    return proportion(answered.n(*forms), invited.n(*forms), invited)


def _one_per_other(measure: str, params: Params) -> tuple[Need, ...]:  # noqa: ARG001  # both come as parameters
    return Need("numerator", params.numerator), Need("denominator", params.denominator)


def _digital_and_all(measure: str, params: Params) -> tuple[Need, ...]:  # noqa: ARG001  # the same for every question
    return Need("digital", "transactions", _DIGITAL), Need("all", "transactions")


FORMULAS: Final = (
    Formula(
        id="count.v1",
        name="Count",
        formula="n",
        kind=Kind.COUNT,
        interval="Poisson, 95 %",
        evaluate=count,
        needs=one_measure,
        takes_measure=True,
    ),
    Formula(
        id="rate.v1",
        name="Rate",
        formula="n(numerator)/n(denominator)",
        kind=Kind.RATIO,
        interval="Wilson where the one is part of the other, else of two Poisson counts; 95 %",
        evaluate=rate,
        needs=_one_per_other,
        parameters=("numerator", "denominator"),
    ),
    Formula(
        id="completion.v1",
        name="Completion",
        formula="(completed + not_eligible)/all transactions",
        kind=Kind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=part_of("transactions", "completed", "not_eligible"),
        needs=fixed("transactions"),
        category=MeasureCategory.QUALITY,
        measures=("transactions",),
    ),
    Formula(
        id="digital_take_up.v1",
        name="Digital take-up",
        formula="transactions in digital channels/transactions in all channels",
        kind=Kind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=digital_take_up,
        needs=_digital_and_all,
        category=MeasureCategory.ADOPTION,
        measures=("transactions",),
        across_channels=True,
    ),
    Formula(
        id="cost_per_transaction.v1",
        name="Cost per transaction",
        formula="Σ cost/Σ completed",
        kind=Kind.AMOUNT,
        interval="none",
        evaluate=cost_per_transaction,
        needs=fixed("cost", "transactions"),
        category=MeasureCategory.COST,
        measures=("cost", "transactions"),
    ),
    Formula(
        id="response_rate.v1",
        name="Response rate",
        formula="responses/invitations of forms that count invitations",
        kind=Kind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=response_rate,
        needs=fixed("responses", "invitations"),
        category=MeasureCategory.QUANTITY,
        measures=("responses", "invitations"),
    ),
)
