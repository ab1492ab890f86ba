"""When too much of one source is refused."""

import pytest

from metrics_worker.consumer.dead_letter_limit import MOST_WATCHED, DeadLetterLimit


def refuse(limit: DeadLetterLimit, times: int, source: str = "a") -> bool:
    return sum(limit.count_refused(source) for _ in range(times)) > 0


def test_a_hundred_in_a_row_are_too_many():
    limit = DeadLetterLimit()
    assert not refuse(limit, 99)
    assert limit.count_refused("a")
    assert "in a row" in limit.exceeded["a"]


def test_one_good_event_begins_a_new_row():
    limit = DeadLetterLimit()
    assert not refuse(limit, 99)
    limit.count_accepted(["a"])
    assert not refuse(limit, 50)


def test_good_events_of_others_begin_no_new_row():
    limit = DeadLetterLimit()
    refuse(limit, 99)
    limit.count_accepted(["b"] * 5000)
    assert limit.count_refused("a")


def test_fifty_of_the_last_thousand_are_borne_and_one_more_is_not():
    limit = DeadLetterLimit()
    for _ in range(50):
        assert not limit.count_refused("a")
        limit.count_accepted(["a"] * 19)
    limit.count_accepted(["b"] * 5000)
    assert refuse(limit, 2)  # the first of them is 50 of the last 1,000 still: the oldest one left the window
    assert "5 %" in limit.exceeded["a"]


def test_what_lies_further_back_than_a_thousand_events_is_forgotten():
    limit = DeadLetterLimit()
    for _ in range(5):
        assert not refuse(limit, 50)
        limit.count_accepted(["a"] * 1000)
    assert not limit.is_watching


@pytest.mark.parametrize("others", [1, 2, 50])
def test_every_source_has_a_limit_of_its_own(others):
    limit = DeadLetterLimit()
    for number in range(others):
        refuse(limit, 99, f"s{number}")
    assert dict(limit.exceeded) == {}
    assert limit.count_refused("s0")
    assert set(limit.exceeded) == {"s0"}


def test_a_source_that_was_parked_begins_with_a_clean_slate():
    limit = DeadLetterLimit()
    refuse(limit, 100)
    limit.forget(["a", "never seen"])
    assert dict(limit.exceeded) == {}
    assert not refuse(limit, 99)


def test_no_more_sources_are_watched_than_fit_into_memory():
    limit = DeadLetterLimit()
    for number in range(3 * MOST_WATCHED):
        limit.count_refused(f"s{number}")
    assert len(limit._watched) == MOST_WATCHED
    refuse(limit, 99, "s0")
    assert not limit.exceeded  # its first refusal was forgotten
    assert limit.count_refused("s0")
