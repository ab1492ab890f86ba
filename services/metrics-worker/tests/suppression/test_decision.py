"""What the public sees of particular tables."""

import pytest

from metrics_worker.suppression import (
    SuppressionDecision,
    SuppressionRules,
    SuppressionTable,
    TableCell,
    UnpublishablePeriodError,
    decide_suppression,
    whole_years,
)

WORKS = {"cart": ("works",), "vehicle": ("works",)}

BOSTON_2015 = {
    ("vehicle", "mobile_app"): (0, 0, 0, 0, 0, 0, 0, 65, 110, 82, 91, 107),
    ("vehicle", "other_digital"): (0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0),
    ("vehicle", "other_non_digital"): (33, 2, 35, 31, 31, 34, 33, 15, 39, 18, 14, 19),
    ("vehicle", "phone"): (112, 122, 233, 164, 113, 99, 130, 104, 126, 130, 98, 123),
    ("vehicle", "website"): (32, 13, 54, 41, 19, 26, 22, 16, 15, 11, 20, 20),
    ("cart", "other_digital"): (7, 1, 4, 10, 18, 3, 6, 7, 34, 75, 62, 45),
    ("cart", "other_non_digital"): (0, 2, 88, 12, 7, 12, 6, 2, 6, 1, 1, 2),
    ("cart", "phone"): (3, 7, 250, 311, 188, 207, 186, 180, 179, 1, 0, 0),
    ("cart", "website"): (42, 33, 48, 93, 155, 179, 156, 166, 175, 1, 0, 0),
}
"""Requests by service, channel and month, counted from the open data of Boston's 311 (analyze.boston.gov)."""


def month(number: int, year: int = 2015) -> str:
    return f"{year}-{number:02}-01"


def boston() -> SuppressionTable:
    cells = {
        TableCell(service, channel, "month", month(number)): n
        for (service, channel), counts in BOSTON_2015.items()
        for number, n in enumerate(counts, start=1)
    }
    return SuppressionTable(cells, WORKS)


def table(counts: dict[tuple[str, str, int], int], departments: dict[str, tuple[str, ...]] = WORKS) -> SuppressionTable:
    cells = {TableCell(service, channel, "month", month(number)): n for (service, channel, number), n in counts.items()}
    return SuppressionTable(cells, departments)


def hidden_channels(hiding: SuppressionDecision, service: str | None) -> set[str]:
    channels = {channel for _, channel in BOSTON_2015}
    return {c for c in channels if hiding.suppresses(service=service, channel=c, grain="year", start=month(1))}


@pytest.mark.parametrize("fiscal_month", [1, 7])
def test_the_five_of_a_real_table_is_hidden_beside_another_and_most_is_seen(fiscal_month: int):
    hiding = decide_suppression(boston(), SuppressionRules(fiscal_month=fiscal_month))
    vehicle, cart, both = (hidden_channels(hiding, service) for service in ("vehicle", "cart", None))
    assert "other_digital" in vehicle
    assert 2 <= len(vehicle) < 4
    assert "phone" not in vehicle
    assert "other_digital" in both | cart, "the 5 would be the agency's figure less the other service's"
    assert not hiding.suppresses(service="vehicle", grain="year", start=month(1))
    assert not hiding.suppresses(grain="year", start=month(1))


def test_two_small_cells_do_not_hide_a_dense_table():
    services = {f"s{number}": (f"d{number % 2}",) for number in range(8)}
    counts = {
        (service, channel, number): 40 + 7 * place + number
        for place, service in enumerate(services)
        for channel in ("phone", "web", "chat")
        for number in range(1, 13)
    }
    counts["s3", "web", 5] = counts["s6", "chat", 9] = 4
    hiding = decide_suppression(table(counts, services), SuppressionRules())
    assert hiding.suppresses(service="s3", channel="web", grain="month", start=month(5))
    hidden = sum(len(verdict.hidden) for verdict in hiding.verdicts.values())
    assert 16 <= hidden <= 40


def test_zero_is_shown_and_does_not_count_as_a_second():
    counts = {("cart", "web", 1): 0, ("cart", "phone", 1): 4, ("vehicle", "web", 1): 50, ("vehicle", "phone", 1): 60}
    hiding = decide_suppression(table(counts), SuppressionRules())
    assert not hiding.suppresses(service="cart", channel="web", grain="month", start=month(1))
    assert hiding.suppresses(service="cart", channel="phone", grain="month", start=month(1))
    assert hiding.suppresses(service="cart", grain="month", start=month(1)), "the whole is the same 4"
    assert hiding.suppresses(service="vehicle", channel="phone", grain="month", start=month(1))
    assert hiding.suppresses(service="vehicle", grain="month", start=month(1))


