"""What a sum can hold, what a name may say: numbers, labels, names of attributes and language tags at their bounds."""

import re

import pytest

from feedback_api.intake.field_readers import COUNT_MAX, DURATION_SECONDS_MAX, TOTAL_SECONDS_MAX, truncate_redacted
from feedback_api.intake.invented_labels import InventedLabels
from feedback_api.intake.monotonic_revision import MonotonicRevisions

from .conftest import CENTRE, DESK, FakeClock, Listening

CALL = {"service_id": "cart", "kind": "call", "outcome": "answered", "started_at": "2026-03-01T15:00:00Z"}
TALLY = {"channel": "phone", "grain": "day", "start": "2026-03-01"}
MANY = 900_000
"""As many records at one place as nobody sends in earnest."""


def test_sums_of_the_largest_numbers_of_many_records_fit_64_bits():
    longest_handling_ms = 3 * DURATION_SECONDS_MAX * 1000
    for largest in (COUNT_MAX, TOTAL_SECONDS_MAX * 1000, longest_handling_ms):
        assert largest * MANY < 2**63


async def test_a_total_that_sums_could_not_hold_is_refused(ear: Listening):
    talk = {**TALLY, "measure": "talk", "bins": {"20": 1}}
    assert (await ear.taken("tallies", {**talk, "total": TOTAL_SECONDS_MAX}, DESK)).total == TOTAL_SECONDS_MAX
    for total in (TOTAL_SECONDS_MAX + 1, 10**12, 1e300, 2**64):
        assert await ear.fault("tallies", {**talk, "total": total}, DESK) == ("total", "out_of_range")
    cost = {**TALLY, "measure": "cost", "bins": {"100": 1}}
    for total in (COUNT_MAX + 1, -COUNT_MAX - 1, 1e300):
        assert await ear.fault("tallies", {**cost, "total": total}, DESK) == ("total", "out_of_range")


async def test_bins_that_become_one_by_redaction_are_bound_together(ear: Listening):
    topics = {**TALLY, "measure": "topic"}
    both = {"jo@example.org": COUNT_MAX, "al@example.org": 1}
    assert await ear.fault("tallies", {**topics, "bins": both}, DESK) == ("bins", "out_of_range")


async def test_numbers_of_contacts_and_of_the_funnel_are_bound(ear: Listening):
    for name, largest in (("talk_s", DURATION_SECONDS_MAX), ("cost", COUNT_MAX), ("results", COUNT_MAX)):
        await ear.taken("interactions", {**CALL, name: largest}, CENTRE)
        for wrong in (largest * 1.1 if name == "talk_s" else largest + 1, 2**63, 1e300):
            assert await ear.fault("interactions", {**CALL, name: wrong}, CENTRE) == (name, "out_of_range")
    counted = await ear.send("forms/visit/events", {"stage": "shown", "n": 10**9 + 1}, DESK)
    assert counted.json()["errors"][0]["field"] == "n"


def test_a_default_revision_rises_whatever_the_clock_does():
    clock = FakeClock()
    revisions = MonotonicRevisions(clock)
    given = [revisions.next_revision()]
    for seconds in (-86_400, 0, 3600, -1, 86_400, 0):
        clock.go_on(seconds)
        given.append(revisions.next_revision())
    assert given == sorted(set(given))


async def test_a_tally_sent_again_after_the_clock_went_back_corrects_the_first(ear: Listening):
    first = await ear.taken("tallies", {**TALLY, "measure": "topic", "bins": {"a": 1}}, DESK)
    ear.clock.go_on(-7200)
    again = await ear.taken("tallies", {**TALLY, "measure": "topic", "bins": {"a": 2}}, DESK)
    assert (again.tally_id, again.revision) == (first.tally_id, first.revision + 1)


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("short", 200, "short"),
        ("x" * 201, 200, "x" * 200),
        ("[email] " * 26, 200, ("[email] " * 25).strip()),
        ("y" * 195 + "[date-of-birth]", 200, "y" * 195),
        ("y" * 184 + " [date-of-birth] z", 200, "y" * 184 + " [date-of-birth]"),
        ("[" * 300, 200, "[" * 185),
    ],
)
def test_a_redacted_text_is_cut_at_its_limit_and_no_placeholder_in_two(text: str, limit: int, kept: str):
    assert truncate_redacted(text, limit)[: len(kept)] == kept
    assert len(truncate_redacted(text, limit)) <= limit


