"""What the metrics API answers: every status, ranges, intervals, groups, versions, tallies and as-of."""

import pytest

from soundings.kernel.errors import InvalidInput

MAY = {"from_": "2018-05-01", "to": "2018-06-01"}


@pytest.fixture
async def airport(world):
    world.agency("sf", "America/Los_Angeles", "07-01")
    world.department("front", "sf")
    world.service("guest", "sf")
    world.service("lounge", "sf")
    return world


async def test_a_month_is_read_from_month_cells_and_says_how_it_was_made(airport):
    airport.unit("guest", "2018-05-02T12:00", {"4": 30, "5": 50, "2": 20})
    await airport.write()
    answer = await airport.ask("top2.v1", measure="satisfaction", service="guest", **MAY)
    row = answer.pop("rows")[0]
    assert answer == {
        "metric": "top2.v1",
        "formula": "(n4+n5)/Σn",
        "measure": "satisfaction",
        "versions": [1],
        "range": {"from": "2018-05-01", "to": "2018-06-01", "time_zone": "America/Los_Angeles"},
        "interval": None,
        "group_by": [],
        "as_of": {"through": "2024-06-15T10:00:00.000Z", "lag_events": 0, "generation": 1},
    }
    assert (row["group"], row["bucket"], row["status"], row["display"]) == ({}, None, "ok", "80.0 %")
    assert (row["value"], row["numerator"], row["n"]) == (0.8, 80, 100)
    assert row["low"] < 0.8 < row["high"]
    assert row["distribution"] == {"1": 0, "2": 20, "3": 0, "4": 30, "5": 50}


async def test_a_figure_of_few_is_low_n_and_one_of_nobody_is_no_data(airport):
    airport.unit("guest", "2018-05-02T12:00", {"4": 3})
    await airport.write()
    few = await airport.row("mean.v1", measure="satisfaction", service="guest", **MAY)
    none = await airport.row("mean.v1", measure="satisfaction", service="lounge", **MAY)
    assert (few["status"], few["value"], few["n"], few["sum"], few["display"]) == ("low_n", 4.0, 3, 12, "4.00")
    assert (none["status"], none["value"], none["n"], none["display"]) == ("no_data", None, 0, None)


async def test_the_days_of_a_range_add_up_to_it_and_every_day_has_a_row(airport):
    for number in range(1, 32):
        airport.unit("guest", f"2018-05-{number:02}T23:30", {"5": number}, shard=f"r{number % 3}")
    await airport.write()
    asked = {"measure": "satisfaction", "service": "guest", "from_": "2018-05-10", "to": "2018-06-02"}
    days = await airport.rows("count.v1", interval="day", **asked)
    assert [row["bucket"] for row in days][:2] == ["2018-05-10", "2018-05-11"]
    assert [row["n"] for row in days] == [*range(10, 32), 0]
    assert (await airport.row("count.v1", **asked))["n"] == sum(range(10, 32))


async def test_weeks_begin_on_monday_and_those_that_the_range_cuts_are_partial(airport):
    airport.unit("guest", "2018-05-07T00:00", {"5": 1})
    airport.unit("guest", "2018-05-13T23:59", {"5": 2})
    await airport.write()
    rows = await airport.rows("count.v1", measure="satisfaction", service="guest", interval="week", **MAY)
    assert [(row["bucket"], row["n"], row.get("partial")) for row in rows] == [
        ("2018-04-30", 0, True),
        ("2018-05-07", 3, None),
        ("2018-05-14", 0, None),
        ("2018-05-21", 0, None),
        ("2018-05-28", 0, True),
    ]


async def test_hours_are_utc_instants_and_a_day_of_clock_change_has_23(airport):
    airport.unit("guest", "2018-03-11T00:30", {"5": 1})
    airport.unit("guest", "2018-03-11T23:30", {"5": 2})
    airport.unit("guest", "2018-03-12T00:30", {"5": 4})
    await airport.write()
    asked = {"measure": "satisfaction", "service": "guest", "from_": "2018-03-11", "to": "2018-03-12"}
    rows = await airport.rows("count.v1", interval="hour", **asked)
    assert len(rows) == 23
    assert [(row["bucket"], row["n"]) for row in rows if row["n"]] == [
        ("2018-03-11T08:00:00Z", 1),
        ("2018-03-12T06:00:00Z", 2),
    ]


