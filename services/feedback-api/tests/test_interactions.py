"""What becomes of an interaction record: fields, times, service and root, and every refusal by its field."""

from datetime import UTC, datetime, timedelta

from .conftest import CENTRE, DESK, NOW, Listening

ITEM = {
    "id": "c-1",
    "service_id": "cart",
    "kind": "call",
    "outcome": "answered",
    "started_at": "2026-03-01T10:00:00-05:00",
}


def at(hour, minute=0, second=0, day=2):
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)


async def test_a_record_becomes_an_event_that_carries_all_its_contribution_needs(ear: Listening):
    item = {
        **ITEM, "root_id": "root/7", "channel": "live_chat", "direction": "outbound", "reason": "other",
        "topic": ["recycling", "Street cleaning", "recycling", " "], "enqueued_at": "2026-03-01T15:00:10Z",
        "answered_at": "2026-03-01T15:01:00Z", "ended_at": "2026-03-01T15:05:00Z", "wait_s": 50, "talk_s": 240.5,
        "hold_s": 0, "wrap_up_s": 12, "transferred_to": "tier-2", "team": "East (jo@example.org)",
        "query": "call 415-555-0132", "results": 3.0, "cost": -250, "language": "en", "person": "+1 415 555 0132",
        "revision": 5, "attributes": {"vendor_kind": "voice", "note": "SSN 219-09-9999"},
    }  # fmt: skip
    event = await ear.taken("interactions", item, CENTRE)
    seen = event.model_dump(mode="json", exclude_none=True)
    assert seen.pop("subject").startswith("v1:")
    assert seen == {
        "record_id": "c-1", "root_id": "root/7", "revision": 5, "source_id": "centre", "agency_id": "boston",
        "time_zone": "America/New_York", "service_id": "cart", "channel": "live_chat", "kind": "call",
        "direction": "outbound", "topic": ["recycling", "Street cleaning"], "reason": "other",
        "started_at": "2026-03-01T15:00:00Z", "enqueued_at": "2026-03-01T15:00:10Z",
        "answered_at": "2026-03-01T15:01:00Z", "ended_at": "2026-03-01T15:05:00Z",
        "wait_s": 50.0, "talk_s": 240.5, "hold_s": 0.0, "wrap_up_s": 12.0, "outcome": "answered",
        "transferred_to": "tier-2", "team": "East ([email])", "query": "call [phone]", "results": 3, "cost": -250,
        "language": "en", "attributes": {"vendor_kind": "voice", "note": "SSN [national-id]"},
        "received_at": "2026-03-02T09:00:00Z", "time_clamped": False,
    }  # fmt: skip


async def test_what_is_left_out_has_its_default(ear: Listening):
    item = {"kind": "visit", "outcome": "open", "started_at": "2026-03-01T10:00:00Z"}
    event = await ear.taken("interactions", item, DESK)
    assert (event.service_id, event.channel, event.direction) == ("airport", "in_person", "inbound")
    assert event.root_id == event.record_id
    assert (event.topic, event.attributes, event.revision) == ((), {}, 0)


BAD_FIELDS = [
    ({"kind": "telepathy"}, "kind", "unknown_value"),
    ({"kind": None}, "kind", "missing"),
    ({"direction": "sideways"}, "direction", "unknown_value"),
    ({"channel": "pigeon"}, "channel", "unknown_value"),
    ({"outcome": "great"}, "outcome", "unknown_value"),
    ({"outcome": None}, "outcome", "missing"),
    ({"reason": "because"}, "reason", "unknown_value"),
    ({"started_at": None}, "started_at", "missing"),
    ({"started_at": "2026-03-01T10:00:00"}, "started_at", "no_offset"),
    ({"started_at": "2026-02-29T10:00:00Z"}, "started_at", "not_a_time"),
    ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at", "not_a_time"),
    ({"ended_at": "2026-03-01T14:59:59Z"}, "ended_at", "before_start"),
    ({"ended_at": "later"}, "ended_at", "not_a_time"),
    ({"enqueued_at": "2026-03-01"}, "enqueued_at", "not_a_time"),
    ({"answered_at": 5}, "answered_at", "wrong_type"),
    ({"wait_s": -1}, "wait_s", "out_of_range"),
    ({"talk_s": "12"}, "talk_s", "wrong_type"),
    ({"hold_s": True}, "hold_s", "wrong_type"),
    ({"wrap_up_s": 1e12}, "wrap_up_s", "out_of_range"),
    ({"results": 1.5}, "results", "wrong_type"),
    ({"results": -1}, "results", "out_of_range"),
    ({"cost": 2**53}, "cost", "out_of_range"),
    ({"topic": "one"}, "topic", "wrong_type"),
    ({"topic": ["a", 1]}, "topic.1", "wrong_type"),
    ({"topic": ["a"] * 21}, "topic", "too_many"),
    ({"topic": ["a\x00"]}, "topic.0", "not_allowed_character"),
    ({"team": "x" * 201}, "team", "too_long"),
    ({"query": "x" * 1001}, "query", "too_long"),
    ({"attributes": ["a"]}, "attributes", "wrong_type"),
    ({"attributes": {"a": 1}}, "attributes.a", "wrong_type"),
    ({"attributes": {"Not A Slug": "x"}}, "attributes", "not_a_slug"),
    ({"attributes": {f"a{n}": "x" for n in range(21)}}, "attributes", "too_many"),
    ({"service_id": "airport"}, "service_id", "forbidden"),
    ({"service_id": None}, "service_id", "missing"),
    ({"root_id": ""}, "root_id", "wrong_length"),
    ({"root_id": "a\nb"}, "root_id", "not_allowed_character"),
    ({"answers": {}}, "answers", "unknown_field"),
]