GROWING = "a@b.co " * 1500


async def test_what_redaction_makes_longer_is_kept_within_its_limit(ear: Listening):
    labels = {"team": GROWING[:199], "transferred_to": GROWING[:199], "query": GROWING[:999], "topic": [GROWING[:199]]}
    call = await ear.taken("interactions", {**CALL, **labels, "attributes": {"note": GROWING[:499]}}, CENTRE)
    for text, limit in ((call.team, 200), (call.transferred_to, 200), (call.query, 1000), (call.topic[0], 200)):
        assert 0 < len(text) <= limit
        assert re.fullmatch(r"(\[email\] ?)+(a)?", text), text
    assert len(call.attributes["note"]) <= 500
    said = {"form_id": "visit", "answers": {"comment": GROWING[:1999], "campaign": GROWING[:499]}}
    response = await ear.taken("responses", {**said, "touchpoint": GROWING[:195], "page": "/" + GROWING[:1990]}, DESK)
    assert len(response.comments["comment"]) <= 2000
    assert len(response.comments["campaign"]) <= 500
    assert len(response.touchpoint) <= 200
    assert len(response.page) <= 2000
    tally = await ear.taken("tallies", {**TALLY, "measure": "topic", "bins": {GROWING[:99]: 1}}, DESK)
    assert max(map(len, tally.bins)) <= 100


async def test_names_of_attributes_hold_nobodys_data(ear: Listening):
    names = {
        "queue-name": "a", "123-45-6789": "b", "call-415-555-0123": "c", "4155550123": "d", "my-name-is-jo-smith": "e",
        "step2": "f",
    }  # fmt: skip
    call = await ear.taken("interactions", {**CALL, "attributes": names}, CENTRE)
    assert {"queue-name": "a", "step2": "f"}.items() <= call.attributes.items()
    written = " ".join(call.attributes)
    assert not re.search(r"[0-9]{3}|smith", written), written
    assert set("abce") <= set(call.attributes.values()) | {"d"}


TAGS = {
    "en": "en", "es-MX": "es-MX", "zh-Hant-TW": "zh-Hant-TW", "zh-yue": "zh-yue", "ca-valencia": "ca-valencia",
    "es-419": "es-419",
    "de-1996": "de-1996", "en-x-jo-smith": "en", "en-smith": "en", "en-jon": "en", "en-John-US": "en-US", "hmn": "hmn",
    "en-u-hc-h12": "en", "en-t-jo-smith": "en", "sr-Latn-RS-x-4155550": "sr-Latn-RS", "en-12345678": "en",
}  # fmt: skip


async def test_a_language_tag_keeps_only_what_names_a_language(ear: Listening):
    for given, kept in TAGS.items():
        said = {"form_id": "visit", "answers": {}, "language": given}
        assert (await ear.taken("responses", said, DESK)).language == kept, given
        assert (await ear.taken("interactions", {**CALL, "language": given}, CENTRE)).language == kept
    for wrong in ("x-jo-smith", "i-klingon", "smith", "johnson", "english", "e", "en_US", "en-", "", 5):
        assert await ear.fault("interactions", {**CALL, "language": wrong}, CENTRE) == (
            "language",
            "not_a_language_tag",
        )


def test_invented_labels_are_bound_for_each_source():
    labels = InventedLabels(most=2)
    assert [labels.admits_label("one", label) for label in ("a", "b", "c", "a", "b")] == [True, True, False, True, True]
    assert labels.admits_label("two", "c")
