"""Formulas of contacts: waits, service levels, abandonment, transfers, reasons and repetition."""

from collections.abc import Callable, Mapping
from typing import Final

from metrics_worker.formulas.counts import Counts
from metrics_worker.formulas.figures import Figure, distribution, mean, nothing, proportion
from metrics_worker.formulas.formula import Evaluate, Formula, Kind, Need, fixed
from metrics_worker.formulas.parameters import Params
from soundings.kernel.measures import BUILT_IN, MeasureCategory

_HOURS_OF_A_DAY: Final = 24
_WAITS: Final = ("wait_answered", "wait_abandoned", "wait_callback")


def mean_of(measure: str) -> Evaluate:
    def mean_of_measure(counts: Mapping[str, Counts], params: Params) -> Figure:  # noqa: ARG001  # asks for nothing
        return mean(counts[measure])

    return mean_of_measure


def part_of(measure: str, *names: str) -> Evaluate:
    """The share of a measure's units that are in these bins."""

    def share_of_bins(counts: Mapping[str, Counts], params: Params) -> Figure:  # noqa: ARG001  # asks for nothing
        whole = counts[measure]
        return proportion(whole.n(*names), whole.units, whole, spread=distribution(whole))

    return share_of_bins


def answered_of_offered(counts: Mapping[str, Counts], params: Params) -> Figure:
    return _level(counts, counts["wait_answered"].within(params.threshold_s))


def answered_of_answered(counts: Mapping[str, Counts], params: Params) -> Figure:
    answered = counts["wait_answered"]
    return proportion(answered.within(params.threshold_s), answered.units, answered)


def net_of_short_abandons(counts: Mapping[str, Counts], params: Params) -> Figure:
    soon = params.threshold_s
    return _level(counts, counts["wait_answered"].within(soon), counts["wait_abandoned"].within(soon))


def dequeued(counts: Mapping[str, Counts], params: Params) -> Figure:
    return _level(counts, sum(counts[measure].within(params.threshold_s) for measure in _WAITS))


def _level(counts: Mapping[str, Counts], part: int, left_out: int = 0) -> Figure:
    """A share of the contacts offered; unknown where some were answered but nobody measured any wait."""
    offered = counts["offered"]
    if offered.n("answered") and not counts["wait_answered"].present:
        return nothing(counted=False)
    return proportion(part, offered.units - left_out, offered)


def abandonment(counts: Mapping[str, Counts], params: Params) -> Figure:
    offered = counts["offered"]
    short = 0 if params.short_s is None else counts["wait_abandoned"].within(params.short_s)
    return proportion(offered.n("abandoned") - short, offered.units - short, offered, spread=distribution(offered))


def _gaps(measure: str, params: Params) -> tuple[Need, ...]:  # noqa: ARG001  # reads one measure
    """Only contacts old enough for their repetition to be known; the younger ones would make it look rare."""
    return (Need("repeat_gap", "repeat_gap", matured_days=params.days),)


def repeated(counts: Mapping[str, Counts], params: Params) -> Figure:
    gaps = counts["repeat_gap"]
    return proportion(gaps.within(params.days * _HOURS_OF_A_DAY), gaps.units, gaps)


def resolved_at_first(counts: Mapping[str, Counts], params: Params) -> Figure:
    gaps = counts["repeat_gap"]
    return proportion(gaps.units - gaps.within(params.days * _HOURS_OF_A_DAY), gaps.units, gaps)


def _service_level(
    variant: str, formula: str, evaluate: Callable[[Mapping[str, Counts], Params], Figure], *measures: str
) -> Formula:
    return Formula(
        id=f"service_level.{variant}.v1",
        name=f"Service level, {variant.replace('_', ' ')}",
        formula=formula,
        kind=Kind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=evaluate,
        needs=fixed(*measures),
        measures=measures,
        parameters=("threshold_s",),
        category=MeasureCategory.RESPONSIVENESS,
    )


def _share(id_: str, name: str, formula: str, measure: str, *names: str) -> Formula:
    return Formula(
        id=id_,
        name=name,
        formula=formula,
        kind=Kind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=part_of(measure, *names),
        needs=fixed(measure),
        measures=(measure,),
        category=MeasureCategory.QUALITY,
    )


def _average(id_: str, name: str, formula: str, measure: str) -> Formula:
    return Formula(
        id=id_,
        name=name,
        formula=formula,
        kind=Kind.AMOUNT,
        interval="normal on the mean, 95 %",
        evaluate=mean_of(measure),
        needs=fixed(measure),
        measures=(measure,),
        category=BUILT_IN[measure].category,
    )


def _repetition(id_: str, name: str, formula: str, evaluate: Evaluate) -> Formula:
    return Formula(
        id=id_,
        name=name,
        formula=formula,
        kind=Kind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=evaluate,
        needs=_gaps,
        measures=("repeat_gap",),
        parameters=("days",),
        category=MeasureCategory.QUALITY,
    )


FORMULAS: Final = (
    _average("asa.v1", "Average speed of answer", "Σ wait of answered / answered with a known wait", "wait_answered"),
    _average("aht.v1", "Average handle time", "Σ(talk + hold + wrap-up) / handled", "handle"),
    _service_level("answered_offered", "answered ≤ T / offered", answered_of_offered, "wait_answered", "offered"),
    _service_level("answered_answered", "answered ≤ T / answered", answered_of_answered, "wait_answered"),
    _service_level(
        "net_of_short_abandons",
        "answered ≤ T / (offered − abandoned ≤ T)",
        net_of_short_abandons,
        "wait_answered",
        "wait_abandoned",
        "offered",
    ),
    _service_level(
        "dequeued", "(answered + abandoned + called back, each ≤ T) / offered", dequeued, *_WAITS, "offered"
    ),
    Formula(
        id="abandonment.v1",
        name="Abandonment",
        formula="abandoned / offered; with short_s, both without abandoned ≤ short_s",
        kind=Kind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=abandonment,
        needs=fixed("offered", "wait_abandoned"),
        measures=("offered", "wait_abandoned"),
        parameters=("short_s",),
        category=MeasureCategory.RESPONSIVENESS,
    ),
    _share("transfer_rate.v1", "Transfer rate", "transferred / handled", "transfers", "transferred"),
    _share(
        "failure_demand.v1",
        "Failure demand",
        "(get information + chase progress) / contacts with a reason",
        "reason",
        "get_information",
        "chase_progress",
    ),
    _repetition(
        "repeat_contact.v1", "Repeat contact", "contacts followed by another within N days / contacts", repeated
    ),
    _repetition(
        "first_contact_resolution.v1",
        "First contact resolution, observed",
        "1 − contacts followed by another within N days / contacts",
        resolved_at_first,
    ),
)
