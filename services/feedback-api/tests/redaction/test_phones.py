"""Telephone numbers, and the counts, dates, prices and case numbers that are none."""

import pytest

from feedback_api.redaction.redact import find_spans, redact_text


@pytest.mark.parametrize(
    "number",
    [
        "415-555-0132",
        "202-555-0143",
        "(202) 555-0143",
        "(202)555-0143",
        "202.555.0143",
        "202 555 0143",
        "2025550143",
        "1-202-555-0143",
        "+1 202 555 0143",
        "+1 (202) 555-0143",
        "202-555-0143 ext. 22",
        "202-555-0143 x22",
        "020 7946 0958",
        "0161 496 0123",
        "07700 900123",
        "07700900123",
        "+44 (0)20 7946 0958",
        "+442079460958",
        "0033 1 99 00 12 34",
        "01 99 00 12 34",
        "+52 55 1234 5678",
        "+52 1 55 1234 5678",
        "55 1234 5678",
        "(55) 1234-5678",
        "222 123 4567",
        "612 345 678",
        "91 123 45 67",
        "+34 612 34 56 78",
        "+57 300 1234567",
    ],
)
def test_a_number_of_telephone_shape_needs_no_cue(number: str):
    assert redact_text(f"It rang, {number} was busy.") == "It rang, [phone] was busy."


@pytest.mark.parametrize(
    "text",
    [
        "call me at 555-0143",
        "Tel.: 5550143",
        "my number is 612345678",
        "llámenme al 2222 3333 44",
        "celular 300-1234567",
        "whatsapp: 5 5123 45678",
        "fax 98765432",
    ],
)
def test_after_a_cue_any_grouping_is_a_number(text: str):
    assert [span.kind for span in find_spans(text)] == ["phone"]
    assert not any(character.isdigit() for character in redact_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "I waited 45 minutes on 2018-06-01 at 10:30.",
        "They called 2018-06-01 and again 01/02/2015.",
        "I called 3 times in 2018 and 4 times in 2019.",
        "Llamé el 12.05.2018 por la tarde.",
        "Open 2015-2016 and 2017-2018.",
        "Case 101001241058 was closed.",
        "case number 2025550143",
        "Order #4155550132 is late.",
        "I called about ticket 55501432",
        "They took $1,234,567.89 and 1 234 567 more.",
        "It cost $2025550143 in total.",
        "Pagué 612 345 678 pesos de más.",
        "a town of 612 345 678 people",
        "Rooms 101 102 103 and 104 are cold.",
        "Pages 100-1200 are missing.",
        "ZIP 94103-1234",
        "ISBN 978-3-16-148410-0",
        "37.7749 -122.4194",
        "11 22 33 44 55",
        "REF415555013 is mine",
        "12-345-67890-1234 is the part",
        "I dialled 311 and 911.",
        "call 555-0143-9911-1234-8",
    ],
)
def test_other_numbers_stay(text: str):
    assert redact_text(text) == text


def test_two_numbers_in_a_row_are_two():
    assert redact_text("415-555-0132 202-555-0143") == "[phone] [phone]"
    assert redact_text("415-555-0132/202-555-0143") != "415-555-0132/202-555-0143"
