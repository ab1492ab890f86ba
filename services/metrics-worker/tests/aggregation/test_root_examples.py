"""Roots worked out by hand, after the rules for interaction records and the built-in measures of the design."""

from datetime import UTC, datetime

from metrics_worker.aggregation.contribution import MeasureCount
from metrics_worker.aggregation.roots import InteractionRecord, root_contribution
from soundings.kernel.clock import epoch_ms
from soundings.kernel.histogram_bins import money_bin

MINUTE = 60_000
NINE = epoch_ms(datetime(2018, 5, 1, 13, 0, tzinfo=UTC))  # nine o'clock in New York


def record(record_id: str = "1", at: int = 0, **more: object) -> InteractionRecord:
    """A phone call that starts so many milliseconds after nine and ended answered, changed by what is given."""
    start = NINE + at
    plain: dict[str, object] = {
        "record_id": record_id, "order": start * 1000, "time_zone": "America/New_York", "service": "permits",
        "channel": "phone", "kind": "call", "direction": "inbound", "topics": (), "reason": None, "started": start,
        "enqueued": None, "answered": None, "ended": None, "wait": None, "talk": None, "hold": None, "wrap_up": None,
        "outcome": "answered", "results": None, "cost": None,
    }  # fmt: skip
    return InteractionRecord(**(plain | more))  # type: ignore[arg-type]


def counts(*records: InteractionRecord) -> dict[tuple[str, str], tuple[int, int]]:
    """(measure, bin) → (n, total) of a root, built-in measures by their plain name."""
    contribution = root_contribution(records)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for count in () if contribution is None else contribution.counts:
        key = (count.measure.removesuffix("@1"), count.bin)
        n, total = found.get(key, (0, 0))
        found[key] = (n + count.n, total + (count.total or 0))
    return found


def test_a_plain_call_counts_in_hour_local_day_and_local_month_of_its_start():
    contribution = root_contribution([record()])
    assert contribution is not None
    assert contribution.place[:3] == ("permits", "phone", "")
    assert contribution.place.buckets == (
        ("hour", "2018-05-01T13:00:00Z"), ("day", "2018-05-01"), ("month", "2018-05-01")
    )  # fmt: skip


def test_an_answered_call_that_waited_25_seconds_and_lasted_three_minutes():
    instants = {"enqueued": NINE, "answered": NINE + 25_000, "ended": NINE + 205_000}
    call = record(**instants, talk=150_000, hold=20_000, wrap_up=10_001)
    assert counts(call) == {
        ("contacts", "call"): (1, 0),
        ("outcome", "answered"): (1, 0),
        ("offered", "answered"): (1, 0),
        ("wait_answered", "25"): (1, 25_000),
        ("talk", "150"): (1, 150_000),
        ("hold", "20"): (1, 20_000),
        ("wrap_up", "11"): (1, 10_001),
        ("handle", "183"): (1, 180_001),
        ("transfers", "kept"): (1, 0),
    }


def test_a_transferred_call_is_one_contact_that_two_people_handled():
    first = record("1", enqueued=NINE, answered=NINE + 30_000, outcome="transferred", talk=60_000, topics=("fees",))
    second = record(
        "2", 2 * MINUTE, service="parking", enqueued=NINE + 2 * MINUTE, answered=NINE + 3 * MINUTE, talk=90_000,
        topics=("fees", "fines"), cost=400,
    )  # fmt: skip
    found = counts(second, first)
    assert found["contacts", "call"] == (1, 0)
    assert found["outcome", "answered"] == (1, 0)
    assert found["wait_answered", "30"] == (1, 30_000)  # from its first queueing to its first answer
    assert (found["transfers", "transferred"], found["transfers", "kept"]) == ((1, 0), (1, 0))
    assert {key: n for key, (n, _) in found.items() if key[0] == "talk"} == {("talk", "60"): 1, ("talk", "90"): 1}
    assert sum(total for key, (_, total) in found.items() if key[0] == "handle") == 150_000
    assert [found["topic", bin_] for bin_ in ("fees", "fines", "*")] == [(1, 0)] * 3
    assert found["cost", money_bin(400)] == (1, 400)
    contribution = root_contribution([second, first])
    assert contribution is not None
    assert contribution.place.service == "permits"  # that of the first record


def test_a_callback_that_reached_the_person_waited_for_the_callback():
    asked = record("1", enqueued=NINE, ended=NINE + MINUTE, outcome="callback")
    called = record("2", 10 * MINUTE, kind="callback", direction="outbound", answered=NINE + 11 * MINUTE)
    found = counts(asked, called)
    assert found["offered", "callback"] == (1, 0)
    assert found["wait_callback", "660"] == (1, 660_000)  # eleven minutes
    assert not [key for key in found if key[0] == "wait_answered"]
    assert found["outcome", "answered"] == (1, 0)


def test_a_callback_that_is_still_owed_waits_to_the_end_of_the_contact():
    found = counts(record(enqueued=NINE, ended=NINE + MINUTE, outcome="callback"))
    assert found["offered", "callback"] == (1, 0)
    assert found["wait_callback", "60"] == (1, 60_000)


def test_an_abandoned_call_waits_to_its_end_and_nobody_handled_it():
    found = counts(record(enqueued=NINE, ended=NINE + 5_500, outcome="abandoned", talk=1_000))
    assert found == {
        ("contacts", "call"): (1, 0),
        ("outcome", "abandoned"): (1, 0),
        ("offered", "abandoned"): (1, 0),
        ("wait_abandoned", "6"): (1, 5_500),
    }