def test_a_single_small_figure_hides_every_sum_that_is_only_it():
    hiding = decide_suppression(table({("cart", "web", 5): 3}), SuppressionRules(fiscal_month=7))
    for grain, start in (("month", 5), ("quarter", 4), ("year", 1)):
        assert hiding.suppresses(grain=grain, start=month(start))
    assert hiding.suppresses(grain="fiscal_year", start=month(7, 2014))
    assert not hiding.suppresses(grain="fiscal_year", start=month(7))
    assert not hiding.suppresses(grain="month", start=month(6))


@pytest.mark.parametrize(("n", "hidden"), [(0, False), (1, True), (10, True), (11, False)])
def test_the_threshold_itself_is_shown(n: int, hidden: bool):
    hiding = decide_suppression(table({("cart", "web", 5): n}), SuppressionRules(threshold=11))
    assert hiding.suppresses(grain="month", start=month(5)) is hidden


def test_a_department_of_one_service_is_hidden_like_the_service():
    counts = {("cart", "web", 1): 4, ("vehicle", "web", 1): 50, ("tree", "web", 1): 70}
    departments = {"cart": ("waste",), "vehicle": ("works",), "tree": ("works",)}
    hiding = decide_suppression(table(counts, departments), SuppressionRules())
    assert hiding.suppresses(department="waste", grain="month", start=month(1))
    assert hiding.suppresses(service="cart", department="waste", grain="month", start=month(1))
    assert not hiding.suppresses(service="cart", department="works", grain="month", start=month(1))


def test_twelve_cells_of_one_person_each_are_not_given_away_by_their_sum():
    hiding = decide_suppression(table({("cart", "web", number): 1 for number in range(1, 13)}), SuppressionRules())
    assert hiding.suppresses(grain="year", start=month(1)), "12 in 12 months that are not zero is 1 in each"


def test_two_hidden_ones_are_not_given_away_by_what_is_left_of_the_sum():
    counts = {("cart", "chat", 1): 1, ("cart", "fax", 1): 1, ("cart", "web", 1): 300, ("cart", "phone", 1): 1500}
    hiding = decide_suppression(table(counts), SuppressionRules())
    assert hiding.suppresses(service="cart", channel="web", grain="month", start=month(1))
    assert not hiding.suppresses(service="cart", channel="phone", grain="month", start=month(1))


def test_a_quarterly_tally_is_a_cell_of_its_line():
    cells = {TableCell("cart", "web", "month", month(number)): 40 for number in (1, 2, 3)}
    cells[TableCell("cart", "web", "quarter", month(1))] = 6
    hiding = decide_suppression(SuppressionTable(cells, WORKS), SuppressionRules())
    months = [hiding.suppresses(grain="month", start=month(number)) for number in (1, 2, 3)]
    assert any(months) or hiding.suppresses(grain="quarter", start=month(1)), "the tally is the quarter less its months"


def test_a_fiscal_years_tally_is_judged_with_the_fiscal_year():
    cells = {TableCell("cart", "web", "year", month(7)): 6, TableCell("cart", "web", "month", month(8)): 50}
    hiding = decide_suppression(SuppressionTable(cells, WORKS), SuppressionRules(fiscal_month=7))
    assert hiding.suppresses(grain="fiscal_year", start=month(7))
    assert not hiding.suppresses(grain="year", start=month(1))


