"""Web addresses: private ones go as a whole, plain public ones stay."""

import pytest

from feedback_api.redaction.redact import redact_text


@pytest.mark.parametrize(
    "address",
    [
        "https://portal.example.gov/reset?token=abc",
        "https://portal.example.gov/reset/8f14e45fceea167a5a36dedd4bea2543",
        "https://example.gov/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "https://example.gov/cb#access_token=x&state=1",
        "https://example.gov/cb?code=a1b2c3d4",
        "https://jo:secret@example.org/files",
        "postgresql://jo:secret@db.example.org/x",
        "https://example.gov/?customerEmail=x",
        "https://example.gov/u/jo%40example.org",
        "https://example.gov/u/jo@example.org",
        "www.example.gov/apply?email=jo&step=2",
        "/apply?first_name=Jo&step=2",
        "apply?first_name=Jo",
        "https://example.gov/call/415-555-0132",
        "https://example.gov/id/536-22-1234",
        "http://203.0.113.7/setup",
        "http://[2001:db8::1]/setup",
    ],
)
def test_an_address_that_lets_in_or_names_someone_goes_as_a_whole(address: str):
    assert redact_text(f"See {address}, it fails.") == "See [url], it fails."


@pytest.mark.parametrize(
    "text",
    [
        "See https://www.example.gov/parking?page=2&sort=date for the rules.",
        "https://example.gov/annual-report-2018.pdf",
        "https://example.gov/AnnualPerformanceReport2018.pdf",
        "https://example.gov/news/2018/06/01/4155550132",
        "https://example.gov/People/John-Smith",
        "https://example.gov/cb?code=A11",
        "www.example.gov/permits#fees",
        "https://example.org/@user/post",
        "Really?yes=no",
        "Is 2+2=4?",
        "https://",
    ],
)
def test_a_plain_public_address_stays(text: str):
    assert redact_text(text) == text
