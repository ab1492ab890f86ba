"""National identifiers: by shape and check rule alone, by cue whatever their check, and look-alikes."""

import pytest

from feedback_api.redaction.recognisers.national_ids import IDENTIFIERS
from feedback_api.redaction.redact import redact_text

BY_CUE = {
    "US SSN and ITIN": [
        "my SSN is 219-09-9999",
        "ssn 123456789",
        "social security number: 000 00 0000",
        "ITIN 912.70.1234",
    ],
    "US SSN, masked": ["SSN xxx-xx-1234", "social #####1234"],
    "US Medicare": ["Medicare 1EG4TE5MK73", "MBI: 9AA9-AA9-AA99"],
    "US alien number": ["alien number A123456789", "A-Number: 12345678"],
    "UK National Insurance": ["NI number QQ 12 34 56 C", "national insurance zz123456d", "nino AB123456"],
    "UK NHS": ["NHS number 943 476 5918", "nhs no 9434765919"],
    "Canadian SIN": ["my SIN is 046 454 286", "SIN 123456789", "social insurance number 000-000-000"],
    "Mexican CURP": ["curp godx561231hdfrrn00", "CURP: GODE561231HDFRRN09"],
    "Mexican RFC of a person": ["RFC GODE561231GR8", "r.f.c. GODE-561231"],
    "Spanish DNI and NIE": ["DNI 12345678A", "dni 12.345.678", "NIE X-1234567-A"],
    "Identity card, Latin America": ["mi cédula 1.020.304.050", "documento 12345678", "c.c. 1020304050"],
    "Chilean RUT": ["RUT 12.345.678-9", "rut 12345678-k"],
    "Argentine CUIL": ["CUIL 20-12345678-1", "cuit 20123456781"],
    "Brazilian CPF": ["CPF 123.456.789-00", "cpf 12345678900"],
    "French NIR": ["NIR 1 85 05 78 006 084 00", "sécurité sociale 185057800608436"],
    "Italian codice fiscale": ["codice fiscale RSSMRA85T10A562X"],
    "Australian TFN": ["TFN 123 456 789", "tax file number 12345678"],
    "Indian Aadhaar": ["Aadhaar 1234 5678 9012", "aadhar 123456789012"],
    "Passport": ["passport X1234567", "pasaporte número 123456789"],
    "Driving licence": ["driver's license number D1234567", "licencia de conducir 12345678"],
}
ALONE = [
    "536-22-1234",
    "536 22 1234",
    "912-70-1234",
    "XXX-XX-1234",
    "1EG4-TE5-MK73",
    "AB123456C",
    "JG 10 37 59 A",
    "046-454-286",
    "GODE561231HDFRRN09",
    "GODE561231GR8",
    "12345678Z",
    "X1234567L",
    "12.345.678-5",
    "20-12345678-6",
    "390.533.447-05",
    "2 95 10 99 126 111 93",
    "RCCMNL83S18D969H",
]


@pytest.mark.parametrize("text", [text for texts in BY_CUE.values() for text in texts])
def test_shape_and_cue_suffice_whatever_the_check(text: str):
    assert redact_text(f"Hello, {text}.").endswith(" [national-id].")


def test_every_row_of_the_registry_has_an_example():
    assert {identifier.name for identifier in IDENTIFIERS} == set(BY_CUE)


@pytest.mark.parametrize("number", ALONE)
def test_a_valid_number_of_a_telling_shape_needs_no_cue(number: str):
    assert redact_text(f"They printed {number} outside.") == "They printed [national-id] outside."


@pytest.mark.parametrize(
    "text",
    [
        "Part 000-12-3456 does not fit.",
        "Part 666-12-3456 does not fit.",
        "Form 123-45-678 is outdated.",
        "Item 123-456-789 is sold out.",
        "Bolt GB123456C is missing.",
        "Road A12 34 C is closed.",
        "Aula 12345678A no existe.",
        "Lote 12.345.678-9 agotado.",
        "La norma 12.345 se aplica sin costo de 1000 pesos.",
        "Permit BX-2018-0042 expired.",
        "The SSN field is required, 3 times.",
        "Route 36-50-1234A is closed.",
        "Serial 1536-22-1234 and 536-22-12345",
        "Ni 12 ni 14 personas vinieron en 2018 y 2019.",
    ],
)
def test_numbers_of_other_things_stay(text: str):
    assert redact_text(text) == text
