"""Long and hostile texts: the work grows with the length, counted where it can be and bounded where it cannot."""

import pytest

from feedback_api.redaction.digit_groups import digit_runs, group_windows
from feedback_api.redaction.redact import redact_text

LENGTH = 20_000
SEEDS = [
    *(
        "a",
        "1",
        "1 ",
        "12 ",
        "123-",
        "4111 ",
        "4111-1111-1111-1111 ",
        "00 ",
        "+1",
        "+52 55 1234 5678 ",
        "415-555-0132 ",
    ),
    *("@", "a@", "a@b.", "a.a@", "a@b.co ", "a.", "a-", '"', '"a"@b.co ', "at ", "a at b dot c ", "( at )"),
    *("::", "1:", "a:", "fe80::", "1.2.3.", "255.255.255.255.", "://", "http://a@", "www.", "?a=", "a?b=c ", "/"),
    *("John ", "Mr ", "Mr Smith ", "my name is ", "signed, ", "A. ", "Maria de la ", "O'Brien-", "Dr. "),
    *("12 Main ", "12 Main St ", "12 Main St, ", "1 A A A A ", "Calle a ", "Calle de la ", "Calle Mayor 12, piso 3, "),
    *(
        "born ",
        "born 1/",
        "DOB: 12/05/1980 ",
        "12 May ",
        "12/05/1980 is my ",
        "GB82 WEST ",
        "SSN 219-09-9999 ",
        "dni 1.",
    ),
    *("[email]", "[", "]", "\u200b", "1\u200b", "\U0001f600", "\ud800", "\x00", "1\xa0", "\uff11", "\n", "x-", "Ana\n"),
]


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_repeated_piece_is_redacted_in_bounded_time(seed: str):
    once = redact_text((seed * (LENGTH // len(seed) + 1))[:LENGTH])
    assert redact_text(once) == once


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_a_hundred_thousand_characters_of_everything_are_redacted_in_bounded_time():
    text = "".join(seed * (100_000 // len(SEEDS) // len(seed) + 1) for seed in SEEDS)[:100_000]
    once = redact_text(text)
    assert redact_text(once) == once


@pytest.mark.parametrize("group", ["1", "12", "123", "1234"])
def test_the_windows_over_digit_groups_grow_with_the_groups(group: str):
    def count(groups: int) -> int:
        (run,) = digit_runs(" ".join([group] * groups))
        return sum(1 for _ in group_windows(run, 13, 19))

    grown = count(2000) - count(1000)
    assert grown == count(3000) - count(2000)
    assert grown <= 7 * 1000
