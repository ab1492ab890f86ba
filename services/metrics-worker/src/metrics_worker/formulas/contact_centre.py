"""Formulas of contacts: waits, service levels, abandonment, transfers, reasons and repetition."""

from collections.abc import Callable, Mapping
from typing import Final

from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.figures import MetricFigure, bin_distribution, empty_figure, mean_figure, proportion_figure
from metrics_worker.formulas.formula import Evaluate, FormulaKind, MeasureNeed, MetricFormula, fixed_needs
from metrics_worker.formulas.parameters import FormulaParams
from soundings.kernel.measures import BUILT_IN, MeasureCategory

_HOURS_OF_A_DAY: Final = 24
_WAITS: Final = ("wait_answered", "wait_abandoned", "wait_callback")


def mean_of(measure: str) -> Evaluate:
    def mean_of_measure(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
        return mean_figure(counts[measure])

    return mean_of_measure


def part_of(measure: str, *names: str) -> Evaluate:
    """The share of a measure's units that are in these bins."""

    def share_of_bins(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
        whole = counts[measure]
        return proportion_figure(whole.total_count(*names), whole.unit_count, whole, spread=bin_distribution(whole))

    return share_of_bins


def answered_of_offered(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    return _service_level_figure(counts, counts["wait_answered"].count_within(params.threshold_s))


def answered_of_answered(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    answered = counts["wait_answered"]
    return proportion_figure(answered.count_within(params.threshold_s), answered.unit_count, answered)


def net_of_short_abandons(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    soon = params.threshold_s
    return _service_level_figure(
        counts, counts["wait_answered"].count_within(soon), counts["wait_abandoned"].count_within(soon)
    )


def service_level_dequeued(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    return _service_level_figure(counts, sum(counts[measure].count_within(params.threshold_s) for measure in _WAITS))


def _service_level_figure(counts: Mapping[str, BinCounts], part: int, left_out: int = 0) -> MetricFigure:
    """A share of the contacts offered; unknown where some were answered but no wait was measured."""
    offered = counts["offered"]
    if offered.total_count("answered") and not counts["wait_answered"].is_present:
        return empty_figure(counted=False)
    return proportion_figure(part, offered.unit_count - left_out, offered)


def abandonment_rate(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    offered = counts["offered"]
    short = 0 if params.short_s is None else counts["wait_abandoned"].count_within(params.short_s)
    return proportion_figure(
        offered.total_count("abandoned") - short, offered.unit_count - short, offered, spread=bin_distribution(offered)
    )


def _gap_needs(measure: str, params: FormulaParams) -> tuple[MeasureNeed, ...]:  # noqa: ARG001  # reads one measure
    """Only contacts old enough for their repetition to be known; the younger ones would make it look rare."""
    return (MeasureNeed("repeat_gap", "repeat_gap", matured_days=params.days),)


def repeat_share(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    gaps = counts["repeat_gap"]
    return proportion_figure(gaps.count_within(params.days * _HOURS_OF_A_DAY), gaps.unit_count, gaps)


def resolved_at_first(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    gaps = counts["repeat_gap"]
    return proportion_figure(gaps.unit_count - gaps.count_within(params.days * _HOURS_OF_A_DAY), gaps.unit_count, gaps)


def _service_level_formula(
    variant: str,
    formula: str,
    evaluate: Callable[[Mapping[str, BinCounts], FormulaParams], MetricFigure],
    *measures: str,
) -> MetricFormula:
    return MetricFormula(
        id=f"service_level.{variant}.v1",
        name=f"Service level, {variant.replace('_', ' ')}",
        formula=formula,
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=evaluate,
        needs=fixed_needs(*measures),
        measures=measures,
        parameters=("threshold_s",),
        category=MeasureCategory.RESPONSIVENESS,
    )


def _share_formula(id_: str, name: str, formula: str, measure: str, *names: str) -> MetricFormula:
    return MetricFormula(
        id=id_,
        name=name,
        formula=formula,
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=part_of(measure, *names),
        needs=fixed_needs(measure),
        measures=(measure,),
        category=MeasureCategory.QUALITY,
    )


def _average_formula(id_: str, name: str, formula: str, measure: str) -> MetricFormula:
    return MetricFormula(
        id=id_,
        name=name,
        formula=formula,
        kind=FormulaKind.AMOUNT,
        interval="normal on the mean, 95 %",
        evaluate=mean_of(measure),
        needs=fixed_needs(measure),
        measures=(measure,),
        category=BUILT_IN[measure].category,
    )


def _repetition_formula(id_: str, name: str, formula: str, evaluate: Evaluate) -> MetricFormula:
    return MetricFormula(
        id=id_,
        name=name,
        formula=formula,
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=evaluate,
        needs=_gap_needs,
        measures=("repeat_gap",),
        parameters=("days",),
        category=MeasureCategory.QUALITY,
    )


FORMULAS: Final = (
    _average_formula(
        "asa.v1", "Average speed of answer", "Σ wait of answered / answered with a known wait", "wait_answered"
    ),
    _average_formula("aht.v1", "Average handle time", "Σ(talk + hold + wrap-up) / handled", "handle"),
    _service_level_formula(
        "answered_offered", "answered ≤ T / offered", answered_of_offered, "wait_answered", "offered"
    ),
    _service_level_formula("answered_answered", "answered ≤ T / answered", answered_of_answered, "wait_answered"),
    _service_level_formula(
        "net_of_short_abandons",
        "answered ≤ T / (offered − abandoned ≤ T)",
        net_of_short_abandons,
        "wait_answered",
        "wait_abandoned",
        "offered",
    ),
    _service_level_formula(
        "dequeued",
        "(answered + abandoned + called back, each ≤ T) / offered",
        service_level_dequeued,
        *_WAITS,
        "offered",
    ),
    MetricFormula(
        id="abandonment.v1",
        name="Abandonment",
        formula="abandoned / offered; with short_s, both without abandoned ≤ short_s",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=abandonment_rate,
        needs=fixed_needs("offered", "wait_abandoned"),
        measures=("offered", "wait_abandoned"),
        parameters=("short_s",),
        category=MeasureCategory.RESPONSIVENESS,
    ),
    _share_formula("transfer_rate.v1", "Transfer rate", "transferred / handled", "transfers", "transferred"),
    _share_formula(
        "failure_demand.v1",
        "Failure demand",
        "(get information + chase progress) / contacts with a reason",
        "reason",
        "get_information",
        "chase_progress",
    ),
    _repetition_formula(
        "repeat_contact.v1", "Repeat contact", "contacts followed by another within N days / contacts", repeat_share
    ),
    _repetition_formula(
        "first_contact_resolution.v1",
        "First contact resolution, observed",
        "1 − contacts followed by another within N days / contacts",
        resolved_at_first,
    ),
)
