"""A formula: what it needs to have counted, what it can be asked, and how counts become its figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.figures import MetricFigure
from metrics_worker.formulas.parameters import FormulaParams, Given, read_params
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.measures import BUILT_IN, MeasureCategory
from soundings.kernel.scales import MeasureScale


class FormulaKind(StrEnum):
    """What a figure is: `amount` is in the unit of its measure (points, seconds, minor units), `score` in its own."""

    PROPORTION = "proportion"
    AMOUNT = "amount"
    SCORE = "score"
    RATIO = "ratio"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class MeasureNeed:
    """Counts that a formula wants, under a key: of one measure, over some channels (None: all that were asked for).

    With `matured_days`, only days that lie at least so long back; younger ones may still change.
    """

    key: str
    measure: str
    channels: frozenset[str] | None = None
    matured_days: int = 0


Needs: TypeAlias = Callable[[str, FormulaParams], tuple[MeasureNeed, ...]]
Evaluate: TypeAlias = Callable[[Mapping[str, BinCounts], FormulaParams], MetricFigure]


@dataclass(frozen=True, slots=True)
class MetricFormula:
    """One metric in one version.

    `formula` is how every answer names it, `name` how people call it. It reads fixed `measures`, or takes one
    (`implied` when left out) of one of `scales`, or two as parameters. `category` and `unit` are None where they are
    those of the measure taken. `across_channels` figures compare channels, so they make no sense inside one.
    """

    id: str
    name: str
    formula: str
    kind: FormulaKind
    interval: str
    evaluate: Evaluate
    needs: Needs
    measures: tuple[str, ...] = ()
    takes_measure: bool = False
    implied: str | None = None
    scales: frozenset[MeasureScale] = frozenset()
    parameters: tuple[str, ...] = ()
    category: MeasureCategory | None = None
    across_channels: bool = False

    @property
    def value_unit(self) -> str | None:
        """Seconds or minor units for amounts of a fixed measure, else what the figure is."""
        if self.kind is not FormulaKind.AMOUNT:
            return self.kind.value
        return BUILT_IN[self.measures[0]].unit if self.measures else None

    def parse_params(self, given: Given) -> FormulaParams:
        """The checked parameters of a question; Refused names the one that is wrong."""
        return read_params(given, self.parameters)

    def measure_of(self, asked: str | None) -> str:
        """The measure that is meant; empty where the formula reads its own or two parameters. Refused if wrong."""
        if self.takes_measure:
            if found := asked or self.implied:
                return found
            raise InvalidInput([FieldError("measure", "required", f"{self.id} needs a measure")])
        if asked and asked not in self.measures:
            reads = ", ".join(self.measures) or "the measures of its parameters"
            raise InvalidInput([FieldError("measure", "not_used", f"{self.id} reads {reads}")])
        return ""

    def needed_measures(self, measure: str, params: FormulaParams) -> tuple[MeasureNeed, ...]:
        """The counts to bring, for a measure from `measure` and parameters from `params`."""
        return self.needs(measure, params)

    def check_scale(self, scale: MeasureScale) -> None:
        """Refused when this formula says nothing about a measure of the scale."""
        if self.scales and scale not in self.scales:
            fit = ", ".join(sorted(self.scales))
            raise InvalidInput(
                [FieldError("measure", "scale", f"{self.id} is for measures of {fit}, not {scale.value}")]
            )

    def compute_figure(self, counts: Mapping[str, BinCounts], params: FormulaParams) -> MetricFigure:
        """The figure of the counts that `reads` asked for, by key; they were summed, never averaged."""
        return self.evaluate(counts, params)


def one_measure(measure: str, params: FormulaParams) -> tuple[MeasureNeed, ...]:  # noqa: ARG001  # some needs depend on parameters
    """The counts of the measure that was asked for, under the key `measure`."""
    return (MeasureNeed("measure", measure),)


def fixed_needs(*measures: str) -> Needs:
    """The counts of these measures, each under its own id."""
    needs = tuple(MeasureNeed(measure, measure) for measure in measures)

    def bring(measure: str, params: FormulaParams) -> tuple[MeasureNeed, ...]:  # noqa: ARG001  # the same for every question
        return needs

    return bring