async def test_a_field_that_does_not_hold_is_named(ear: Listening):
    found = [(change, *await ear.fault("interactions", {**ITEM, **change}, CENTRE)) for change, _, _ in BAD_FIELDS]
    assert found == BAD_FIELDS
    assert ear.stored() == []


async def test_a_record_of_a_root_may_leave_the_service_to_the_others(ear: Listening):
    item = {**ITEM, "service_id": None, "root_id": "r"}
    event = await ear.taken("interactions", item, CENTRE)
    assert (event.service_id, event.root_id, event.record_id) == (None, "r", "c-1")
    assert (await ear.taken("interactions", {**item, "id": "x"}, DESK)).service_id == "airport"


async def test_a_record_that_begins_in_the_future_is_moved_as_a_whole(ear: Listening):
    start = NOW + timedelta(hours=1)
    item = {**ITEM, "started_at": start.isoformat(), "ended_at": (start + timedelta(minutes=10)).isoformat()}
    event = await ear.taken("interactions", item, CENTRE)
    assert (event.started_at, event.ended_at, event.time_clamped) == (NOW, at(9, 10), True)


async def test_no_time_is_moved_before_the_earliest_year(ear: Listening):
    item = {**ITEM, "started_at": "2060-06-01T00:00:00Z", "enqueued_at": "1980-06-01T00:00:00Z"}
    event = await ear.taken("interactions", item, CENTRE)
    assert (event.started_at, event.enqueued_at.year) == (NOW, 1946)
    item = {**ITEM, "started_at": "2200-06-01T00:00:00Z", "enqueued_at": "2101-06-01T00:00:00Z"}
    assert (await ear.taken("interactions", item, CENTRE)).enqueued_at.year == 1927


async def test_times_of_a_record_lie_within_a_hundred_years_so_that_sums_of_them_fit(ear: Listening):
    for change, code in (
        ({"started_at": "1899-12-31T23:59:59Z"}, ("started_at", "not_a_time")),
        ({"started_at": "1900-01-01T00:00:00Z", "ended_at": "2002-01-01T00:00:00Z"}, ("ended_at", "out_of_range")),
        ({"started_at": "2024-01-01T00:00:00Z", "enqueued_at": "1920-01-01T00:00Z"}, ("enqueued_at", "out_of_range")),
        ({"started_at": "9990-01-01T00:00:00Z", "answered_at": "2020-01-01T00:00Z"}, ("answered_at", "out_of_range")),
    ):  # fmt: skip
        assert await ear.fault("interactions", {**ITEM, **change}, CENTRE) == code


async def test_other_times_in_the_future_become_the_time_received(ear: Listening):
    item = {**ITEM, "ended_at": "2026-04-01T00:00:00Z", "answered_at": "2026-03-01T15:01:00Z"}
    event = await ear.taken("interactions", item, CENTRE)
    assert (event.ended_at, event.answered_at, event.time_clamped) == (NOW, at(15, 1, day=1), True)


async def test_five_minutes_ahead_are_a_clock_that_is_a_little_off(ear: Listening):
    event = await ear.taken("interactions", {**ITEM, "started_at": "2026-03-02T09:05:00Z"}, CENTRE)
    assert (event.started_at, event.time_clamped) == (at(9, 5), False)


async def test_the_same_local_time_before_and_after_clocks_go_back_is_an_hour(ear: Listening):
    item = {**ITEM, "started_at": "2025-11-02T01:30:00-04:00", "ended_at": "2025-11-02T01:30:00-05:00"}
    event = await ear.taken("interactions", item, CENTRE)
    assert event.ended_at - event.started_at == timedelta(hours=1)
