"""Ways to write numbers and addresses that early readers met, and what looks like them."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my number 22 91 47 35 is dead", "my number [phone] is dead"),
        ("write to 041 555 0132 please", "write to [phone] please"),
        ("write to 0441 555 01 32 please", "write to [phone] please"),
        ("5550 1327 office", "[phone] office"),
        ("it was 555 013 27-Fax, no answer", "it was [phone]-Fax, no answer"),
        ("nobody answering at 5550 1327", "nobody answering at [phone]"),
        ("registered 5550 13 27 with you", "registered [phone] with you"),
        ("driver's license D123-4567-8901", "driver's license [national-id]"),
        ("my DL# 12345678 expired", "my DL# [national-id] expired"),
        ("card 501234567896", "card [card]"),
        ("i live at 45 elm st near the park", "i live at [address] near the park"),
        ("i live at 123 main street", "i live at [address]"),
        ("the leak at 123 main street is back", "the leak at [address] is back"),
        ("my house is 7 oak street", "my house is [address]"),
        ("my address is 5 main road", "my address is [address]"),
    ],
)
def test_more_formats_are_found(text: str, expected: str):
    assert redact_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the steps were 20 30 40 50 and no more",
        "case 501234567896 is open",
        "file 501234567896",
        "45 minutes st",
        "i waited 45 minutes in the street",
        "they fixed 12 main street lights",
        "i live on 2 different streets",
        "i live at 5 minutes way",
        "there are 10 main roads here",
        "Sun Feb 12 the office was closed",
        "open Jan Mar and Sun Mar 3",
        "we waited 20 30 or more minutes",
    ],
)
def test_what_looks_like_them_stays(text: str):
    assert redact_text(text) == text
