"""An attacker with linear algebra and every public figure, written without a line of what it attacks."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics_worker.suppression import (
    Grain,
    SuppressionDecision,
    SuppressionRules,
    SuppressionTable,
    TableCell,
    decide_suppression,
)
from soundings.testing.hypothesis_profile import example_count

SERVICES = ("cart", "tree", "vehicle")
CHANNELS = ("chat", "phone", "web")
GRAINS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}
LENGTHS = {"month": 1, "quarter": 3, "year": 12}


def start(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}-01"


def months(cell: TableCell) -> range:
    year, month, _ = map(int, cell.start.split("-"))
    first = year * 12 + month - 1
    return range(first, first + LENGTHS[cell.grain])


def periods(table: SuppressionTable, rules: SuppressionRules) -> Iterator[tuple[Grain, range]]:
    """Every publishable period that overlaps a cell."""
    first = min((months(cell).start for cell in table.cells), default=0)
    end = max((months(cell).stop for cell in table.cells), default=0)
    for grain, length in GRAINS.items():
        offset = 0 if grain == "year" else rules.fiscal_month - 1
        for month in range(first - length + 1, end):
            if (month - offset) % length == 0:
                yield grain, range(month, month + length)


def fits(cell: TableCell, period: range) -> bool:
    inside = months(cell)
    return period.start <= inside.start and inside.stop <= period.stop


Question = tuple[str | None, str | None, str | None, Grain, str]


def questions(table: SuppressionTable, rules: SuppressionRules) -> dict[Question, frozenset[TableCell]]:
    """Everything that the public may ask for, with the non-zero cells that it sums."""
    departments = sorted({name for names in table.departments.values() for name in names})
    places = [(None, None), *((service, None) for service in SERVICES), *((None, name) for name in departments)]
    asked: dict[Question, frozenset[TableCell]] = {}
    for grain, period in periods(table, rules):
        inside = [cell for cell, n in table.cells.items() if n and fits(cell, period)]
        for (service, department), channel in product(places, (None, *CHANNELS)):
            asked[service, department, channel, grain, start(period.start)] = frozenset(
                cell
                for cell in inside
                if service in (None, cell.service)
                and (department is None or department in table.departments[cell.service])
                and channel in (None, cell.channel)
            )
    return asked


def is_hidden(hiding: SuppressionDecision, question: Question) -> bool:
    service, department, channel, grain, first = question
    return hiding.suppresses(service=service, department=department, channel=channel, grain=grain, start=first)


class Span:
    """The sums that follow from the sums that were added, over the rationals."""

    def __init__(self) -> None:
        self.rows: dict[TableCell, dict[TableCell, Fraction]] = {}

    def rest(self, cells: frozenset[TableCell]) -> dict[TableCell, Fraction]:
        rest = dict.fromkeys(cells, Fraction(1))
        for pivot, row in self.rows.items():
            factor = rest.get(pivot, Fraction(0))
            if factor:
                for cell, weight in row.items():
                    rest[cell] = rest.get(cell, Fraction(0)) - factor * weight
        return {cell: weight for cell, weight in rest.items() if weight}

    def add(self, cells: frozenset[TableCell]) -> None:
        rest = self.rest(cells)
        if rest:
            pivot = min(rest)
            row = {cell: weight / rest[pivot] for cell, weight in rest.items()}
            self.rows[pivot] = row


def solved(table: SuppressionTable, rules: SuppressionRules) -> list[Question | TableCell]:
    """The figures of rule 1 that follow from everything shown."""
    hiding = decide_suppression(table, rules)
    asked = questions(table, rules)
    span = Span()
    for question, cells in asked.items():
        if cells and not is_hidden(hiding, question):
            span.add(cells)
    small = {
        name: cells
        for name, cells in [*asked.items(), *((cell, frozenset((cell,))) for cell, n in table.cells.items() if n)]
        if 1 <= sum(table.cells[cell] for cell in cells) < rules.threshold
    }
    return [name for name, cells in small.items() if not span.rest(cells)]


COUNTS = st.sampled_from((0, 0, 1, 1, 2, 4, 7, 10, 11, 12, 15, 40, 300))
MONTHS = ("2020-10-01", "2020-11-01", "2020-12-01", "2021-01-01")
DEPARTMENTS = (
    {"cart": ("works",), "tree": ("works",), "vehicle": ("police",)},
    {"cart": ("works",), "tree": ("works",), "vehicle": ("works",)},
    {"cart": ("waste", "works"), "tree": ("works",), "vehicle": ()},
)


@st.composite
def tables(draw: st.DrawFn) -> SuppressionTable:
    services = SERVICES[: draw(st.integers(1, 3))]
    channels = CHANNELS[: draw(st.integers(1, 3))]
    at = draw(st.lists(st.sampled_from(MONTHS), min_size=1, max_size=4, unique=True))
    cells = {TableCell(*place, "month", first): draw(COUNTS) for *place, first in product(services, channels, at)}
    tallies = st.tuples(
        st.sampled_from(services),
        st.sampled_from(channels),
        st.sampled_from(("quarter", "year")),
        st.sampled_from(MONTHS),
    )
    for place in draw(st.lists(tallies, max_size=2)):
        cells[TableCell(*place)] = draw(COUNTS)
    return SuppressionTable(cells, draw(st.sampled_from(DEPARTMENTS)))


@st.composite
def rules(draw: st.DrawFn) -> SuppressionRules:
    return SuppressionRules(
        threshold=draw(st.sampled_from((5, 11, 30))), fiscal_month=draw(st.sampled_from((1, 2, 7, 10, 12)))
    )


@settings(max_examples=example_count(100), deadline=None)
@given(tables(), rules())
def test_no_figure_of_rule_1_can_be_solved_from_what_is_shown(table: SuppressionTable, rules: SuppressionRules):
    assert solved(table, rules) == []


@settings(max_examples=example_count(60), deadline=None)
@given(tables(), rules())
def test_a_small_figure_is_hidden_and_equal_sums_have_equal_verdicts(table: SuppressionTable, rules: SuppressionRules):
    hiding = decide_suppression(table, rules)
    verdicts: dict[frozenset[TableCell], set[bool]] = {}
    for question, cells in questions(table, rules).items():
        hidden = is_hidden(hiding, question)
        verdicts.setdefault(cells, set()).add(hidden)
        if 1 <= sum(table.cells[cell] for cell in cells) < rules.threshold:
            assert hidden, question
    assert verdicts.pop(frozenset(), {False}) == {False}
    assert all(len(verdict) == 1 for verdict in verdicts.values())


@settings(max_examples=example_count(60), deadline=None)
@given(tables(), rules())
def test_a_line_with_a_hidden_part_has_two_or_no_second_one(table: SuppressionTable, rules: SuppressionRules):
    hiding = decide_suppression(table, rules)
    asked = questions(table, rules)
    for whole in asked:
        for line in lines(whole, table):
            parts = {asked[part]: is_hidden(hiding, part) for part in line if asked.get(part)}
            assert len(parts) == 1 or sum(parts.values()) != 1


def lines(whole: Question, table: SuppressionTable) -> Iterator[list[Question]]:
    """The ways in which smaller figures add up to a figure, except for those that are judged in two years."""
    service, department, channel, grain, first = whole
    tallies = any(cell.grain != "month" for cell, n in table.cells.items() if n)
    begin = int(first[:4]) * 12 + int(first[5:7]) - 1
    if begin // 12 != (begin + GRAINS[grain] - 1) // 12:
        return
    if channel is None:
        yield [(service, department, each, grain, first) for each in CHANNELS]
    if service is None:
        inside = [each for each in SERVICES if department is None or department in table.departments[each]]
        yield [(each, None, channel, grain, first) for each in inside]
    if grain != "month" and not tallies:
        yield [(service, department, channel, "month", start(begin + each)) for each in range(GRAINS[grain])]


@settings(max_examples=example_count(30), deadline=None)
@given(tables(), rules(), st.randoms(use_true_random=False))
def test_the_order_in_which_cells_come_decides_nothing(table: SuppressionTable, rules: SuppressionRules, chance):
    shuffled = list(table.cells.items())
    chance.shuffle(shuffled)
    assert decide_suppression(SuppressionTable(dict(shuffled), table.departments), rules) == decide_suppression(
        table, rules
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_larger_table_with_many_small_cells_is_safe(seed: int):
    counts = [(seed * 7919 + number * 104729) % 37 for number in range(3 * 3 * 12)]
    at = [f"2020-{month:02}-01" for month in range(1, 13)]
    cells = {
        TableCell(*place, "month", first): n // 2
        for (*place, first), n in zip(product(SERVICES, CHANNELS, at), counts, strict=True)
    }
    assert solved(SuppressionTable(cells, DEPARTMENTS[seed % 3]), SuppressionRules(fiscal_month=7)) == []
