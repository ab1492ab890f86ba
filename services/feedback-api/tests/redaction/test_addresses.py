"""Street addresses, English and Spanish, and streets without a house."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    "address",
    [
        "123 Main Street",
        "1600 Pennsylvania Ave NW, Washington, DC 20500",
        "42 Elm St, Apt 4B",
        "42 Elm St. #12",
        "350 W 42nd St, New York, NY 10036-1234",
        "10 Downing Street, London SW1A 2AA",
        "221B Baker Street",
        "123-45 Martin Luther King Jr Blvd",
        "15 St. James Place",
        "7 O'Connell Road",
        "4500 Highway 41",
        "88 County Road 12",
        "1234 maple street",
        "PO Box 1234",
        "P.O. Box 77, Springfield, IL 62701",
        "123 Calle Real",
        "Calle Mayor 12",
        "Calle de Alcalá, 45, 3º B, 28014 Madrid",
        "C/ Luna 8",
        "Av. Insurgentes Sur 1602, Col. Crédito Constructor",
        "Avenida 16 de Septiembre 20",
        "Paseo de la Reforma 222, piso 3",
        "avenida de la constitución n.º 5",
        "calle mayor, 12",
        "Carrera 7 # 12-34",
        "Apartado postal 55",
    ],
)
def test_an_address_is_replaced_with_what_belongs_to_it(address: str):
    assert redact_text(f"I live at {address}; come soon.") == "I live at [address]; come soon."


@pytest.mark.parametrize(
    "text",
    [
        "Smallhouse Rd (at Campbell Ln) needs three lanes.",
        "Main Street has 3 crosswalks.",
        "I drove 20 miles down the road.",
        "A 45 minute drive, a 2 way street, a 4 lane highway.",
        "5 people on the street helped.",
        "2 doctors close early",
        "$20 Main Street pass",
        "La calle tiene 3 baches.",
        "La avenida Juárez tiene 2 carriles.",
        "En la plaza hay 20 personas.",
        "Pasé por la calle 3 veces.",
    ],
)
def test_a_street_without_a_house_stays(text: str):
    assert redact_text(text) == text


def test_the_sentence_after_an_address_stays():
    assert (
        redact_text("Vivo en Calle Mayor 12, 28013 Madrid. Gracias por todo.") == "Vivo en [address]. Gracias por todo."
    )
