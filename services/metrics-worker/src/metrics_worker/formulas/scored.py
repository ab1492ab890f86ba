"""Formulas of answers on a scale and of categories: means, boxes, shares, and the scores made of them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from metrics_worker.formulas import rounding
from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.figures import (
    MetricFigure,
    bin_distribution,
    empty_figure,
    mean_figure,
    proportion_figure,
    status_of,
)
from metrics_worker.formulas.formula import Evaluate, FormulaKind, MetricFormula, one_measure
from metrics_worker.formulas.intervals import adjusted_wald_nps, quantile_ranks
from metrics_worker.formulas.parameters import FormulaParams
from soundings.kernel.histogram_bins import duration_value, money_value
from soundings.kernel.scales import UNITS, MeasureScale, has_total, is_numeric

_POINTS: Final = frozenset(scale for scale in MeasureScale if is_numeric(scale))
_AMOUNTS: Final = frozenset(scale for scale in MeasureScale if has_total(scale))
_FIVE: Final = frozenset({MeasureScale.FIVE})
_DETRACTORS: Final = tuple(map(str, range(7)))
_PASSIVES: Final = ("7", "8")
_PROMOTERS: Final = ("9", "10")


def top_box(*names: str) -> Evaluate:
    """The share of answers in these bins."""

    def share_of_box(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
        asked = counts["measure"]
        return proportion_figure(asked.total_count(*names), asked.unit_count, asked, spread=bin_distribution(asked))

    return share_of_box


def mean_of(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
    return mean_figure(counts["measure"])


def option_share(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    asked = counts["measure"]
    part = asked.total_count(params.option) if params.option != UNITS else 0
    return proportion_figure(part, asked.unit_count, asked, spread=bin_distribution(asked))


def net_promoter_score(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
    asked = counts["measure"]
    promoters, passives, detractors = (
        asked.total_count(*_PROMOTERS),
        asked.total_count(*_PASSIVES),
        asked.total_count(*_DETRACTORS),
    )
    n, net = promoters + passives + detractors, promoters - detractors
    if n <= 0:
        return empty_figure(counted=asked.is_present)
    low, high = adjusted_wald_nps(promoters, passives, detractors)
    return MetricFigure(
        status=status_of(n),
        n=n,
        value=100 * net / n,
        low=low,
        high=high,
        display=rounding.signed_text(100 * net, n),
        distribution=bin_distribution(asked),
    )


def govuk_satisfaction(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:  # noqa: ARG001  # asks for nothing
    """The mean on 1-5 stretched to 0-1; its interval is the mean's, stretched alike."""
    asked = counts["measure"]
    rated = mean_figure(asked)
    if rated.value is None:
        return rated
    above = sum(point * asked.total_count(str(point + 1)) for point in range(5))
    return MetricFigure(
        status=rated.status,
        n=rated.n,
        value=above / (4 * rated.n),
        sum=rated.sum,
        low=None if rated.low is None else (rated.low - 1) / 4,
        high=None if rated.high is None else (rated.high - 1) / 4,
        display=rounding.percent_text(above, 4 * rated.n),
        distribution=rated.distribution,
        variance=None if rated.variance is None else rated.variance / 16,
    )


def nearest_rank_quantile(counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
    """The value at the nearest rank, with order statistics around it; an end beyond the sample is open (null)."""
    asked = counts["measure"]
    values = _ascending_bins(asked)
    n = sum(often for _, often in values)
    if n <= 0:
        return empty_figure(counted=asked.is_present)
    rank = _nearest_rank(n, params.p)
    below, above = quantile_ranks(n, params.p)
    value = _value_at_rank(values, rank)
    return MetricFigure(
        status=status_of(n),
        n=n,
        value=value,
        low=None if below is None else _value_at_rank(values, min(below, rank)),
        high=None if above is None else _value_at_rank(values, max(above, rank)),
        display=rounding.integer_text(value),
        distribution=bin_distribution(asked),
    )


def _nearest_rank(n: int, p: Fraction) -> int:
    return -(-n * p.numerator // p.denominator)


def _ascending_bins(counts: BinCounts) -> list[tuple[float, int]]:
    value_of = {MeasureScale.DURATION: duration_value, MeasureScale.MONEY: money_value}.get(counts.scale, float)
    return sorted((value_of(name), often) for name, often, _ in counts.valued_counts() if often > 0)


def _value_at_rank(values: list[tuple[float, int]], rank: int) -> float:
    for value, often in values:
        rank -= often
        if rank <= 0:
            return value
    raise ValueError("a rank beyond the sample")


FORMULAS: Final = (
    MetricFormula(
        id="mean.v1",
        name="Mean",
        formula="Σ(i·nᵢ)/Σn on a scale, Σ/n of durations and money",
        kind=FormulaKind.AMOUNT,
        interval="normal, 95 %; Wilson on the scale's range where all answers are equal",
        evaluate=mean_of,
        needs=one_measure,
        takes_measure=True,
        scales=_POINTS | _AMOUNTS,
    ),
    MetricFormula(
        id="top2.v1",
        name="Share of the two best answers",
        formula="(n4+n5)/Σn",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=top_box("4", "5"),
        needs=one_measure,
        takes_measure=True,
        scales=_FIVE,
    ),
    MetricFormula(
        id="bottom2.v1",
        name="Share of the two worst answers",
        formula="(n1+n2)/Σn",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=top_box("1", "2"),
        needs=one_measure,
        takes_measure=True,
        scales=_FIVE,
    ),
    MetricFormula(
        id="share.v1",
        name="Share of an option",
        formula="n(option)/n; of list values, n counts the units",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=option_share,
        needs=one_measure,
        takes_measure=True,
        scales=_POINTS | {MeasureScale.CATEGORY},
        parameters=("option",),
    ),
    MetricFormula(
        id="nps.v1",
        name="Net promoter score",
        formula="100·(n9..10 − n0..6)/Σn",
        kind=FormulaKind.SCORE,
        interval="adjusted Wald (¾, 1½, ¾), 95 %",
        evaluate=net_promoter_score,
        needs=one_measure,
        takes_measure=True,
        implied="nps",
        scales=frozenset({MeasureScale.ELEVEN}),
    ),
    MetricFormula(
        id="ces.v1",
        name="Customer effort: share that found it easy",
        formula="n5..7/Σn",
        kind=FormulaKind.PROPORTION,
        interval="Wilson, 95 %",
        evaluate=top_box("5", "6", "7"),
        needs=one_measure,
        takes_measure=True,
        implied="ces",
        scales=frozenset({MeasureScale.SEVEN}),
    ),
    MetricFormula(
        id="govuk_satisfaction.v1",
        name="GOV.UK user satisfaction",
        formula="(mean(1–5) − 1)/4",
        kind=FormulaKind.RATIO,
        interval="normal on the mean, 95 %",
        evaluate=govuk_satisfaction,
        needs=one_measure,
        takes_measure=True,
        implied="satisfaction",
        scales=_FIVE,
    ),
    MetricFormula(
        id="quantile.v1",
        name="Quantile",
        formula="value of rank ⌈p·n⌉",
        kind=FormulaKind.AMOUNT,
        interval="order statistics, 95 %",
        evaluate=nearest_rank_quantile,
        needs=one_measure,
        takes_measure=True,
        scales=_POINTS | _AMOUNTS,
        parameters=("p",),
    ),
)
