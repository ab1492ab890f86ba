"""Dates of birth by cue; every other date stays."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DOB 12/05/1980", "DOB [date-of-birth]"),
        ("D.O.B.: 12.5.80!", "D.O.B.: [date-of-birth]!"),
        ("dob 05121980", "dob [date-of-birth]"),
        ("DOB: 1980", "DOB: [date-of-birth]"),
        ("date of birth is May 1980", "date of birth is [date-of-birth]"),
        ("I was born on May 12, 1980 in Ohio", "I was born on [date-of-birth] in Ohio"),
        ("born the 3rd of June 1975", "born the [date-of-birth]"),
        ("born 1980-05-12", "born [date-of-birth]"),
        ("My birthday is 12 May.", "My birthday is [date-of-birth]."),
        ("12-05-1980 is my date of birth", "[date-of-birth] is my date of birth"),
        ("12/05/1980 (DOB)", "[date-of-birth] (DOB)"),
        ("Nací el 3 de mayo de 1981", "Nací el [date-of-birth]"),
        ("nacida el 3-5-1981 en Puebla", "nacida el [date-of-birth] en Puebla"),
        ("fecha de nacimiento: 03/05/1981", "fecha de nacimiento: [date-of-birth]"),
        ("F. Nac. 03.05.81", "F. Nac. [date-of-birth]"),
        ("mi cumpleaños es el 15 de marzo", "mi cumpleaños es el [date-of-birth]"),
    ],
)
def test_the_date_goes_and_the_cue_stays(text: str, expected: str):
    assert redact_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The office opened on May 12, 1980.",
        "Submitted 12/05/2018, approved 13/05/2018.",
        "The programme was born in 2012.",
        "El parque nació en 2012.",
        "I was born here. The office opened 12/05/1980.",
        "La cita es el 3 de mayo de 2018.",
        "A stubborn 12/05/2018 deadline",
        "Born 2 days early",
    ],
)
def test_a_date_of_anything_else_stays(text: str):
    assert redact_text(text) == text