def test_what_is_hidden_in_one_year_hides_nothing_in_another():
    cells = {
        TableCell(service, channel, "month", month(number, year)): 100
        for service in WORKS
        for channel in ("phone", "web")
        for number in range(1, 13)
        for year in (2015, 2016)
    }
    cells[TableCell("cart", "web", "month", month(2))] = 3
    hiding = decide_suppression(SuppressionTable(cells, WORKS), SuppressionRules())
    assert hiding.suppresses(service="cart", channel="web", grain="month", start=month(2))
    assert [year.first // 12 for year, verdict in hiding.verdicts.items() if verdict.hidden] == [2015]


def test_a_year_whose_cells_did_not_change_keeps_its_verdict():
    first = decide_suppression(boston(), SuppressionRules())
    cells = {**boston().cells, TableCell("cart", "web", "month", month(1, 2016)): 5}
    second = decide_suppression(SuppressionTable(cells, WORKS), SuppressionRules(), previous=first)
    (year,) = first.verdicts
    assert second.verdicts[year] is first.verdicts[year]
    assert second == decide_suppression(SuppressionTable(cells, WORKS), SuppressionRules())
    assert (
        decide_suppression(boston(), SuppressionRules(threshold=12), previous=first).verdicts[year]
        is not first.verdicts[year]
    )
    moved = SuppressionTable(boston().cells, {"cart": ("waste",), "vehicle": ("works",)})
    assert decide_suppression(moved, SuppressionRules(), previous=first).verdicts[year] is not first.verdicts[year]


def test_a_decision_does_not_follow_later_changes_of_its_input():
    cells = dict(boston().cells)
    hiding = decide_suppression(SuppressionTable(cells, WORKS), SuppressionRules())
    cells.clear()
    assert hiding == decide_suppression(boston(), SuppressionRules())


@pytest.mark.parametrize(
    ("effort", "dropped"),
    [
        (10**9, set()),
        (4000, {"channel"}),
        (800, {"channel", "service"}),
        (1, {"channel", "service", "department"}),
    ],
)
def test_a_table_too_large_to_decide_loses_channels_then_services_then_departments(effort: int, dropped: set[str]):
    services = {f"s{number}": (f"d{number % 3}",) for number in range(6)}
    counts = {(s, c, m): 9 * m for s in services for c in ("chat", "phone", "web") for m in range(1, 13)}
    hiding = decide_suppression(table(counts, services), SuppressionRules(effort=effort))
    assert hiding.reduced_dimensions == dropped
    asked = {"channel": {"channel": "web"}, "service": {"service": "s1"}, "department": {"department": "d1"}}
    for dimension, where in asked.items():
        told = not hiding.suppresses(grain="year", start=month(1), **where)
        assert told is (dimension not in dropped)
    assert hiding.dropped_dimensions(grain="year", start=month(1)) == dropped
    assert not hiding.suppresses(grain="year", start=month(1))


def test_strict_rules_hide_a_small_bin_and_all_but_a_few():
    cells = {TableCell("cart", "web", "month", month(number)): 100 for number in (1, 2, 3, 4)}
    few, many, even = {"0": 4, "1": 96}, {"0": 0, "1": 97, "2": 3}, {"0": 40, "1": 30, "2": 30}
    bins = dict(zip(cells, (few, many, even, even), strict=True))
    strict = decide_suppression(SuppressionTable(cells, WORKS, bins), SuppressionRules(strict=True))
    assert [strict.suppresses(grain="month", start=month(number)) for number in (1, 2)] == [True, True]
    assert not strict.suppresses(grain="year", start=month(1))
    mild = decide_suppression(SuppressionTable(cells, WORKS, bins), SuppressionRules())
    assert not any(mild.suppresses(grain="month", start=month(number)) for number in (1, 2, 3, 4))


def test_strict_rules_let_no_lone_bin_be_the_whole_less_the_rest():
    cells = {TableCell("cart", "web", "month", month(number)): 100 + number for number in (1, 2, 3)}
    few, even = {"0": 4, "1": 96}, {"0": 50, "1": 50}
    hiding = decide_suppression(
        SuppressionTable(cells, WORKS, dict(zip(cells, (few, even, even), strict=True))), SuppressionRules(strict=True)
    )
    months = [hiding.suppresses(grain="month", start=month(number)) for number in (1, 2, 3)]
    assert months == [True, True, False]


@pytest.mark.parametrize(
    ("grain", "start"),
    [("month", "2015-01-02"), ("quarter", "2015-02-01"), ("year", "2015-07-01"), ("fiscal_year", "2015-01-01")],
)
def test_a_period_that_is_not_published_is_refused(grain, start: str):
    with pytest.raises(UnpublishablePeriodError):
        decide_suppression(boston(), SuppressionRules(fiscal_month=7)).suppresses(grain=grain, start=start)


@pytest.mark.parametrize("wrong", [{"threshold": 4}, {"threshold": 31}, {"fiscal_month": 0}, {"fiscal_month": 13}])
def test_rules_outside_their_range_are_refused(wrong: dict[str, int]):
    with pytest.raises(ValueError, match="is not"):
        SuppressionRules(**wrong)


def test_a_range_needs_the_cells_of_whole_calendar_years():
    assert whole_years("2015-07-01", "2016-07-01") == ("2015-01-01", "2017-01-01")
    assert whole_years("2015-01-01", "2016-01-01") == ("2015-01-01", "2016-01-01")
    assert whole_years("2015-12-01", "2016-01-01") == ("2015-01-01", "2016-01-01")
