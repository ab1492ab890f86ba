"""Internet addresses, and the versions, sections and times that look like them."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    "address",
    [
        "192.168.14.20",
        "203.0.113.7",
        "10.0.0.1",
        "2001:db8::1",
        "2001:db8:85a3::8a2e:370:7334",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "fe80::1ff:fe23:4567:890a%eth0",
        "::ffff:203.0.113.7",
    ],
)
def test_an_address_is_replaced(address: str):
    assert redact_text(f"Blocked from {address}, why?") == "Blocked from [ip], why?"


def test_four_single_digits_are_an_address_only_after_a_cue():
    assert redact_text("My IP is 8.8.8.8") == "My IP is [ip]"
    assert redact_text("Paragraph 8.8.8.8") == "Paragraph 8.8.8.8"
    assert redact_text("Released 1.2.3.4 today") == "Released 1.2.3.4 today"


@pytest.mark.parametrize(
    "text",
    [
        "Version 10.15.7.1 crashes.",
        "app v2.10.0.14 crashes",
        "Chrome 120.0.6099.109",
        "See section 14.2.11.3 of the guide.",
        "Weights 300.1.2.3 and 01.02.03.04",
        "1.22.3.4.5 is a clause",
        "It took 10:30:45.",
        "Ratio 1:2:3",
        "Use std::vector or a::b",
        "MAC 00:1A:2B:3C:4D:5E",
        "localhost is ::1",
    ],
)
def test_look_alikes_stay(text: str):
    assert redact_text(text) == text
