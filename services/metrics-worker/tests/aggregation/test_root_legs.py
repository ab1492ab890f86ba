"""Contacts of several records, worked out by hand: overflow, ringing, consultations, callbacks, transfers.

The situations are those of public bug reports about call centre figures, with times of our own.
"""

import pytest

from .test_root_examples import MINUTE, NINE, counts, record

SECOND = 1000


def waits(found: dict[tuple[str, str], tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """N and total of each wait."""
    return {measure: amount for (measure, _), amount in found.items() if measure.startswith("wait_")}


def offered(found: dict[tuple[str, str], tuple[int, int]]) -> list[str]:
    return [bin_ for measure, bin_ in found if measure == "offered"]


def overflow(ending: str, *, instants: bool, given: bool):
    """Ten seconds in a first queue, 600 in a second one, told by instants, by waits, or by both."""
    times: list[dict[str, int]] = [{"ended": NINE + 10 * SECOND}, {"ended": NINE + 700 * SECOND}]
    if ending == "abandoned":
        times[1]["ended"] = NINE + 610 * SECOND
    if instants:
        times[0]["enqueued"], times[1]["enqueued"] = NINE, NINE + 10 * SECOND
        if ending == "answered":
            times[1]["answered"] = NINE + 610 * SECOND
    if given:
        times[0]["wait"], times[1]["wait"] = 10 * SECOND, 600 * SECOND
    return record("1", outcome="open", **times[0]), record("2", 10 * SECOND, outcome=ending, **times[1])


@pytest.mark.parametrize("ending", ["answered", "abandoned"])
@pytest.mark.parametrize(("instants", "given"), [(True, False), (False, True), (True, True)])
def test_waiting_in_a_second_queue_is_waiting(ending, instants, given):
    """amazon-connect-streams 323: who waited 10 s and then 600 s waited 610 s."""
    first, second = overflow(ending, instants=instants, given=given)
    for records in ((first, second), (second, first)):
        found = counts(*records)
        assert offered(found) == [ending]
        assert waits(found) == {f"wait_{ending}": (1, 610_000)}
        assert found["contacts", "call"] == (1, 0)


def test_the_wait_before_the_second_queue_counts_when_only_the_first_record_tells_it():
    first, second = overflow("answered", instants=False, given=True)
    found = counts(first._replace(wait=None, enqueued=NINE), second._replace(answered=NINE + 610 * SECOND))
    assert waits(found) == {"wait_answered": (1, 610_000)}


def test_a_second_queue_that_has_not_ended_is_neither_answered_nor_abandoned():
    first, second = overflow("open", instants=True, given=False)
    assert (offered(counts(first, second)), waits(counts(first, second))) == (["open"], {})


def test_a_queue_that_rings_three_phones_and_is_answered_on_one_is_answered():
    """NethServer 7015: one call, whose legs on the other phones merely rang."""
    legs = [record(name, outcome="failed", ended=NINE + 20 * SECOND) for name in ("2", "3")]
    taken = record("1", answered=NINE + 20 * SECOND, ended=NINE + 300 * SECOND, wait=20 * SECOND, talk=280 * SECOND)
    for name in ("1", "9"):  # whichever leg has the last id
        found = counts(*legs, taken._replace(record_id=name))
        assert found["outcome", "answered"] == (1, 0)
        assert offered(found) == ["answered"]
        assert waits(found) == {"wait_answered": (1, 20_000)}


def test_three_legs_that_ring_together_wait_once():
    legs = [record(name, outcome="failed", wait=20 * SECOND) for name in ("1", "2")]
    assert waits(counts(*legs, record("3", wait=20 * SECOND))) == {"wait_answered": (1, 20_000)}


def test_waits_that_overlap_count_what_they_cover():
    """[0, 10] and [5, 25] cover 25 s; [40, 50] another 10."""
    given = [record("1", 0, wait=10_000, outcome="open"), record("2", 5_000, wait=20_000, outcome="open")]
    last = record("3", 40_000, wait=10_000)
    assert waits(counts(*given, last)) == {"wait_answered": (1, 35_000)}


def test_an_abandoned_call_stays_abandoned_whatever_rang_in_vain_after():
    """Re-queued after nobody picked up: the caller hung up after three minutes, whatever phones rang meanwhile."""
    queued = record("1", enqueued=NINE, ended=NINE + 3 * MINUTE, outcome="abandoned")
    rang = [record(str(n), n * MINUTE, outcome="failed", ended=NINE + n * MINUTE + 20_000) for n in (1, 2)]
    found = counts(queued, *rang)
    assert found["outcome", "abandoned"] == (1, 0)
    assert (offered(found), waits(found)) == (["abandoned"], {"wait_abandoned": (1, 180_000)})


def test_a_consultation_that_nobody_takes_does_not_make_it_abandoned():
    call = record("1", enqueued=NINE, answered=NINE + 15_000, ended=NINE + 5 * MINUTE, talk=4 * MINUTE)
    asked = record("2", MINUTE, enqueued=NINE + MINUTE, ended=NINE + 2 * MINUTE, outcome="abandoned")
    found = counts(call, asked)
    assert found["outcome", "answered"] == (1, 0)
    assert (offered(found), waits(found)) == (["answered"], {"wait_answered": (1, 15_000)})
    assert found["transfers", "kept"] == (1, 0)


def test_a_call_that_was_transferred_and_lost_in_the_next_queue_was_answered():
    call = record("1", enqueued=NINE, answered=NINE + 15_000, ended=NINE + MINUTE, outcome="transferred")
    lost = record("2", MINUTE, enqueued=NINE + MINUTE, ended=NINE + 9 * MINUTE, outcome="abandoned")
    found = counts(call, lost)
    assert found["outcome", "transferred"] == (1, 0)
    assert (offered(found), waits(found)) == (["answered"], {"wait_answered": (1, 15_000)})


def test_a_direct_call_that_is_queued_later_has_no_wait_before_its_answer():
    call = record("1", answered=NINE + 5_000, outcome="transferred")
    later = record("2", MINUTE, enqueued=NINE + MINUTE, answered=NINE + 2 * MINUTE, wait=MINUTE)
    assert waits(counts(call, later)) == {"wait_answered": (1, 0)}
    assert counts(call, later)["wait_answered", "unknown"] == (1, 0)


def test_a_conference_of_two_people_is_one_contact_and_two_handled_records():
    one = record("1", enqueued=NINE, answered=NINE + 10_000, ended=NINE + MINUTE, talk=50_000)
    two = record("2", 30_000, answered=NINE + 30_000, ended=NINE + MINUTE, talk=30_000)
    found = counts(one, two)
    assert (found["contacts", "call"], found["transfers", "kept"]) == ((1, 0), (2, 0))
    assert waits(found) == {"wait_answered": (1, 10_000)}


def test_a_queued_callback_waits_until_the_person_is_called_back():
    """amazon-connect-streams 253: queued at :05, asked at :55, called back and answered 31 minutes after nine."""
    asked = record("1", enqueued=NINE + 5_000, ended=NINE + 55_000, outcome="callback", wait=50_000)
    called = record("2", 55_000, kind="callback", enqueued=NINE + 55_000, answered=NINE + 31 * MINUTE, wait=30 * MINUTE)
    for first in (asked, asked._replace(outcome="open")):  # the kind of the second record says it too
        found = counts(called, first)
        assert (offered(found), waits(found)) == (["callback"], {"wait_callback": (1, 1_855_000)})
        assert found["outcome", "answered"] == (1, 0)
        assert found["transfers", "kept"] == (1, 0)


def test_a_callback_that_reached_nobody_waits_to_the_end_of_its_last_attempt():
    asked = record("1", enqueued=NINE, ended=NINE + MINUTE, outcome="callback")
    tries = [record(str(n), n * 10 * MINUTE, kind="callback", ended=NINE + n * 10 * MINUTE + MINUTE, outcome="failed")
             for n in (2, 3)]  # fmt: skip
    found = counts(asked, *tries)
    assert found["outcome", "failed"] == (1, 0)
    assert (offered(found), waits(found)) == (["callback"], {"wait_callback": (1, 31 * MINUTE)})


def test_several_attempts_wait_for_the_one_that_is_answered():
    asked = record("1", enqueued=NINE, ended=NINE + MINUTE, outcome="callback")
    failed = record("2", 10 * MINUTE, kind="callback", ended=NINE + 11 * MINUTE, outcome="failed")
    reached = record("3", 20 * MINUTE, kind="callback", answered=NINE + 21 * MINUTE)
    assert waits(counts(asked, failed, reached)) == {"wait_callback": (1, 21 * MINUTE)}


def test_a_callback_that_somebody_promised_after_speaking_is_answered():
    call = record("1", enqueued=NINE, answered=NINE + 15_000, ended=NINE + MINUTE)
    later = record("2", 60 * MINUTE, kind="callback", direction="outbound", answered=NINE + 61 * MINUTE)
    assert offered(counts(call, later)) == ["answered"]
    assert waits(counts(call, later)) == {"wait_answered": (1, 15_000)}


def test_a_callback_of_which_the_first_call_is_missing_is_a_plain_contact():
    called = record("2", kind="callback", enqueued=NINE, answered=NINE + 60_000)
    assert offered(counts(called)) == ["answered"]


@pytest.mark.parametrize("channel", ["automated_phone", "chatbot"])
def test_a_machine_handles_nothing(channel):
    """A menu that answers at once is no person: the wait ends with the person behind it."""
    menu = record("1", channel=channel, answered=NINE, ended=NINE + 30_000, outcome="transferred", talk=30_000)
    taken = record("2", 30_000, enqueued=NINE + 30_000, answered=NINE + 90_000, talk=40_000)
    found = counts(menu, taken)
    assert waits(found) == {"wait_answered": (1, 60_000)}
    assert [key for key in found if key[0] in {"talk", "transfers"}] == [("transfers", "kept"), ("talk", "40")]


def test_a_chat_that_goes_on_by_phone_is_one_contact_of_the_chat():
    chat = record("1", kind="chat", channel="live_chat", enqueued=NINE, answered=NINE + 5_000, outcome="transferred")
    phone = record("2", 10 * MINUTE, direction="outbound", answered=NINE + 11 * MINUTE, talk=MINUTE)
    found = counts(chat, phone)
    assert (found["contacts", "chat"], found["outcome", "answered"]) == ((1, 0), (1, 0))
    assert waits(found) == {"wait_answered": (1, 5_000)}


def test_a_request_is_decided_by_its_own_records_and_not_by_the_calls_about_it():
    request = record("1", kind="service_request", outcome="completed", ended=NINE + 60 * MINUTE)
    call = record("2", 10 * MINUTE, enqueued=NINE + 10 * MINUTE, answered=NINE + 11 * MINUTE, talk=MINUTE)
    found = counts(request, call)
    assert (found["outcome", "completed"], found["requests", "completed"]) == ((1, 0), (1, 0))
    assert found["resolution", "3600"] == (1, 3_600_000)
    assert found["talk", "60"] == (1, 60_000)


def test_a_failed_leg_before_any_queue_decides_when_nothing_else_ended():
    found = counts(record("1", outcome="open", ended=NINE + 1_000), record("2", 1_000, outcome="failed"))
    assert found["outcome", "failed"] == (1, 0)
