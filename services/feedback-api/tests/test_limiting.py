"""How fast one client may use one form."""

import pytest

from feedback_api.public_forms.rate_limit import ClientLimits, RateLimit


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("600/minute", RateLimit(600, 60)),
        ("5/second", RateLimit(5, 1)),
        (" 3 per hour ", RateLimit(3, 3600)),
        ("1000000/day", RateLimit(1_000_000, 86_400)),
    ],
)
def test_a_rate_is_read_as_it_is_said(text: str, rate: RateLimit):
    assert RateLimit.parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "600", "0/minute", "-1/hour", "many/minute", "5/week", "5/2 minutes", "٣/hour"])
def test_any_other_text_is_refused_with_an_example(text: str):
    with pytest.raises(ValueError, match="such as 600/minute"):
        RateLimit.parse_rate(text)


class Ticking:
    """Seconds that pass when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_may_be_used_up_at_once_and_then_goes_on():
    clock = Ticking()
    limits = ClientLimits(RateLimit(3, 60), clock)
    assert [limits.wait_seconds("visit", "192.0.2.1") for _ in range(4)] == [0, 0, 0, 20]
    assert limits.wait_seconds("visit", "192.0.2.2") == limits.wait_seconds("need", "192.0.2.1") == 0
    clock.now = 19.5
    assert limits.wait_seconds("visit", "192.0.2.1") == 1
    clock.now = 20.0
    assert [limits.wait_seconds("visit", "192.0.2.1") for _ in range(2)] == [0, 20]
