"""What becomes of a tally: its period, its measure, its bins, its id and revision, and every refusal by its field."""

from datetime import date

from .conftest import CENTRE, DESK, NOW, Listening

ITEM = {
    "service_id": "airport",
    "channel": "website",
    "measure": "transactions",
    "grain": "month",
    "start": "2026-02-01",
    "bins": {"completed": 9},
}
NOW_MS = int(NOW.timestamp() * 1000)


async def test_a_tally_becomes_an_event_that_carries_all_its_contribution_needs(ear: Listening):
    item = {**ITEM, "id": "t-1", "revision": 2, "bins": {"completed": 4200, "failed": 0}}
    event = await ear.taken("tallies", item)
    assert event.model_dump(mode="json", exclude_none=True) == {
        "tally_id": "t-1", "revision": 2, "source_id": "survey", "agency_id": "sf",
        "time_zone": "America/Los_Angeles", "service_id": "airport", "channel": "website", "measure": "transactions",
        "measure_version": 1, "scale": "category", "grain": "month", "start": "2026-02-01",
        "bins": {"completed": 4200, "failed": 0}, "received_at": "2026-03-02T09:00:00Z",
    }  # fmt: skip


async def test_a_tally_without_id_has_one_made_of_what_it_counts(ear: Listening):
    first = await ear.taken("tallies", ITEM)
    again = await ear.taken("tallies", {**ITEM, "bins": {"completed": 10}})
    other = await ear.taken("tallies", {**ITEM, "channel": "phone"})
    assert first.tally_id == again.tally_id != other.tally_id


async def test_a_tally_without_revision_has_one_that_rises_even_when_the_clock_stands(ear: Listening):
    revisions = [(await ear.taken("tallies", ITEM)).revision for _ in range(3)]
    assert revisions == [NOW_MS, NOW_MS + 1, NOW_MS + 2]
    ear.clock.go_on(-60)
    assert (await ear.taken("tallies", ITEM)).revision == NOW_MS + 3
    ear.clock.go_on(3600)
    assert (await ear.taken("tallies", ITEM)).revision == NOW_MS + 3_540_000


async def test_an_idempotency_key_never_names_a_tally(ear: Listening):
    plain = (await ear.send("tallies", ITEM)).json()["id"]
    keyed = (await ear.send("tallies", ITEM, idempotency_key="k")).json()["id"]
    assert plain == keyed


BAD_FIELDS = [
    ({"channel": None}, "channel", "missing"),
    ({"channel": "pigeon"}, "channel", "unknown_value"),
    ({"service_id": None}, "service_id", "missing"),
    ({"service_id": "cart"}, "service_id", "forbidden"),
    ({"measure": None}, "measure", "missing"),
    ({"measure": "mood"}, "measure", "unknown_measure"),
    ({"measure": "repeat_gap"}, "measure", "not_tallied"),
    ({"version": 2}, "version", "unknown_version"),
    ({"version": "1"}, "version", "wrong_type"),
    ({"grain": "week"}, "grain", "unknown_value"),
    ({"grain": None}, "grain", "missing"),
    ({"start": None}, "start", "missing"),
    ({"start": "2026-02-02"}, "start", "not_first_day"),
    ({"start": "2026-02-30"}, "start", "not_a_date"),
    ({"start": "20260201"}, "start", "not_a_date"),
    ({"start": "0001-01-01"}, "start", "not_a_date"),
    ({"start": "2026-02-01T00:00:00Z"}, "start", "not_a_date"),
    ({"grain": "quarter", "start": "2026-02-01"}, "start", "not_first_day"),
    ({"grain": "year", "start": "2026-01-01"}, "start", "not_first_day"),
    ({"bins": None}, "bins", "missing"),
    ({"bins": {}}, "bins", "wrong_length"),
    ({"bins": [1]}, "bins", "wrong_type"),
    ({"bins": {"won": 1}}, "bins.won", "unknown_bin"),
    ({"bins": {"call Jo on 415": 1}}, "bins", "unknown_bin"),
    ({"bins": {"completed": -1}}, "bins.completed", "out_of_range"),
    ({"bins": {"completed": 1.5}}, "bins.completed", "wrong_type"),
    ({"bins": {"completed": "9"}}, "bins.completed", "wrong_type"),
    ({"bins": {"completed": 2**53 + 1}}, "bins.completed", "out_of_range"),
    ({"bins": {"completed": 2**70}}, "bins.completed", "out_of_range"),
    ({"total": 5}, "total", "not_here"),
    ({"measure": "talk", "bins": {"20": 3}}, "total", "missing"),
    ({"measure": "talk", "bins": {"21.5": 3}, "total": 60}, "bins", "unknown_bin"),
    ({"measure": "talk", "bins": {"20": 3}, "total": -1}, "total", "out_of_range"),
    ({"measure": "talk", "bins": {"20": 3}, "total": "60"}, "total", "wrong_type"),
    ({"measure": "cost", "bins": {"100": 3}, "total": 1.5}, "total", "wrong_type"),
    ({"measure": "satisfaction", "bins": {"6": 1}}, "bins.6", "unknown_bin"),
    ({"measure": "topic", "bins": {"": 1}}, "bins", "unknown_bin"),
    ({"measure": "topic", "bins": {"x" * 101: 1}}, "bins", "too_long"),
    ({"revision": -1}, "revision", "out_of_range"),
    ({"person": "jo"}, "person", "unknown_field"),
]


