"""Changes against published examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.figures import FigureStatus, MetricFigure, empty_figure
from metrics_worker.formulas.parameters import FormulaParams
from metrics_worker.formulas.registry import METRICS
from metrics_worker.formulas.significance import (
    ChangeCase,
    ChangeVerdict,
    adjusted_p_values,
    compare_figures,
    control_discoveries,
)
from soundings.kernel.scales import MeasureScale

SHARES = st.tuples(st.integers(0, 400), st.integers(1, 400)).map(lambda pair: (min(pair), pair[1]))


def share(part, whole):
    counts = BinCounts(MeasureScale.BINARY, {"1": (part, 0), "0": (whole - part, 0)})
    return METRICS["share.v1"].compute_figure({"measure": counts}, FormulaParams(option="1"))


def averaged(value, variance, n):
    return MetricFigure(FigureStatus.OK, n, value, variance=variance)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),  # Newcombe 1998, "Interval estimation for the difference", method 10
        ((9, 10), (3, 10), 0.1705, 0.8090),  # the same
        ((10, 10), (0, 20), 0.6791, 1.0),  # the same
        ((5, 56), (0, 29), -0.0381, 0.1926),  # the same
    ],
)
def test_proportions_have_newcombes_interval(now, before, low, high):
    found = compare_figures(share(*now), share(*before))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.verdict == ("up" if low > 0 else "no_clear_change")


@pytest.mark.parametrize(
    ("now", "before", "p_value"),
    [
        (
            (20.8, 7.9, 15),
            (23.0, 3.8, 15),
            0.021,
        ),  # Wikipedia, "Welch's t-test"; its means are rounded
        ((20.6, 9.0, 10), (22.1, 0.9, 20), 0.149),
        ((19.4, 1.4, 10), (21.6, 17.1, 20), 0.036),
    ],
)
def test_means_are_compared_by_welch(now, before, p_value):
    found = compare_figures(averaged(*now), averaged(*before))
    assert found.p_value == pytest.approx(p_value, abs=6e-3)
    assert found.verdict == ("down" if p_value < 0.05 else "no_clear_change")
    assert found.low < found.value < found.high


@given(SHARES, SHARES)
def test_a_change_mirrors_and_agrees_with_its_chance(now, before):
    there, back = compare_figures(share(*now), share(*before)), compare_figures(share(*before), share(*now))
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.low <= there.value <= there.high
    assert (there.verdict is ChangeVerdict.NO_CLEAR_CHANGE) == (there.p_value > 0.05 or there.low <= 0 <= there.high)


def test_equal_answers_can_still_differ_from_other_equal_answers():
    def answers(point):
        return METRICS["mean.v1"].compute_figure(
            {"measure": BinCounts(MeasureScale.FIVE, {point: (50, 0)})}, FormulaParams()
        )

    assert compare_figures(answers("5"), answers("4")).verdict == "up"
    assert compare_figures(answers("5"), answers("5")).verdict == "no_clear_change"


def test_scores_and_counts_are_compared_on_their_own_intervals():
    def score(promoters, detractors):
        counts = BinCounts(MeasureScale.ELEVEN, {"10": (promoters, 0), "0": (detractors, 0)})
        return METRICS["nps.v1"].compute_figure({"measure": counts}, FormulaParams())

    assert compare_figures(score(80, 20), score(50, 50)).verdict == "up"
    assert compare_figures(score(52, 48), score(50, 50)).verdict == "no_clear_change"

    def volume(n):
        return METRICS["count.v1"].compute_figure(
            {"measure": BinCounts(MeasureScale.COUNT, {"all": (n, 0)})}, FormulaParams()
        )

    assert compare_figures(volume(100), volume(150)).verdict == "down"
    assert compare_figures(volume(100), volume(110)).verdict == "no_clear_change"
    assert compare_figures(volume(0), volume(0)).p_value == 1


def test_without_a_figure_or_an_interval_nothing_is_claimed():
    assert compare_figures(empty_figure(counted=False), share(1, 2)) == ChangeCase(None)
    assert compare_figures(averaged(3.0, None, 1), averaged(2.0, None, 1)) == ChangeCase(1.0)


def test_false_discovery_is_controlled_as_in_its_first_example():
    # Benjamini and Hochberg 1995, §4.1: of these fifteen, four are discoveries at 0.05
    tested = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240)
    tested += (0.4262, 0.5719, 0.6528, 0.7590, 1.0)
    adjusted = adjusted_p_values(tested)
    assert [one <= 0.05 for one in adjusted] == [True] * 4 + [False] * 11
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)
    assert adjusted_p_values(()) == ()


def test_changes_that_may_be_chance_lose_their_verdict():
    clear = ChangeCase(1.0, 0.1, 1.9, 0.001, ChangeVerdict.UP)
    chance = ChangeCase(1.0, 0.1, 1.9, 0.04, ChangeVerdict.UP)
    untested = ChangeCase(1.0)
    assert control_discoveries([clear, chance, untested, chance]) == (
        clear,
        chance,
        untested,
        chance,
    )
    unclear = ChangeCase(0.1, -1.0, 1.2, 0.9)
    verdicts = [one.verdict for one in control_discoveries([chance, clear, unclear, untested])]
    assert verdicts == ["no_clear_change", "up", "no_clear_change", "no_clear_change"]
