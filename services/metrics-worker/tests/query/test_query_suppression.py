"""What the public can work out from everything that the API shows it."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from soundings.access.roles import ANONYMOUS, Principal, StaffRole

VIEWER = Principal("vera", frozenset({StaffRole.VIEWER}), "*")
ANALYST = Principal("ana", frozenset({StaffRole.ANALYST}), "*")
YEAR = {"from_": "2015-01-01", "to": "2016-01-01"}
CHANNELS = ("email", "phone", "website")
SERVICES = ("bags", "carts", "trees")
MONTHS = ("2015-01", "2015-02", "2015-03", "2015-04")


@pytest.fixture
async def boston(world):
    world.agency("boston", "America/New_York", "07-01")
    world.department("works", "boston")
    world.department("parks", "boston", "works")
    world.service("bags", "boston", "works")
    world.service("carts", "boston", "works")
    world.service("trees", "boston", "parks")
    return world


async def table(world, principal=ANONYMOUS, **asked):
    rows = await world.rows("count.v1", principal, measure="contacts", group_by="channel", **YEAR, **asked)
    return {row["group"]["channel"]: (row["status"], row["n"]) for row in rows}


async def test_a_small_count_and_one_beside_it_are_hidden_and_the_rest_is_right(boston):
    truth = {"phone": 1554, "mobile_app": 455, "other_non_digital": 304, "website": 289, "other_digital": 5}
    for channel, n in truth.items():
        boston.unit("carts", "2015-03-02T12:00", {"call": n}, "contacts", channel=channel, shard="i0")
    await boston.write()
    seen = await table(boston, service="carts")
    assert seen["other_digital"] == ("suppressed", None)
    assert seen["website"] == ("suppressed", None)
    assert {channel: n for channel, (_, n) in seen.items() if n} == {
        channel: n for channel, n in truth.items() if channel not in ("other_digital", "website")
    }
    assert {status for status, _ in (await table(boston, VIEWER, service="carts")).values()} == {"ok", "suppressed"}
    assert (await table(boston, ANALYST, service="carts"))["other_digital"] == ("ok", 5)


async def test_a_hidden_figure_shows_nothing_at_all(boston):
    boston.unit("carts", "2015-03-02T12:00", {"5": 3, "1": 2})
    boston.unit("carts", "2014-03-02T12:00", {"5": 100})
    await boston.write()
    asked = {"measure": "satisfaction", "service": "carts", "compare": "previous", **YEAR}
    row = await boston.row("mean.v1", ANONYMOUS, **asked)
    assert row == {
        "group": {},
        "bucket": None,
        "status": "suppressed",
        **dict.fromkeys(("value", "display", "n", "low", "high")),
    }


async def test_no_change_against_a_hidden_figure(boston):
    boston.unit("carts", "2014-03-02T12:00", {"5": 3, "1": 2})
    boston.unit("carts", "2015-03-02T12:00", {"5": 100})
    await boston.write()
    asked = {"measure": "satisfaction", "service": "carts", "compare": "previous", **YEAR}
    row = await boston.row("mean.v1", ANONYMOUS, **asked)
    assert (row["status"], row["n"]) == ("ok", 100)
    assert row["change"] == {
        "base": {"from": "2014-01-01", "to": "2015-01-01", "value": None, "n": None},
        **dict.fromkeys(("value", "low", "high", "verdict")),
    }


async def test_zero_is_not_hidden_and_says_no_data_wherever_it_stands(boston):
    boston.unit("carts", "2015-03-02T12:00", {"call": 5}, "contacts", shard="i0")
    boston.unit("carts", "2015-04-02T12:00", {"call": 50}, "contacts", shard="i0")
    await boston.write()
    asked = {"measure": "contacts", "interval": "month", "from_": "2015-02-01", "to": "2015-05-01"}
    rows = await boston.rows("count.v1", ANONYMOUS, service="carts", **asked)
    assert [row["status"] for row in rows] == ["no_data", "suppressed", "suppressed"]
    rows = await boston.rows("count.v1", ANONYMOUS, service="carts", group_by="channel", **asked)
    assert [row["status"] for row in rows] == ["no_data", "suppressed", "suppressed"]
    assert (await boston.row("count.v1", ANONYMOUS, service="bags", **YEAR, measure="contacts"))["status"] == "no_data"


async def test_every_metric_that_reads_a_hidden_measure_is_hidden(boston):
    boston.unit("carts", "2015-03-02T12:00", {"answered": 4, "abandoned": 3}, "offered", channel="phone", shard="i0")
    boston.unit("carts", "2015-03-02T12:00", {"10": (4, 40_000)}, "wait_answered", channel="phone", shard="i0")
    boston.unit("carts", "2015-03-02T12:00", {"call": 400}, "contacts", channel="phone", shard="i0")
    await boston.write()
    for metric, more in (
        ("abandonment.v1", {}),
        ("service_level.answered_offered.v1", {}),
        ("asa.v1", {}),
        ("count.v1", {"measure": "offered"}),
        ("rate.v1", {"numerator": "offered", "denominator": "contacts"}),
        ("quantile.v1", {"measure": "wait_answered"}),
    ):
        row = await boston.row(metric, ANONYMOUS, service="carts", **YEAR, **more)
        assert (row["status"], row["value"], row["n"]) == ("suppressed", None, None)
    assert (await boston.row("count.v1", ANONYMOUS, measure="contacts", service="carts", **YEAR))["n"] == 400


async def test_take_up_is_hidden_where_a_channel_that_it_sums_is(boston):
    for channel, n in (("website", 400), ("email", 5), ("phone", 300), ("in_person", 100)):
        boston.tally("carts", "month", "2015-03-01", {"completed": n}, channel=channel)
        boston.tally("bags", "month", "2015-03-01", {"completed": 100 + n}, channel=channel)
    await boston.write()
    row = await boston.row("digital_take_up.v1", ANONYMOUS, service="carts", **YEAR)
    assert (row["status"], row["value"]) == ("suppressed", None)
    assert (await boston.row("digital_take_up.v1", service="carts", **YEAR))["numerator"] == 405


async def test_a_mean_of_few_known_durations_is_hidden_though_many_waited(boston):
    boston.unit("carts", "2015-03-02T12:00", {"10": (4, 40_000), "unknown": 90}, "wait_answered", shard="i0")
    boston.unit("bags", "2015-03-02T12:00", {"10": (60, 600_000)}, "wait_answered", shard="i0")
    await boston.write()
    row = await boston.row("asa.v1", ANONYMOUS, service="carts", **YEAR)
    assert (row["status"], row["n"]) == ("suppressed", None)
    both = [await boston.row("asa.v1", ANONYMOUS, **one, **YEAR) for one in ({"service": "bags"}, {"agency": "boston"})]
    assert "suppressed" in {row["status"] for row in both}


async def test_a_strict_agency_hides_small_bins_too(boston):
    boston.agency("boston", "America/New_York", "07-01", strict_suppression=True)
    boston.unit("carts", "2015-03-02T12:00", {"5": 97, "1": 3})
    boston.unit("bags", "2015-03-02T12:00", {"5": 60, "4": 40})
    await boston.write()
    asked = {"measure": "satisfaction", **YEAR}
    assert (await boston.row("mean.v1", ANONYMOUS, service="carts", **asked))["status"] == "suppressed"


async def test_a_new_count_moves_the_decision_at_once(boston):
    boston.unit("carts", "2015-03-02T12:00", {"5": 10})
    await boston.write()
    asked = {"measure": "satisfaction", "service": "carts", **YEAR}
    assert (await boston.row("count.v1", ANONYMOUS, **asked))["status"] == "suppressed"
    boston.unit("carts", "2015-03-02T13:00", {"5": 1})
    await boston.write()
    assert (await boston.row("count.v1", ANONYMOUS, **asked))["n"] == 11


async def test_one_version_of_several_is_not_given_to_the_public(boston):
    boston.measure("clean", "boston", "1-5", versions=["1-5"])
    boston.unit("carts", "2015-03-02T12:00", {"5": 100}, "clean@1")
    boston.unit("carts", "2015-03-02T12:00", {"5": 5}, "clean@2")
    await boston.write()
    asked = {"measure": "clean", "service": "carts", **YEAR}
    assert (await boston.row("count.v1", ANONYMOUS, **asked))["n"] == 105
    with pytest.raises(Exception, match="version"):
        await boston.row("count.v1", ANONYMOUS, version=1, **asked)


async def test_a_series_is_summed_only_where_all_of_it_is_shown(boston):
    for month, n in (("2015-01", 50), ("2015-02", 60), ("2015-03", 5), ("2015-04", 70), ("2015-05", 80)):
        boston.unit("carts", f"{month}-02T12:00", {"5": n})
    await boston.write()

    async def total(start: str, end: str) -> int | None:
        asked = {"measure": "satisfaction", "service": "carts", "from_": start, "to": end}
        return (await boston.row("count.v1", ANONYMOUS, **asked))["n"]

    assert await total("2015-04-01", "2015-06-01") == 150
    assert await total("2015-02-01", "2015-04-01") is None
    assert await total("2015-03-01", "2015-05-01") is None


async def test_months_do_not_vouch_for_a_quarter_tally_beside_them(boston):
    for month in ("2015-01", "2015-02", "2015-03", "2015-04"):
        boston.tally("carts", "month", f"{month}-01", {"completed": 100})
    boston.tally("carts", "quarter", "2015-01-01", {"completed": 4})
    await boston.write()
    asked = {"measure": "transactions", "service": "carts"}
    row = await boston.row("count.v1", ANONYMOUS, from_="2015-01-01", to="2015-05-01", **asked)
    assert (row["status"], row["n"]) == ("suppressed", None)
    assert (await boston.row("count.v1", from_="2015-01-01", to="2015-05-01", **asked))["n"] == 404


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_no_small_figure_can_be_solved_from_all_that_is_shown(boston, seed):
    truth = fill(boston, Random(seed))
    await boston.write()
    shown = await everything(boston)
    places = sorted(place for place, n in truth.items() if n)
    for places_summed, n in shown.items():
        assert n == sum(truth[place] for place in places_summed)
    rows = [[Fraction(place in summed) for place in places] for summed in shown]
    basis = echelon(rows)
    for summed in asked_sums(places):
        if 0 < sum(truth[place] for place in summed) < 11:
            assert not within(basis, [Fraction(place in summed) for place in places]), summed
    assert shown, "something is shown"


Place = tuple[str, str, str]


def fill(world, chance: Random) -> dict[Place, int]:
    """Counts of every place: some zero, some small, some large."""
    truth: dict[Place, int] = {}
    for service, channel, month in product(SERVICES, CHANNELS, MONTHS):
        n = chance.choice([0, 0, 0, chance.randint(1, 10), chance.randint(11, 60), chance.randint(100, 900)])
        truth[service, channel, month] = n
        if n:
            world.unit(service, f"{month}-02T12:00", {"call": n}, "contacts", channel=channel, shard="i0")
    return truth


ENTITIES = [
    *(({"service": service}, {service}) for service in SERVICES),
    ({"department": "works"}, set(SERVICES)),
    ({"department": "parks"}, {"trees"}),
    ({"agency": "boston"}, set(SERVICES)),
]
DEPARTMENTS = {"works": {"bags", "carts"}, "parks": {"trees"}}
GROUPINGS = ("", "channel", "service", "department", "department,channel")
PERIODS = [(one, one) for one in MONTHS] + [
    ("2015-01", "2015-03"),
    ("2015-04", "2015-06"),
    ("2015-01", "2015-12"),
    ("2014-07", "2015-06"),
    ("2015-01", "2015-02"),
    ("2015-02", "2015-04"),
]


def following(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02}-01"


async def everything(world) -> dict[frozenset[Place], int]:
    """Every figure that the public gets over services, departments, agency, channels and periods, by what it sums."""
    shown: dict[frozenset[Place], int] = {}
    for first, last in PERIODS:
        months = {month for month in MONTHS if first <= month <= last}
        asked = {"measure": "contacts", "from_": f"{first}-01", "to": following(last)}
        for (entity, services), group_by in product(ENTITIES, GROUPINGS):
            for row in await world.rows("count.v1", ANONYMOUS, group_by=group_by, **asked, **entity):
                inside, channels = set(services), set(CHANNELS)
                for name, value in row["group"].items():
                    if name == "channel":
                        channels = {value}
                    else:
                        inside &= DEPARTMENTS.get(value, {value})
                if row["status"] != "suppressed":
                    shown[frozenset(product(inside, channels, months))] = row["n"]
    return shown


def asked_sums(places: list[Place]) -> list[set[Place]]:
    sums = [set(one) for one in ([place] for place in places)]
    for (_, services), channel, (first, last) in product(ENTITIES, (None, *CHANNELS), PERIODS[:8]):
        sums.append({p for p in places if p[0] in services and channel in (None, p[1]) and first <= p[2] <= last})
    return sums


def echelon(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    basis: list[list[Fraction]] = []
    for row in rows:
        rest = reduced(basis, row)
        if any(rest):
            lead = next(value for value in rest if value)
            basis.append([value / lead for value in rest])
    return basis


def reduced(basis: list[list[Fraction]], row: list[Fraction]) -> list[Fraction]:
    rest = list(row)
    for one in basis:
        at = next(number for number, value in enumerate(one) if value)
        if rest[at]:
            factor = rest[at]
            rest = [value - factor * other for value, other in zip(rest, one, strict=True)]
    return rest


def within(basis: list[list[Fraction]], row: list[Fraction]) -> bool:
    return not any(reduced(basis, row))
