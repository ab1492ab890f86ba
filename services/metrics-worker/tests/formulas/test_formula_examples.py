"""Every metric on counts small enough to check by hand."""

from fractions import Fraction

import pytest

from metrics_worker.formulas.counts import BinCounts
from metrics_worker.formulas.parameters import FormulaParams
from metrics_worker.formulas.registry import METRICS
from soundings.kernel.errors import InvalidInput
from soundings.kernel.histogram_bins import duration_bin, money_bin
from soundings.kernel.measures import BUILT_IN, MeasureCategory
from soundings.kernel.scales import MeasureScale


def coded(**bins):
    return BinCounts(MeasureScale.CATEGORY, {name: (n, 0) for name, n in bins.items()})


def scored(scale, *answers):
    return BinCounts.from_cells(MeasureScale(scale), [(str(answer), 1, 0) for answer in answers])


def lasting(*seconds, unknown=0):
    cells = [(duration_bin(round(s * 1000)), 1, round(s * 1000)) for s in seconds]
    return BinCounts.from_cells(MeasureScale.DURATION, [*cells, ("unknown", unknown, 0)] if unknown else cells)


def of(metric, counts, **given):
    formula = METRICS[metric]
    params = formula.parse_params(given)
    if not isinstance(counts, dict):
        counts = {
            formula.needed_measures(formula.measure_of("any" if formula.takes_measure else None), params)[0].key: counts
        }
    return formula.compute_figure(counts, params)


FIVES = scored("1-5", 5, 5, 4, 4, 3, 2, 1, 1, 1, 5)

# Ten calls: seven answered, after 5, 10, 15, 20, 45, 90 and 130 s; three given up after 3, 12 and 60 s.
CALLS = {
    "offered": coded(answered=7, abandoned=3),
    "wait_answered": lasting(5, 10, 15, 20, 45, 90, 130),
    "wait_abandoned": lasting(3, 12, 60),
    "wait_callback": lasting(),
}


def test_a_mean_counts_every_answer_once():
    figure = of("mean.v1", FIVES)
    assert (figure.value, figure.sum, figure.n, figure.display) == (3.1, 31, 10, "3.10")
    assert figure.distribution == {"1": 3, "2": 1, "3": 1, "4": 2, "5": 3}
    # s² = (3·4.41 + 1.21 + 0.01 + 2·0.81 + 3·3.61)/9 = 2.98889; 3.1 ± 1.96·√(s²/10)
    assert (figure.low, figure.high) == pytest.approx((3.1 - 1.07153, 3.1 + 1.07153), abs=1e-4)


def test_a_mean_of_exactly_1_005_is_shown_half_up():
    figure = of("mean.v1", BinCounts(MeasureScale.FIVE, {"1": (199, 0), "2": (1, 0)}))
    assert (figure.status, figure.display) == ("ok", "1.01")


def test_the_two_best_and_the_two_worst_answers():
    best, worst = of("top2.v1", FIVES), of("bottom2.v1", FIVES)
    assert (best.numerator, best.n, best.display, best.status) == (5, 10, "50.0 %", "low_n")
    assert (worst.numerator, worst.value) == (4, 0.4)


def test_eight_of_ten_has_its_textbook_interval():
    figure = of("top2.v1", scored("1-5", 5, 5, 5, 5, 4, 4, 4, 4, 1, 2))
    assert (figure.low, figure.high) == pytest.approx((0.4902, 0.9433), abs=5e-5)


def test_a_share_of_list_values_is_of_the_units():
    topics = BinCounts(MeasureScale.CATEGORY, {"roads": (6, 0), "parks": (5, 0), "*": (8, 0)})
    figure = of("share.v1", topics, option="roads")
    assert (figure.numerator, figure.n, figure.value) == (6, 8, 0.75)
    assert figure.distribution == {"parks": 5, "roads": 6}
    assert of("share.v1", scored("0-1", 1, 1, 0, 1), option=1).value == 0.75


