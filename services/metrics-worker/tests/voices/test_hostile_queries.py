"""What is searched for is written by strangers: it is read in time that grows with its length only."""

import time
from contextlib import suppress

import pytest

from metrics_worker.voices.domain import read_words
from soundings.kernel.errors import Refused

LENGTH = 200_000
ROUNDS = 4


def seconds(text: str) -> float:
    taken = []
    for _ in range(5):
        start = time.process_time()
        with suppress(Refused):
            read_words(text)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("fragment", ["a ", '"', "a", "é ", "* ", "NEAR(", "\u0301", "a-"])
def test_a_query_is_read_in_linear_time(fragment: str):
    for _ in range(ROUNDS):  # other work on the machine may spoil a round, but what is quadratic spoils every one
        once, twice = seconds((fragment * LENGTH)[:LENGTH]), seconds((fragment * LENGTH * 2)[: 2 * LENGTH])
        if twice <= 2.5 * max(once, 0.002):
            break
    assert twice <= 2.5 * max(once, 0.002)


def test_too_many_words_are_refused_and_few_are_read():
    assert read_words('a "long* queue') == ("a", "long", "queue")
    with pytest.raises(Refused):
        read_words("a " * 21)
