"""Names by introduction, title, signature and list; places and complaints about names."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My name is Xiomara Quispe and I wait", "My name is [name] and I wait"),
        ("my name is john smith and i wait", "my name is [name] and i wait"),
        ("My name's Will.", "My name's [name]."),
        ("Name: Thandiwe Nkosi", "Name: [name]"),
        ("His name is Bertold", "His name is [name]"),
        ("Me llamo Ana María de la Cruz y espero", "Me llamo [name] y espero"),
        ("mi nombre es itzel xool", "mi nombre es [name]"),
        ("Mr Jones was rude", "Mr [name] was rude"),
        ("MRS. OKONKWO", "MRS. [name]"),
        ("mrs smith shouted", "mrs [name] shouted"),
        ("Dr. J. K. Patel's office", "Dr. [name]'s office"),
        ("La Sra. Domínguez no vino", "La Sra. [name] no vino"),
        ("el doctor Quispe no vino", "el doctor [name] no vino"),
        ("Officer Ramirez helped", "Officer [name] helped"),
        ("Signed, Thandiwe Nkosi", "Signed, [name]"),
        ("Kind regards,\njo okonkwo", "Kind regards,\n[name]"),
        ("Atentamente, Yuridia Canché", "Atentamente, [name]"),
        ("Jennifer was great. The staff too.", "[name] was great. The staff too."),
        ("Thanks to Priya and Mohammed!", "Thanks to [name] and [name]!"),
        ("JENNIFER WAS GREAT", "[name] WAS GREAT"),
        ("Peter's attitude", "[name]'s attitude"),
        ("I am Abelone Quisling and I pay", "I am [name] and I pay"),
        ("I spoke to Abelone Quisling twice", "I spoke to [name] twice"),
        ("habla Tlalli Xool, otra vez", "habla [name], otra vez"),
        ("I met Mark Johnson there", "I met [name] there"),
        ("I met Anna-Maria O'Brien there", "I met [name] there"),
    ],
)
def test_a_name_goes_and_its_cue_stays(text: str, expected: str):
    assert redact_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "My name is misspelled on the card.",
        "My name is not on the list.",
        "Street name: unknown",
        "I signed up in June.",
        "Sincerely disappointed.",
        "In regards to parking, no.",
        "The doctor said to wait.",
        "Will you fix it? May I ask? Mark the lanes. Grant money is gone.",
        "San Francisco and Santa Maria are far.",
        "Martin County and the Thomas Jefferson Library",
        "Skating rink on Gordon ave.",
        "A Dark Sky Complaint was filed.",
        "La calle Francisco Madero está cerrada.",
        "Bring a Trader Joe's downtown.",
        "In Austin Texas it works.",
        "See the Mr. at the door.",
        "FAITH IN GRANT MONEY",
        "I am African American. I am Puerto Rican. I spoke to Social Security.",
        "This is North Dakota",
        "McDonald and iJohn are one word",
    ],
)
def test_what_is_no_person_stays(text: str):
    assert redact_text(text) == text


def test_a_tenants_place_names_are_no_people():
    places = frozenset({"James Cook", "travis", "Graves Gilbert", "Dr. Phillips"})
    text = "James Cook hospital, Travis, Graves Gilbert, Lake Travis and Dr Phillips are places"
    assert redact_text(text, place_names=places) == text
    assert redact_text(text) != text


def test_a_cue_outranks_the_place_names():
    places = frozenset({"Travis"})
    assert redact_text("My name is Travis. Mr Travis left.", place_names=places) == "My name is [name]. Mr [name] left."


def test_a_place_name_covers_only_itself():
    assert redact_text("Maria Travis called", place_names=frozenset({"Travis"})) == "[name] called"