@pytest.mark.parametrize(
    ("answers", "value", "display"),
    [
        ([9, 10, 8, 7, 6, 0, 10, 9], 25.0, "+25.0"),
        ([9, 6], 0.0, "0.0"),
        ([0, 6, 7], -200 / 3, "-66.7"),
        ([7, 8], 0.0, "0.0"),
    ],
)
def test_nps_is_promoters_less_detractors(answers, value, display):
    figure = of("nps.v1", scored("0-10", *answers))
    assert (figure.value, figure.display) == (pytest.approx(value), display)
    assert figure.low <= figure.value <= figure.high
    assert len(figure.distribution) == 11


def test_effort_is_the_share_of_5_to_7():
    assert of("ces.v1", scored("1-7", 1, 4, 5, 6, 7)).numerator == 3


def test_govuk_satisfaction_stretches_the_mean():
    figure = of("govuk_satisfaction.v1", FIVES)
    mean = of("mean.v1", FIVES)
    assert figure.value == pytest.approx((3.1 - 1) / 4)
    assert (figure.sum, figure.n, figure.display) == (31, 10, "52.5 %")
    assert (figure.low, figure.high) == pytest.approx(((mean.low - 1) / 4, (mean.high - 1) / 4))


def test_completion_counts_the_not_eligible_as_served():
    figure = of("completion.v1", coded(completed=60, not_eligible=10, failed=20, open=10))
    assert (figure.numerator, figure.n, figure.display) == (70, 100, "70.0 %")


def test_digital_take_up_asks_for_digital_channels_and_all():
    formula = METRICS["digital_take_up.v1"]
    digital, whole = formula.needed_measures(formula.measure_of(None), FormulaParams())
    assert (digital.measure, whole.measure, whole.channels) == ("transactions", "transactions", None)
    assert {"website", "kiosk", "other_digital"} < digital.channels
    assert not {"phone", "in_person", "automated_phone"} & digital.channels
    counts = {"digital": coded(completed=4200, failed=300), "all": coded(completed=9700, failed=300)}
    figure = formula.compute_figure(counts, FormulaParams())
    assert (figure.numerator, figure.n, figure.value) == (4500, 10000, 0.45)


def test_cost_per_transaction_divides_by_the_completed():
    cost = BinCounts.from_cells(MeasureScale.MONEY, [(money_bin(minor), 1, minor) for minor in (250, 1000, -50)])
    figure = of("cost_per_transaction.v1", {"cost": cost, "transactions": coded(completed=7, failed=2)})
    assert (figure.n, figure.sum, figure.display) == (7, 1200, "171.43")
    unknown = {"cost": BinCounts(MeasureScale.MONEY, {}), "transactions": coded(completed=7)}
    assert of("cost_per_transaction.v1", unknown).status == "no_data"
    none_done = {"cost": cost, "transactions": coded(failed=2)}
    assert of("cost_per_transaction.v1", none_done).status == "not_applicable"


def test_a_response_rate_is_of_forms_that_count_invitations():
    figure = of("response_rate.v1", {"responses": coded(mailed=20, popup=900), "invitations": coded(mailed=80)})
    assert (figure.numerator, figure.n, figure.display) == (20, 80, "25.0 %")
    popup = of("response_rate.v1", {"responses": coded(popup=900), "invitations": coded()})
    assert (popup.status, popup.label, popup.value) == ("not_applicable", "self-selected", None)


@pytest.mark.parametrize(
    ("metric", "numerator", "n", "display"),
    [
        ("service_level.answered_offered.v1", 4, 10, "40.0 %"),
        ("service_level.answered_answered.v1", 4, 7, "57.1 %"),
        ("service_level.net_of_short_abandons.v1", 4, 8, "50.0 %"),
        ("service_level.dequeued.v1", 6, 10, "60.0 %"),
        ("abandonment.v1", 3, 10, "30.0 %"),
    ],
)
def test_the_same_ten_calls_give_each_definition_its_own_figure(metric, numerator, n, display):
    figure = of(metric, CALLS)
    assert (figure.numerator, figure.n, figure.display) == (numerator, n, display)


def test_short_abandons_leave_both_sides():
    figure = of("abandonment.v1", CALLS, short_s="5")
    assert (figure.numerator, figure.n, figure.display) == (2, 9, "22.2 %")