async def test_rows_are_grouped_by_what_services_belong_to_today(airport):
    airport.department("back", "sf")
    airport.service("cargo", "sf", "back")
    airport.unit("guest", "2018-05-02T12:00", {"5": 1}, channel="website", touchpoint="gate")
    airport.unit("guest", "2018-05-02T12:00", {"5": 2}, channel="phone")
    airport.unit("cargo", "2018-05-02T12:00", {"5": 4}, channel="phone")
    await airport.write()

    async def by(group_by: str, **more: str) -> list[tuple[tuple[str | None, ...], int]]:
        rows = await airport.rows("count.v1", measure="satisfaction", group_by=group_by, **MAY, **more)
        return [(tuple(row["group"].values()), row["n"]) for row in rows]

    assert await by("service,channel") == [(("cargo", "phone"), 4), (("guest", "phone"), 2), (("guest", "website"), 1)]
    assert await by("department") == [(("back",), 4), (("front",), 3)]
    assert await by("agency") == [(("sf",), 7)]
    assert await by("channel", department="front") == [(("phone",), 2), (("website",), 1)]
    assert await by("touchpoint", service="guest") == [(("gate",), 1), ((None,), 2)]
    assert await by("channel", touchpoint="gate") == [(("website",), 1)]
    assert await by("service", channel="email") == []


async def test_a_department_has_what_is_below_it(airport):
    airport.department("hall", "sf", "front")
    airport.service("bags", "sf", "hall")
    airport.unit("guest", "2018-05-02T12:00", {"5": 1})
    airport.unit("bags", "2018-05-02T12:00", {"5": 2})
    await airport.write()
    assert (await airport.row("count.v1", measure="satisfaction", department="front", **MAY))["n"] == 3
    assert (await airport.row("count.v1", measure="satisfaction", department="hall", **MAY))["n"] == 2
    rows = await airport.rows("count.v1", measure="satisfaction", group_by="department", interval="month", **MAY)
    assert [(row["group"], row["bucket"], row["n"]) for row in rows] == [
        ({"department": "front"}, "2018-05-01", 1),
        ({"department": "hall"}, "2018-05-01", 2),
    ]


async def test_digital_take_up_comes_from_tallies_of_all_channels(airport):
    airport.tally("guest", "month", "2018-05-01", {"completed": 4200, "failed": 300})
    airport.tally("guest", "month", "2018-05-01", {"completed": 5500}, channel="in_person")
    await airport.write()
    row = await airport.row("digital_take_up.v1", service="guest", **MAY)
    assert (row["numerator"], row["n"]) == (4500, 10000)
    with pytest.raises(InvalidInput, match="compares channels"):
        await airport.row("digital_take_up.v1", service="guest", channel="website", **MAY)


async def test_a_monthly_tally_is_never_guessed_by_day_or_hour(airport):
    airport.tally("guest", "month", "2018-05-01", {"completed": 4200})
    await airport.write()
    for interval, count in (("day", 31), ("hour", 31 * 24)):
        rows = await airport.rows("count.v1", measure="transactions", service="guest", interval=interval, **MAY)
        assert len(rows) == count
        assert {(row["status"], row["value"], row["n"]) for row in rows} == {("coarser_only", None, None)}
        assert rows[0]["left_out"] == [{"measure": "transactions", "grain": "month", "start": "2018-05-01"}]


async def test_a_range_that_cuts_a_month_counts_its_days_and_lists_the_rest(airport):
    airport.tally("guest", "month", "2018-05-01", {"completed": 100})
    airport.tally("guest", "day", "2018-05-20", {"completed": 7})
    airport.tally("guest", "month", "2018-06-01", {"completed": 50})
    await airport.write()
    asked = {"measure": "transactions", "service": "guest"}
    row = await airport.row("count.v1", from_="2018-05-15", to="2018-07-01", **asked)
    assert (row["status"], row["n"]) == ("ok", 57)
    assert row["left_out"] == [{"measure": "transactions", "grain": "month", "start": "2018-05-01"}]
    whole = await airport.row("count.v1", from_="2018-05-01", to="2018-07-01", **asked)
    assert (whole["n"], "left_out" in whole) == (157, False)