def test_the_instants_win_over_a_wait_that_was_given():
    found = counts(record(enqueued=NINE, answered=NINE + 30_000, wait=12_000))
    assert found["wait_answered", "30"] == (1, 30_000)


def test_a_wait_after_somebody_handled_it_is_none_of_the_roots():
    found = counts(record("1", outcome="transferred"), record("2", MINUTE, wait=7_000), record("3", 2 * MINUTE, wait=0))
    assert found["wait_answered", "unknown"] == (1, 0)


def test_a_wait_of_exactly_nothing_has_a_bin_of_its_own():
    assert counts(record(wait=0))["wait_answered", "0"] == (1, 0)


def test_a_wait_nobody_measured_is_unknown_and_still_offered():
    found = counts(record(answered=NINE + 30_000))
    assert found["offered", "answered"] == (1, 0)
    assert found["wait_answered", "unknown"] == (1, 0)


def test_an_answer_before_the_queueing_leaves_the_wait_unknown():
    assert counts(record(enqueued=NINE + 5_000, answered=NINE))["wait_answered", "unknown"] == (1, 0)


def test_an_open_call_in_a_queue_is_offered_and_handled_by_nobody():
    found = counts(record(enqueued=NINE, answered=NINE + 1_000, outcome="open", talk=5_000))
    assert found == {("contacts", "call"): (1, 0), ("outcome", "open"): (1, 0), ("offered", "open"): (1, 0)}


def test_a_handled_record_without_any_duration_stays_out_of_handle():
    found = counts(record(outcome="answered"))
    assert not [key for key in found if key[0] in {"talk", "hold", "wrap_up", "handle"}]
    assert found["transfers", "kept"] == (1, 0)


def test_an_outbound_call_is_a_contact_that_was_not_offered():
    found = counts(record(direction="outbound", enqueued=NINE, answered=NINE + 1000))
    assert found["contacts", "call"] == (1, 0)
    assert not [key for key in found if key[0] == "offered" or key[0].startswith("wait")]


def test_a_chat_that_the_machine_contained_waited_for_nobody():
    found = counts(record(kind="chat", outcome="contained"))
    assert found == {("contacts", "chat"): (1, 0), ("outcome", "contained"): (1, 0)}


def test_a_root_that_nobody_has_named_a_service_for_contributes_nothing():
    assert root_contribution([record(service=None), record("2", MINUTE, service=None)]) is None


def test_a_later_record_may_name_the_service_and_the_channel():
    contribution = root_contribution([record("2", MINUTE, channel="website"), record("1", service=None, channel=None)])
    assert contribution is not None
    assert contribution.place[:3] == ("permits", "website", "")
    assert contribution.place.buckets[0] == ("hour", "2018-05-01T13:00:00Z")  # still at the start of the first


def test_of_records_of_one_instant_the_outcome_of_the_highest_rank_is_the_last():
    for first, second, last in (("transferred", "answered", "answered"), ("callback", "abandoned", "callback"),
                                ("abandoned", "open", "abandoned")):  # fmt: skip
        for ids in (("a", "b"), ("b", "a")):
            found = counts(record(ids[0], outcome=first), record(ids[1], outcome=second))
            assert found["outcome", last] == (1, 0)


def test_records_are_ordered_by_the_microsecond():
    early, late = record("b", outcome="answered"), record("a", outcome="transferred")
    found = counts(late._replace(order=late.order + 1), early)
    assert found["outcome", "transferred"] == (1, 0)


def test_a_service_request_is_resolved_from_the_start_of_its_first_to_the_end_of_its_last_record():
    first = record("1", kind="service_request", outcome="open")
    last = record("2", 60 * MINUTE, kind="service_request", outcome="completed", ended=NINE + 86_400_000)
    found = counts(first, last)
    assert found["resolution", "86400"] == (1, 86_400_000)
    assert found["requests", "completed"] == (1, 0)
    assert ("offered", "completed") not in found


def test_a_transaction_that_ended_in_an_unheard_of_way_has_failed():
    assert counts(record(kind="transaction", outcome="contained"))["transactions", "failed"] == (1, 0)
    assert counts(record(kind="transaction", outcome="not_eligible"))["transactions", "not_eligible"] == (1, 0)


def test_views_and_searches_are_no_contacts():
    view, search = record(kind="page_view", outcome="completed"), record(kind="search", outcome="completed", results=0)
    assert counts(view) == {("views", "page_view"): (1, 0), ("outcome", "completed"): (1, 0)}
    assert counts(search) == {("search", "empty"): (1, 0), ("outcome", "completed"): (1, 0)}


def test_a_refund_has_the_mirrored_bin_and_an_exact_total():
    assert counts(record("1", cost=99), record("2", MINUTE, cost=-349))["cost", money_bin(-250)] == (1, -250)


def test_the_reason_is_that_of_the_first_record_that_has_one():
    found = counts(record("1"), record("2", MINUTE, reason="chase_progress"), record("3", 2 * MINUTE, reason="other"))
    assert found["reason", "chase_progress"] == (1, 0)
    assert ("reason", "other") not in found


def test_contributions_are_made_of_counts():
    contribution = root_contribution([record()])
    assert contribution is not None
    assert MeasureCount("contacts@1", "call") in contribution.counts
