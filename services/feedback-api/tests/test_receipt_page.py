"""The page of a receipt: it names little, erases on its button only, and its address is logged nowhere."""

import pytest
from structlog.testing import capture_logs

from feedback_api.intake.receipts import ReceiptCodec, ReceiptTarget
from soundings.events.response import ResponseRetracted
from soundings.log.port import LogUnavailable

from .conftest import SECRET, Listening

TARGET = ReceiptTarget("web", "response", None, "public:r-1", "visit")


def receipt_of(target: ReceiptTarget = TARGET) -> str:
    return ReceiptCodec(SECRET.encode()).seal_receipt(target)


def erased(ear: Listening) -> list[object]:
    return [event for event in ear.events() if isinstance(event, ResponseRetracted)]


async def test_the_page_names_form_and_agency_and_erases_nothing(ear: Listening):
    for method, status in (("GET", 200), ("HEAD", 405)):
        found = await ear.http.request(method, f"/r/{receipt_of()}", headers={"sec-purpose": "prefetch"})
        assert found.status_code == status
    shown = await ear.http.get(f"/r/{receipt_of()}", headers={"accept-language": "es"})
    assert "Su visita" in shown.text
    assert "sf" in shown.text
    assert "r-1" not in shown.text
    assert "<script" not in shown.text
    assert 'name="robots" content="noindex"' in shown.text
    assert "ya publicadas" in shown.text
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert shown.headers["x-robots-tag"] == "noindex"
    assert "script-src" not in shown.headers["content-security-policy"]
    assert erased(ear) == []


async def test_the_button_erases_and_twice_does_no_harm(ear: Listening):
    for _ in range(2):
        done = await ear.http.post(f"/r/{receipt_of()}")
        assert (done.status_code, done.headers["cache-control"]) == (200, "no-store")
        assert "Your answer is erased." in done.text
    assert {(event.record_id, event.source_id, event.reason) for event in erased(ear)} == {
        ("public:r-1", "web", "erasure")
    }


async def test_an_older_receipt_without_its_form_still_works(ear: Listening):
    old = receipt_of(ReceiptTarget("web", "response", None, "public:r-2"))
    shown = await ear.http.get(f"/r/{old}")
    assert (shown.status_code, "Your visit" in shown.text) == (200, False)
    assert (await ear.http.post(f"/r/{old}")).status_code == 200
    assert len(erased(ear)) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_is_no_receipt_is_a_page_with_404(ear: Listening, method: str):
    odd = receipt_of(ReceiptTarget("web", "invoice", None, "r-1"))
    for code in ("x", receipt_of()[:-1], "x" * 300, odd):
        found = await ear.http.request(method, f"/r/{code}", headers={"accept-language": "ar"})
        assert (found.status_code, 'dir="rtl"' in found.text) == (404, True)
        assert found.headers["referrer-policy"] == "no-referrer"
    assert ear.stored() == []


async def test_a_legal_hold_refuses_politely(ear: Listening):
    await ear.publish(ear.scribe.source("web", "sf", service_ids=["airport"], accepts=["responses"], legal_hold=True))
    refused = await ear.http.post(f"/r/{receipt_of()}")
    assert (refused.status_code, "Nothing was erased" in refused.text) == (409, True)
    assert erased(ear) == []


async def test_a_log_that_is_away_is_said_on_the_page(ear: Listening):
    ear.log.store.fault = LogUnavailable("no broker")
    assert "try again" in (await ear.http.post(f"/r/{receipt_of()}")).text


async def test_its_address_is_not_logged(ear: Listening):
    with capture_logs() as logs:
        await ear.http.get(f"/r/{receipt_of()}")
        await ear.http.post(f"/r/{receipt_of()}")
    assert {"feedback.receipts.show", "feedback.receipts.erase_by_page"} <= {str(line.get("route")) for line in logs}
    assert receipt_of() not in repr(logs)