async def test_a_day_tally_alone_leaves_nothing_out(airport):
    airport.tally("guest", "day", "2018-05-20", {"completed": 7})
    await airport.write()
    asked = {"measure": "transactions", "service": "guest", "from_": "2018-05-01", "to": "2018-05-15"}
    assert (await airport.row("count.v1", **asked))["status"] == "no_data"
    rows = await airport.rows("count.v1", interval="hour", **asked)
    assert {row["status"] for row in rows} == {"no_data"}
    rows = await airport.rows("count.v1", interval="hour", **{**asked, "from_": "2018-05-20", "to": "2018-05-21"})
    assert {row["status"] for row in rows} == {"coarser_only"}


async def test_fiscal_tallies_fit_fiscal_buckets_only(airport):
    airport.tally("guest", "quarter", "2018-07-01", {"completed": 30})
    airport.tally("guest", "year", "2018-07-01", {"completed": 400})
    airport.tally("guest", "month", "2018-07-01", {"completed": 5})
    await airport.write()

    async def counted(interval: str | None, start: str, end: str) -> list[tuple[str | None, str, int | None]]:
        asked = {"interval": interval} if interval else {}
        rows = await airport.rows("count.v1", measure="transactions", service="guest", from_=start, to=end, **asked)
        return [(row["bucket"], row["status"], row["n"]) for row in rows]

    assert await counted(None, "2018-07-01", "2019-07-01") == [(None, "ok", 435)]
    assert await counted("fiscal_year", "2018-07-01", "2019-07-01") == [("2018-07-01", "ok", 435)]
    assert (await counted("quarter", "2018-07-01", "2019-01-01")) == [
        ("2018-07-01", "ok", 35),
        ("2018-10-01", "coarser_only", None),
    ]
    assert (await counted("month", "2018-07-01", "2018-09-01")) == [
        ("2018-07-01", "ok", 5),
        ("2018-08-01", "coarser_only", None),
    ]
    assert await counted("year", "2018-01-01", "2019-01-01") == [("2018-01-01", "ok", 35)]


async def test_a_tally_of_zeros_is_a_zero(airport):
    airport.tally("guest", "month", "2018-05-01", {"completed": 0})
    await airport.write()
    row = await airport.row("count.v1", measure="transactions", service="guest", **MAY)
    assert (row["status"], row["value"], row["n"], row["display"]) == ("ok", 0, 0, "0")
    row = await airport.row("completion.v1", service="guest", **MAY)
    assert (row["status"], row["value"], row["n"]) == ("not_applicable", None, 0)
    rows = await airport.rows("count.v1", measure="transactions", service="guest", interval="day", **MAY)
    assert {row["status"] for row in rows} == {"coarser_only"}


async def test_versions_of_one_scale_are_pooled_and_listed_others_refused(airport):
    airport.measure("clean", "sf", "1-5", versions=["0-1", "1-5"])
    airport.unit("guest", "2018-05-02T12:00", {"5": 2}, "clean@2")
    airport.unit("guest", "2018-05-03T12:00", {"1": 2}, "clean@3")
    airport.unit("guest", "2018-04-03T12:00", {"1": 2}, "clean@1")
    await airport.write()
    answer = await airport.ask("mean.v1", measure="clean", service="guest", **MAY)
    assert (answer["versions"], answer["rows"][0]["value"]) == ([2, 3], 3.0)
    answer = await airport.ask("mean.v1", measure="clean", service="guest", version=2, **MAY)
    assert (answer["versions"], answer["rows"][0]["value"]) == ([2], 5.0)
    wide = {"measure": "clean", "service": "guest", "from_": "2018-04-01", "to": "2018-06-01"}
    with pytest.raises(InvalidInput, match="version: name one"):
        await airport.ask("mean.v1", **wide)
    assert (await airport.row("mean.v1", version=1, **wide))["value"] == 1.0
    with pytest.raises(InvalidInput, match="version: 'clean' has the versions 1, 2, 3"):
        await airport.ask("mean.v1", version=4, **wide)
    with pytest.raises(InvalidInput, match=r"top2\.v1 is for measures of 1-5"):
        await airport.ask("top2.v1", version=1, **wide)


