"""When too much is refused."""

from metrics_worker.fold.limits import DeadLetterLimit


def test_a_hundred_in_a_row_are_too_many():
    limit = DeadLetterLimit()
    for _ in range(99):
        limit.refuse()
    assert not limit.is_exceeded()
    limit.refuse()
    assert "in a row" in str(limit.exceeded)


def test_one_good_event_begins_a_new_row():
    limit = DeadLetterLimit()
    for _ in range(99):
        limit.refuse()
    limit.accept()
    for _ in range(50):
        limit.refuse()
    assert not limit.is_exceeded()


def test_fifty_of_the_last_thousand_are_borne_and_one_more_is_not():
    limit = DeadLetterLimit()
    for _ in range(50):
        limit.accept(19)
        limit.refuse()
    assert not limit.is_exceeded()  # exactly 5 %
    limit.refuse()
    assert "5 %" in str(limit.exceeded)


def test_what_lies_further_back_than_a_thousand_events_is_forgotten():
    limit = DeadLetterLimit()
    for _ in range(5):
        for _ in range(50):
            limit.refuse()
        limit.accept(1000)
    assert not limit.is_exceeded()
