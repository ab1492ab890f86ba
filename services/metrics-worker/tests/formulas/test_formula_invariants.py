"""What holds for every figure, whatever was counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.figures import mean_figure
from metrics_worker.formulas.parameters import FormulaParams
from metrics_worker.formulas.registry import METRICS
from soundings.kernel.histogram_bins import duration_bin
from soundings.kernel.measures import BUILT_IN, tally_bins
from soundings.kernel.scales import MeasureScale, is_numeric, scale_bins, scale_points
from soundings.kernel.vocabulary import ContactOutcome

NUMBERS = st.integers(0, 300)
NUMERIC = st.sampled_from([scale for scale in MeasureScale if is_numeric(scale)])
DURATIONS = st.lists(st.integers(0, 10_000_000) | st.integers(0, 90_000), max_size=40)


@st.composite
def answers(draw, scale=None):
    scale = scale or draw(NUMERIC)
    numbers = draw(st.dictionaries(st.sampled_from(scale_bins(scale)), NUMBERS))
    return BinCounts(scale, {name: (n, 0) for name, n in numbers.items()})


def durations(values):
    return BinCounts.from_cells(MeasureScale.DURATION, [(duration_bin(ms), 1, ms) for ms in values])


def plain(counts):
    return {name: pair for name, pair in counts.bins.items() if pair != (0, 0)}


@given(st.data(), NUMERIC)
def test_merging_counts_is_associative_and_commutative(data, scale):
    one, two, three = (data.draw(answers(scale)) for _ in range(3))
    assert plain((one + two) + three) == plain(one + (two + three)) == plain(three + two + one)
    assert (one + two).unit_count == one.unit_count + two.unit_count


def test_counts_of_different_scales_never_add_up():
    with pytest.raises(ValueError, match="do not add up"):
        BinCounts(MeasureScale.FIVE, {}) + BinCounts(MeasureScale.BINARY, {})


@given(answers())
def test_a_mean_lies_on_its_scale_and_in_its_interval(counts):
    figure = mean_figure(counts)
    if figure.value is None:
        assert figure.n == 0
        assert figure.status in {"no_data", "not_applicable"}
        return
    points = scale_points(counts.scale)
    assert points[0] <= figure.low <= figure.value <= figure.high <= points[-1]
    assert figure.low < figure.high
    assert figure.status == ("ok" if figure.n >= 30 else "low_n")
    assert sum(figure.distribution.values()) == figure.n


@given(DURATIONS)
def test_a_mean_duration_is_exact_and_in_its_interval(values):
    figure = mean_figure(durations(values))
    if not values:
        assert figure.status == "no_data"
        return
    assert figure.sum == sum(values) / 1000
    assert figure.value == pytest.approx(sum(values) / 1000 / len(values))
    assert figure.low is None or 0 <= figure.low <= figure.value <= figure.high


@given(DURATIONS.filter(bool), st.integers(1, 99))
def test_a_quantile_is_close_to_the_real_one_and_in_its_interval(values, hundredths):
    formula = METRICS["quantile.v1"]
    params = formula.parse_params({"p": f"0.{hundredths:02}"})
    figure = formula.compute_figure({"measure": durations(values)}, params)
    real = sorted(values)[-(-len(values) * hundredths // 100) - 1] / 1000
    assert figure.value == pytest.approx(real, rel=0.01, abs=1)
    assert figure.low is None or figure.low <= figure.value
    assert figure.high is None or figure.value <= figure.high


@st.composite
def contacts(draw):
    """Consistent contacts: every wait belongs to an offered one."""
    waits = [draw(st.lists(st.integers(0, 200_000), max_size=20)) for _ in range(3)]
    names = [ContactOutcome.ANSWERED, ContactOutcome.ABANDONED, ContactOutcome.CALLBACK]
    cells = [(name.value, len(given), 0) for name, given in zip(names, waits, strict=True) if given]
    return {
        "offered": BinCounts.from_cells(MeasureScale.CATEGORY, cells),
        **{
            measure: durations(given)
            for measure, given in zip(("wait_answered", "wait_abandoned", "wait_callback"), waits, strict=True)
        },
    }


@given(contacts(), st.sampled_from([metric for metric in METRICS if metric.startswith(("service", "abandon"))]))
def test_a_share_of_contacts_is_a_proportion(counts, metric):
    figure = METRICS[metric].compute_figure(counts, FormulaParams(short_s=5))
    if figure.value is not None:
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
        assert figure.value == figure.numerator / figure.n


GIVEN = {"share.v1": {"option": "4"}, "rate.v1": {"numerator": "contacts", "denominator": "transactions"}}
GAPS = ("0", "1", "72", "168", "192", "none")


@st.composite
def counted(draw, measure, scale):
    """Any counts of a built-in measure, or of an agency's own on a scale."""
    if measure in BUILT_IN:
        scale = BUILT_IN[measure].scale
    if is_numeric(scale):
        return draw(answers(scale))
    if scale is not MeasureScale.CATEGORY:
        return durations(draw(DURATIONS))
    names = sorted(tally_bins(BUILT_IN[measure]) or ("guest-survey", "*")) if "gap" not in measure else GAPS
    return BinCounts(scale, draw(st.dictionaries(st.sampled_from(names), st.tuples(NUMBERS, st.just(0)))))


@given(st.data(), st.sampled_from(sorted(METRICS)))
def test_every_formula_answers_whatever_was_counted(data, metric):
    formula = METRICS[metric]
    measure = formula.measure_of("contacts" if metric == "count.v1" else "own" if formula.takes_measure else None)
    params = formula.parse_params(GIVEN.get(metric, {}))
    scale = min(formula.scales, default=MeasureScale.CATEGORY)
    counts = {need.key: data.draw(counted(need.measure, scale)) for need in formula.needed_measures(measure, params)}
    figure = formula.compute_figure(counts, params)
    assert (figure.value is None) == (figure.status in {"no_data", "not_applicable"})
    assert (figure.display is None) == (figure.value is None)
    assert figure.n >= 0
    if figure.low is not None and figure.high is not None:
        assert figure.low <= figure.value <= figure.high
