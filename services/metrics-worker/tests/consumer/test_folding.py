"""Folding one batch: revisions, reviews, retractions, voices, and events that are not where they belong."""

from datetime import UTC, datetime

import pytest

from metrics_worker.aggregation.batch_fold import BatchFold, StoredFacts
from metrics_worker.aggregation.deltas import counted
from metrics_worker.aggregation.errors import WrongPartition
from metrics_worker.aggregation.facts import EMPTY, QUARANTINED, RETRACTED, TEST
from metrics_worker.consumer.event_decoder import decode_log_event
from soundings.events.envelope import encode_event
from soundings.events.interaction import InteractionRecorded
from soundings.events.response import ResponseRetracted, ResponseReviewed, ResponseSubmitted, ScoredAnswer
from soundings.log.port import StoredRecord

NOW = datetime(2018, 5, 1, 13, tzinfo=UTC)


def response(revision: int = 0, value: int = 5, **more):
    plain = {
        "record_id": "r", "source_id": "web", "agency_id": "city", "time_zone": "UTC", "service_id": "permits",
        "channel": "website", "form_id": "f", "form_version": 1, "occurred_at": NOW, "received_at": NOW,
        "scores": (ScoredAnswer(question_id="q", measure="ease", measure_version=1, scale="1-5", value=value),),
        "comments": {"why": f"said {value}"}, "revision": revision,
    }  # fmt: skip
    return ResponseSubmitted(**(plain | more))


def review(revision: int, verdict: str):
    return ResponseReviewed(
        record_id="r", source_id="web", revision=revision, verdict=verdict, reason="spam", reviewed_at=NOW
    )


RETRACTION = ResponseRetracted(record_id="r", source_id="web", reason="erasure", retracted_at=NOW)


def decoded(event, home: str = "r0"):
    record = encode_event(event)
    return decode_log_event(StoredRecord(event.TOPIC.name, 0, 0, record.key, record.value, record.headers, 0), home)


def folded(*events, known=()):
    folding = BatchFold(StoredFacts({fact.key: fact for fact in known}, {}))
    for event in events:
        folding.apply_event(decoded(event))
    return folding.fold_result()


def ease(result) -> dict[str, int]:
    """What a batch adds to the bins of `ease`."""
    bins: dict[str, int] = {}
    for deltas in result.deltas.rows(0).values():
        for count, times in counted(deltas):
            if count.measure == "ease@1" and times:
                bins[count.bin] = bins.get(count.bin, 0) + times
    return {bin_: n // 3 for bin_, n in bins.items() if n}  # hour, day and month


def said(result) -> list[str | None]:
    return [None if voice is None else voice.comments["why"] for voice in result.voices.values()]


def test_a_response_is_added_with_its_voice():
    result = folded(response())
    (fact,) = result.added
    assert (fact.record_id, fact.state, fact.revision, fact.home) == ("r", 0, 0, "r0")
    assert "said" not in (fact.data or "")
    assert (ease(result), said(result)) == ({"5": 1}, ["said 5"])


def test_a_correction_moves_the_cell_and_replaces_the_voice():
    (fact,) = folded(response()).added
    result = folded(response(1, 2), known=[fact])
    assert ([one.revision for one in result.changed], result.added) == ([1], [])
    assert (ease(result), said(result)) == ({"5": -1, "2": 1}, ["said 2"])


def test_a_correction_without_words_erases_what_was_said():
    (fact,) = folded(response()).added
    assert said(folded(response(1, comments={}), known=[fact])) == [None]


def test_duplicates_and_stale_revisions_change_nothing():
    (fact,) = folded(response(1)).added
    result = folded(response(1, 3), response(0, 2), known=[fact])
    assert (result.added, result.changed, ease(result), said(result)) == ([], [], {}, [])


def test_the_first_content_of_a_revision_stays():
    result = folded(response(0, 4), response(0, 1))
    assert (ease(result), said(result)) == ({"4": 1}, ["said 4"])


def test_a_retraction_subtracts_erases_and_is_final():
    (fact,) = folded(response()).added
    result = folded(RETRACTION, response(9, 1), known=[fact])
    (gone,) = result.changed
    assert (gone.state, gone.data) == (RETRACTED, None)
    assert (ease(result), said(result)) == ({"5": -1}, [None])


def test_a_retraction_that_comes_first_is_final_too():
    (gone,) = folded(RETRACTION).added
    result = folded(response(3), known=[gone])
    assert (result.changed, ease(result), said(result)) == ([], {}, [])


def test_what_was_taken_back_within_the_batch_leaves_no_voice():
    result = folded(response(), RETRACTION)
    assert (ease(result), said(result)) == ({}, [None])


def test_a_quarantined_response_is_kept_and_counts_once_it_is_released():
    (held,) = folded(response(quarantined=True)).added
    assert (held.state, ease(folded(response(quarantined=True)))) == (QUARANTINED, {})
    result = folded(review(1, "released"), known=[held])
    assert (result.changed[0].state, ease(result)) == (0, {"5": 1})


def test_a_review_holds_for_later_revisions_and_a_lower_one_changes_nothing():
    result = folded(response(), review(2, "quarantined"), response(1, 3), review(1, "released"))
    (fact,) = result.added
    assert (fact.state, fact.revision, fact.review_revision) == (QUARANTINED, 1, 2)
    assert ease(result) == {}


def test_a_review_that_comes_first_is_kept_for_the_response():
    (spoken,) = folded(review(1, "quarantined")).added
    assert spoken.state == EMPTY | QUARANTINED
    result = folded(response(), known=[spoken])
    assert (result.changed[0].state, ease(result)) == (QUARANTINED, {})


def test_a_release_that_comes_first_outranks_the_flag_of_the_event():
    (spoken,) = folded(review(1, "released")).added
    result = folded(response(quarantined=True), known=[spoken])
    assert (result.changed[0].state, ease(result)) == (0, {"5": 1})


def test_a_test_response_is_kept_and_contributes_nothing():
    result = folded(response(test=True))
    assert (result.added[0].state, ease(result)) == (TEST, {})


def test_an_event_away_from_its_unit_is_refused_and_changes_nothing():
    (fact,) = folded(response()).added
    folding = BatchFold(StoredFacts({fact.key: fact}, {}))
    with pytest.raises(WrongPartition):
        folding.apply_event(decoded(response(1), "r1"))
    assert (folding.fold_result().changed, ease(folding.fold_result())) == ([], {})


def test_a_record_away_from_its_root_is_refused():
    def call(record_id: str):
        return InteractionRecorded(
            record_id=record_id, source_id="desk", root_id="x", agency_id="city", time_zone="UTC", service_id="permits",
            kind="call", started_at=NOW, outcome="answered", received_at=NOW,
        )  # fmt: skip

    folding = BatchFold(StoredFacts())
    folding.apply_event(decoded(call("1"), "i0"))
    with pytest.raises(WrongPartition):
        folding.apply_event(decoded(call("2"), "i1"))
    assert len(folding.fold_result().added) == 1