async def test_a_change_is_tested_against_the_bucket_before_or_a_year_ago(airport):
    airport.unit("guest", "2018-04-02T12:00", {"5": 100, "1": 100})
    airport.unit("guest", "2018-05-02T12:00", {"5": 190, "1": 10})
    airport.unit("guest", "2017-05-02T12:00", {"5": 185, "1": 15})
    await airport.write()
    asked = {"measure": "satisfaction", "service": "guest", **MAY}
    change = (await airport.row("top2.v1", compare="previous", **asked))["change"]
    assert change["base"] == {"from": "2018-04-01", "to": "2018-05-01", "value": 0.5, "n": 200}
    assert (round(change["value"], 9), change["verdict"]) == (0.45, "up")
    assert 0 < change["low"] < 0.45 < change["high"]
    change = (await airport.row("top2.v1", compare="year_ago", **asked))["change"]
    assert (change["base"]["from"], change["verdict"]) == ("2017-05-01", "no_clear_change")
    rows = await airport.rows("top2.v1", compare="previous", interval="month", **{**asked, "from_": "2018-03-01"})
    assert [(row["bucket"], row["change"]["verdict"]) for row in rows] == [
        ("2018-03-01", None),
        ("2018-04-01", None),
        ("2018-05-01", "up"),
    ]


async def test_bins_with_braces_and_quotes_are_read_whole(airport):
    strange = {'a "b@1": {c}': 3, "}": 4, '"topic@1":{"x"': 5, "*": 12}
    airport.unit("guest", "2018-05-02T12:00", strange, "topic", shard="i0")
    airport.unit("guest", "2018-05-02T12:00", {"call": 12}, "contacts", shard="i0")
    await airport.write()
    row = await airport.row("count.v1", measure="topic", service="guest", **MAY)
    assert row["n"] == 12
    assert row["distribution"] == {name: n for name, n in sorted(strange.items()) if name != "*"}
    assert (await airport.row("count.v1", measure="contacts", service="guest", **MAY))["n"] == 12


async def test_what_cancels_out_between_workers_was_never_there(airport):
    airport.unit("guest", "2018-05-02T12:00", {"5": 1}, shard="r0")
    airport.unit("guest", "2018-05-02T12:00", {"5": -1}, shard="r1")
    airport.unit("guest", "2018-05-03T12:00", {"4": 2}, shard="r0")
    airport.unit("guest", "2018-05-03T12:00", {"4": -1, "3": 1}, shard="r1")
    await airport.write()
    rows = await airport.rows("mean.v1", measure="satisfaction", service="guest", interval="day", **MAY)
    told = [(row["status"], row["n"], row["value"]) for row in rows[:3]]
    assert told == [("no_data", 0, None), ("no_data", 0, None), ("low_n", 2, 3.5)]


async def test_a_mean_of_durations_is_of_exact_milliseconds(airport):
    airport.unit("guest", "2018-05-02T12:00", {"20": (2, 39_500), "unknown": 3}, "wait_answered", shard="i1")
    await airport.write()
    row = await airport.row("asa.v1", service="guest", **MAY)
    assert (row["value"], row["sum"], row["n"], row["display"]) == (19.75, 39.5, 2, "19.75")


async def test_young_days_do_not_count_where_time_must_pass_first(airport):
    airport.today = airport.today.replace(year=2018, month=5, day=20)
    airport.unit("guest", "2018-05-12T12:00", {"24": 1, "none": 3}, "repeat_gap", shard="s0")
    airport.unit("guest", "2018-05-13T12:00", {"none": 100}, "repeat_gap", shard="s0")
    await airport.write()
    row = await airport.row("repeat_contact.v1", service="guest", days=7, **MAY)
    assert (row["numerator"], row["n"]) == (1, 4)


async def test_lag_counts_what_the_log_holds_beyond_the_cells(airport):
    await airport.write()
    asked = {"measure": "satisfaction", "agency": "sf", **MAY}
    airport.ends.known[("soundings.tallies.v1", 3)] = 5
    airport.ends.known[("soundings.responses.v1", 0)] = 1
    assert (await airport.ask("count.v1", **asked))["as_of"]["lag_events"] == 5
    airport.ends.known = None
    assert (await airport.ask("count.v1", **asked))["as_of"]["lag_events"] is None
