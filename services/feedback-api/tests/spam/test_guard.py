"""The guard: each sign by itself, what it remembers and for how long, and that crowds alone hold nobody back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.spam.client_hash import RotatingClientHash
from feedback_api.spam.repeated_text import RepeatedTextDetector
from feedback_api.spam.score import SpamReason, spam_score
from feedback_api.spam.scorer import SpamScorer, SubmissionContext
from feedback_api.spam.token_bucket import TokenBuckets
from soundings.events.forms import AbusePolicy

HERE = SubmissionContext("visit", "https://www.sf.example", "192.0.2.7", elapsed_ms=30_000)
SAID = "The queue at the security line was far too long this morning."
RULES = AbusePolicy()


class Ticking:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def guard(ticking: Ticking) -> SpamScorer:
    return SpamScorer(ticking)


def test_an_ordinary_answer_is_not_suspicious(guard):
    found = guard.score_submission(HERE, RULES, "r-1", [SAID])
    assert (found.score, found.reasons, found.quarantined) == (0.0, (), False)


def test_the_hidden_field_alone_holds_a_response_back(guard):
    found = guard.score_submission(replace(HERE, honeypot=True), RULES, "r-1", [SAID])
    assert (found.score, found.reasons, found.quarantined) == (1.0, ("honeypot",), True)


def test_the_floor_is_the_forms_own(guard):
    at = [replace(HERE, elapsed_ms=elapsed) for elapsed in (1999, 2000)] + [replace(HERE, elapsed_ms=None)]
    assert [guard.score_submission(one, RULES, "r", ()).reasons for one in at] == [("too_fast",), (), ()]
    slow = AbusePolicy(least_seconds=60)
    assert guard.score_submission(HERE, slow, "r", ()).reasons == ("too_fast",)


def test_the_threshold_is_the_forms_own(guard):
    fast = replace(HERE, elapsed_ms=10)
    assert not guard.score_submission(fast, RULES, "r", ()).quarantined
    assert guard.score_submission(fast, AbusePolicy(quarantine_at=0.4), "r", ()).quarantined


def test_the_same_text_counts_against_later_records_and_a_retry_is_none(guard, ticking):
    reasons = [guard.score_submission(HERE, RULES, f"r-{number}", [SAID]).reasons for number in (1, 1, 1, 2, 3, 4, 5)]
    assert reasons == [(), (), (), *[("repeated",)] * 3, ("often_repeated",)]
    assert guard.score_submission(
        HERE, RULES, "r-1", ["  the QUEUE at the security line, was far too long this morning"]
    ).reasons
    assert guard.score_submission(replace(HERE, form_id="need"), RULES, "r-9", [SAID]).reasons == ()
    ticking.now += 3600
    assert guard.score_submission(HERE, RULES, "r-10", [SAID]).reasons == ()


def test_short_answers_may_repeat(guard):
    assert not any(guard.score_submission(HERE, RULES, f"r-{number}", ["Very good!"]).reasons for number in range(20))


def test_a_kiosk_with_a_crowd_of_quick_answers_is_noted_and_counted(guard):
    quick = replace(HERE, elapsed_ms=900)
    found = [guard.score_submission(quick, RULES, f"r-{number}", ()) for number in range(200)]
    assert found[-1].reasons == ("too_fast", "crowd")
    assert not any(one.quarantined for one in found)


def test_a_crowd_is_one_clients_and_passes(guard, ticking):
    for number in range(40):
        guard.score_submission(HERE, RULES, f"r-{number}", ())
    assert guard.score_submission(HERE, RULES, "r", ()).reasons == ("crowd",)
    assert guard.score_submission(replace(HERE, client="192.0.2.8"), RULES, "r", ()).reasons == ()
    ticking.now += 600
    assert guard.score_submission(HERE, RULES, "r", ()).reasons == ()


def test_one_client_is_a_crowd_over_the_forms_of_one_site(guard):
    found = [
        guard.score_submission(replace(HERE, form_id=f"f{number}"), RULES, "r", ()).reasons for number in range(61)
    ]
    assert found[-2:] == [(), ("crowd",)]


def test_copies_of_links_sent_by_a_program_are_held_back(guard):
    advert = 'Buy <a href="https://pills.example">cheap pills</a> today, the best pills in town'
    found = guard.score_submission(HERE, RULES, "r-1", [advert])
    assert (found.reasons, found.quarantined) == (("link", "markup"), True)


@given(st.sets(st.sampled_from(list(SpamReason))), st.floats(0.01, 1))
def test_more_signs_never_make_a_response_less_suspicious(signs, at):
    found = spam_score(signs, at)
    assert 0 <= found.score <= 1
    assert found.quarantined is (found.score >= at)
    assert sorted(found.reasons) == sorted(sign.value for sign in signs)
    for sign in signs:
        assert spam_score(signs - {sign}, at).score <= found.score


def test_memory_is_bounded(ticking):
    buckets, repeats = TokenBuckets(2, 0.0, ticking, most=3), RepeatedTextDetector(ticking, most=3)
    assert [buckets.take_token("a") for _ in range(3)] == [True, True, False]
    for key in "bcd":
        buckets.take_token(key)
    assert buckets.take_token("a")  # forgotten, so full again
    texts = [f"a text that is long enough to be told apart, {number}" for number in range(4)]
    for text in texts:
        repeats.count_others("f", "r-1", text)
    assert repeats.count_others("f", "r-2", texts[0]) == 0
    assert repeats.count_others("f", "r-2", texts[3]) == 1


def test_the_hash_of_a_client_changes_within_the_hour(ticking):
    hashes = RotatingClientHash(ticking)
    first = hashes.hash_client("form", "192.0.2.7")
    ticking.now = 3599
    assert hashes.hash_client("form", "192.0.2.7") == first
    assert "192.0.2.7" not in first
    ticking.now = 3600
    assert hashes.hash_client("form", "192.0.2.7") != first