def test_a_wait_of_exactly_the_threshold_is_within_it():
    counts = {"wait_answered": lasting(20, 20.001)}
    assert of("service_level.answered_answered.v1", counts).numerator == 1
    assert of("service_level.answered_answered.v1", counts, threshold_s=19).numerator == 0


def test_an_unknown_wait_stays_out_of_the_average_and_is_not_within_the_threshold():
    waits = lasting(10, 20, unknown=2)
    figure = of("asa.v1", waits)
    assert (figure.n, figure.sum, figure.value, figure.display) == (2, 30, 15.0, "15.00")
    level = of("service_level.answered_answered.v1", {"wait_answered": waits})
    assert (level.numerator, level.n) == (2, 4)
    assert of("asa.v1", lasting(unknown=3)).status == "not_applicable"


def test_answered_calls_without_any_wait_have_no_service_level():
    counts = {**CALLS, "wait_answered": lasting()}
    assert of("service_level.answered_offered.v1", counts).status == "no_data"


def test_sums_of_durations_are_exact():
    figure = of("aht.v1", lasting(61.25, 0.1, 0.2))
    assert (figure.sum, figure.n, figure.display) == (61.55, 3, "20.52")


@pytest.mark.parametrize(
    ("metric", "counts", "value"),
    [
        ("transfer_rate.v1", coded(transferred=3, kept=9), 0.25),
        ("failure_demand.v1", coded(get_information=3, chase_progress=2, perform_transaction=4, other=1), 0.5),
        ("repeat_contact.v1", coded(**{"0": 1, "24": 2, "168": 1, "192": 4, "none": 12}), 0.2),
        ("first_contact_resolution.v1", coded(**{"0": 1, "24": 2, "168": 1, "192": 4, "none": 12}), 0.8),
    ],
)
def test_shares_of_contacts(metric, counts, value):
    assert of(metric, counts).value == pytest.approx(value)


def test_repetition_is_only_known_after_its_days():
    formula = METRICS["repeat_contact.v1"]
    assert formula.needed_measures("", formula.parse_params({"days": "3"}))[0].matured_days == 3


def test_a_quantile_is_the_value_at_the_nearest_rank():
    waits = lasting(*range(1, 101))
    figure = of("quantile.v1", waits, p="0.9")
    assert (figure.value, figure.n, figure.display) == (90.0, 100, "90")
    assert (figure.low, figure.high) == (84.0, 96.0)  # binomial(100, 0.9): ranks 84 and 96
    assert of("quantile.v1", lasting(7), p=0.5).value == 7
    assert of("quantile.v1", scored("1-5", 1, 2, 4, 5)).display == "2"


def test_a_quantile_of_long_durations_is_within_one_per_cent():
    assert of("quantile.v1", lasting(86_399.5, 5_000_000), p=0.99).value == pytest.approx(5_000_000, rel=0.01)


def test_counts_are_never_few():
    figure = of("count.v1", coded(call=3, visit=2))
    assert (figure.status, figure.value, figure.n, figure.display) == ("ok", 5, 5, "5")
    assert (figure.low, figure.high) == pytest.approx((1.6235, 11.6683), abs=5e-5)
    assert figure.distribution == {"call": 3, "visit": 2}
    assert of("count.v1", coded()).status == "no_data"


def test_a_counted_zero_is_a_zero():
    figure = of("count.v1", coded(completed=0))
    assert (figure.status, figure.value, figure.display) == ("ok", 0, "0")
    assert of("completion.v1", coded(completed=0)).status == "not_applicable"
    assert of("completion.v1", coded()).status == "no_data"


def test_a_rate_of_a_part_is_a_proportion_and_of_others_a_ratio():
    counts = {"numerator": lasting(1, 2), "denominator": coded(answered=2, abandoned=2)}
    part = of("rate.v1", counts, numerator="wait_answered", denominator="offered")
    assert (part.value, part.display) == (0.5, "50.0 %")
    counts = {"numerator": coded(call=60), "denominator": coded(completed=40)}
    ratio = of("rate.v1", counts, numerator="contacts", denominator="transactions")
    assert (ratio.value, ratio.display, ratio.n) == (1.5, "1.50", 40)
    assert ratio.low < 1.5 < ratio.high