async def test_a_field_that_does_not_hold_is_named(ear: Listening):
    found = [(change, *await ear.fault("tallies", {**ITEM, **change})) for change, _, _ in BAD_FIELDS]
    assert found == BAD_FIELDS
    assert ear.stored() == []


async def test_quarters_and_years_are_the_fiscal_ones(ear: Listening):
    for grain, start in (
        ("day", "2024-02-29"), ("month", "2026-02-01"), ("quarter", "2026-01-01"), ("quarter", "2025-10-01"),
        ("year", "2025-07-01"),
    ):  # fmt: skip
        event = await ear.taken("tallies", {**ITEM, "grain": grain, "start": start})
        assert (event.grain, event.start) == (grain, date.fromisoformat(start))


async def test_amounts_have_bins_and_a_total(ear: Listening):
    talk = await ear.taken("tallies", {**ITEM, "measure": "talk", "bins": {"20": 3, "120": 1}, "total": 130.5})
    assert (talk.bins, talk.total, talk.scale) == ({"20": 3, "120": 1}, 130.5, "duration")
    wait = await ear.taken("tallies", {**ITEM, "measure": "wait_answered", "bins": {"unknown": 3}, "total": 0})
    assert wait.bins == {"unknown": 3}
    cost = await ear.taken("tallies", {**ITEM, "measure": "cost", "bins": {"-100": 2}, "total": -200.0})
    assert (cost.bins, cost.total) == ({"-100": 2}, -200)


async def test_names_of_open_bins_are_redacted_and_added_up(ear: Listening):
    bins = {"Street cleaning": 3, "*": 9, "jo@example.org": 1, "al@example.org": 2}
    event = await ear.taken("tallies", {**ITEM, "measure": "topic", "bins": bins})
    assert event.bins == {"Street cleaning": 3, "*": 9, "[email]": 3}


async def test_zeros_are_a_tally(ear: Listening):
    assert (await ear.taken("tallies", {**ITEM, "bins": {"completed": 0.0}})).bins == {"completed": 0}


async def test_without_a_version_the_one_in_force_at_the_start_is_meant(ear: Listening):
    day = {**ITEM, "measure": "cleanliness", "grain": "day", "bins": {"5": 1}}
    for start, version in (("1960-01-01", 1), ("2025-12-31", 1), ("2026-01-01", 2), ("2026-02-01", 2)):
        assert (await ear.taken("tallies", {**day, "start": start})).measure_version == version, start
    assert (await ear.taken("tallies", {**day, "start": "2026-02-01", "version": 1})).measure_version == 1


async def test_a_measure_of_another_agency_is_unknown(ear: Listening):
    item = {**ITEM, "service_id": "cart", "measure": "cleanliness", "bins": {"5": 1}}
    assert await ear.fault("tallies", item, CENTRE) == ("measure", "unknown_measure")


async def test_the_only_service_of_a_source_needs_no_name(ear: Listening):
    item = {name: value for name, value in ITEM.items() if name != "service_id"}
    assert (await ear.taken("tallies", item, DESK)).service_id == "airport"
