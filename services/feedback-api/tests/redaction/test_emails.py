"""E-mail addresses and what only looks like one."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    "address",
    [
        "jo.public@example.org",
        "ana@gob.mx",
        "m.okafor+permits@council.gov.uk",
        "josé.ñandú@correo.gob.ar",
        "ΕΛΕΝΗ@παράδειγμα.ελ",
        "o'neil@example.ie",
        "jo@xn--exmple-cua.xn--p1ai",
        '"jo public"@example.org',
        "jo@[192.0.2.7]",
        "jo @ example.org",
        "jo (at) example.org",
        "jo [at] example [dot] org",
        "jo at example dot org",
        "jo arroba gob punto mx",
    ],
)
def test_an_address_is_replaced_as_a_whole(address: str):
    assert redact_text(f"Reply to {address}, please.") == "Reply to [email], please."


@pytest.mark.parametrize(
    "text",
    [
        "The @mayor account is silent.",
        "We met @ noon at the library.",
        "Two seats @ $15.00 each, one @15.00",
        "Ask at the desk dot the i",
        "@@@ what?",
        "a@b",
        "jo@",
        "@example.org",
        "Meet me (at) noon",
    ],
)
def test_an_at_sign_alone_is_no_address(text: str):
    assert redact_text(text) == text


def test_the_full_stop_and_brackets_around_an_address_stay():
    assert redact_text("(jo@example.org). <ana@gob.mx>; 'kim@example.org'") == "([email]). <[email]>; '[email]'"
