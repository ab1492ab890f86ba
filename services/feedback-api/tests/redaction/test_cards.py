"""Payment cards (test numbers that the card networks publish) and long numbers that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.redaction.recognisers.payment_cards import passes_luhn
from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "41 11 11 11 11 11 11 11",
        "4222222222222",
        "5555555555554444",
        "2223 0031 2200 3222",
        "3782 822463 10005",
        "3056 930902 5904",
        "6011-1111-1111-1117",
        "6304 0000 0000 0000 000",
    ],
)
def test_a_number_with_its_check_digit_is_a_card(number: str):
    assert redact_text(f"They charged {number} twice.") == "They charged [card] twice."


def test_a_card_is_found_between_other_numbers():
    assert redact_text("2 4111 1111 1111 1111 5") == "2 [card] 5"


def test_after_a_cue_a_mistyped_card_goes_too():
    assert redact_text("card no. 4111 1111 1111 1112") == "card no. [card]"


@pytest.mark.parametrize(
    "text",
    [
        "Serial 4111 1111 1111 1112",
        "Tracking 9400100000000000000000",
        "Parcel 12345678901234567890",
        "Meter 0000 4111 2222",
        "Receipt 1000 2000 3000 4007",
        "Tolls 100 200 300 400 500 600",
    ],
)
def test_a_long_number_without_check_digit_or_issuer_stays(text: str):
    assert redact_text(text) == text


def test_luhn_agrees_with_the_example_of_the_standard():
    # ISO/IEC 7812-1 annex B works with 4992 73 9871 and the check digit 6.
    assert passes_luhn("49927398716")
    assert not passes_luhn("49927398717")


@given(st.from_regex(r"[0-9]{12,18}", fullmatch=True))
def test_exactly_one_check_digit_fits(body: str):
    assert sum(passes_luhn(body + digit) for digit in "0123456789") == 1