def test_totals_that_contradict_each_other_are_shown_without_an_interval():
    figure = of("service_level.answered_offered.v1", {**CALLS, "offered": coded(answered=2)})
    assert (figure.value, figure.display, figure.low, figure.high) == (2.0, "200.0 %", None, None)


@pytest.mark.parametrize(
    ("metric", "given", "field"),
    [
        ("service_level.dequeued.v1", {"threshold_s": "101"}, "threshold_s"),
        ("service_level.dequeued.v1", {"threshold_s": "-1"}, "threshold_s"),
        ("service_level.dequeued.v1", {"threshold_s": 20.5}, "threshold_s"),
        ("service_level.dequeued.v1", {"threshold_s": True}, "threshold_s"),
        ("service_level.dequeued.v1", {"threshold_s": float("nan")}, "threshold_s"),
        ("service_level.dequeued.v1", {"threshold_s": float("inf")}, "threshold_s"),
        ("abandonment.v1", {"short_s": "soon"}, "short_s"),
        ("quantile.v1", {"p": "0"}, "p"),
        ("quantile.v1", {"p": "0.0"}, "p"),
        ("quantile.v1", {"p": 1}, "p"),
        ("quantile.v1", {"p": "1e-999999999"}, "p"),
        ("share.v1", {}, "option"),
        ("share.v1", {"option": ""}, "option"),
        ("rate.v1", {"numerator": "contacts"}, "denominator"),
        ("repeat_contact.v1", {"days": 0}, "days"),
        ("mean.v1", {"threshold_s": "20"}, "threshold_s"),
    ],
)
def test_a_wrong_parameter_is_named(metric, given, field):
    with pytest.raises(InvalidInput) as refused:
        METRICS[metric].parse_params(given)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_threshold_between_edges_names_the_nearest():
    with pytest.raises(InvalidInput, match="118 and 120"):
        METRICS["service_level.dequeued.v1"].parse_params({"threshold_s": "119"})


def test_parameters_have_their_defaults():
    params = METRICS["service_level.dequeued.v1"].parse_params({})
    assert (params.threshold_s, params.short_s) == (20, None)
    assert METRICS["quantile.v1"].parse_params({}).p == Fraction(1, 2)
    assert METRICS["quantile.v1"].parse_params({"p": 0.9}).p == Fraction(9, 10)


def test_a_measure_is_implied_fixed_or_asked_for():
    assert METRICS["nps.v1"].measure_of(None) == "nps"
    assert METRICS["nps.v1"].measure_of("own-nps") == "own-nps"
    assert not METRICS["asa.v1"].measure_of(None)
    assert not METRICS["asa.v1"].measure_of("wait_answered")
    for metric, asked in (("mean.v1", None), ("asa.v1", "nps"), ("rate.v1", "nps")):
        with pytest.raises(InvalidInput) as refused:
            METRICS[metric].measure_of(asked)
        assert refused.value.faults[0].field == "measure"


def test_a_formula_refuses_a_scale_it_says_nothing_about():
    METRICS["top2.v1"].check_scale(MeasureScale.FIVE)
    METRICS["count.v1"].check_scale(MeasureScale.CATEGORY)
    for metric, scale in (("top2.v1", "0-1"), ("nps.v1", "1-5"), ("mean.v1", "category"), ("share.v1", "duration")):
        with pytest.raises(InvalidInput) as refused:
            METRICS[metric].check_scale(MeasureScale(scale))
        assert refused.value.faults[0].field == "measure"


def test_every_metric_describes_itself_and_reads_known_measures():
    for id_, formula in METRICS.items():
        assert formula.id == id_
        assert formula.name
        assert formula.formula
        assert set(formula.measures) <= set(BUILT_IN)
        assert formula.implied is None or formula.implied in BUILT_IN
        assert formula.takes_measure or formula.measures or formula.parameters == ("numerator", "denominator")
    assert METRICS["asa.v1"].value_unit == "seconds"
    assert METRICS["asa.v1"].category is MeasureCategory.RESPONSIVENESS
    assert METRICS["mean.v1"].value_unit is None
    assert METRICS["top2.v1"].formula == "(n4+n5)/Σn"
    assert METRICS["top2.v1"].value_unit == "proportion"
