"""International bank account numbers, with the examples of the IBAN registry."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    "account",
    [
        "GB82 WEST 1234 5698 7654 32",
        "GB82WEST12345698765432",
        "gb82 west 1234 5698 7654 32",
        "DE89370400440532013000",
        "ES91 2100 0418 4502 0005 1332",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    ],
)
def test_a_sound_number_is_replaced_and_the_next_word_stays(account: str):
    assert redact_text(f"Refund to {account} please") == "Refund to [iban] please"


def test_after_the_cue_an_unsound_number_goes_too():
    assert redact_text("IBAN: ES00 2100 0418 4502 0005 1332") == "IBAN: [iban]"


@pytest.mark.parametrize(
    "text",
    [
        "Model GB82 WEST 1234 5698 7654 33",
        "Code DE12345678",
        "ES91 is a road",
        "Serial ZZ82 WEST 1234 5698 7654 32 0000",
    ],
)
def test_codes_that_begin_alike_stay(text: str):
    assert redact_text(text) == text
