"""One line through the whole house: declared, sent on three channels, corrected, taken back, counted once, kept."""

import httpx
import pytest

from tests.e2e.conftest import BOTH_MODES, declare, new_town
from tests.e2e.running import Embedded, Running

pytestmark = pytest.mark.slow


class House:
    """What a person with a key and a token can do."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.town = new_town()
        self.service = f"{self.town}-permits"
        self.years = {"from": "2026-01-01", "to": "2027-01-01"}
        with running.client() as client:
            self.key = declare(client, self.town)
        while self.send("responses", []).status_code != 202:
            pass

    def send(self, kind: str, body: object) -> httpx.Response:
        return httpx.post(
            f"{self.running.feedback}/v1/{kind}", json=body, headers={"Authorization": f"Bearer {self.key}"}
        )

    def row(self, metric: str, **query: str) -> dict:
        with self.running.client() as client:
            year = {"service": self.service, **self.years}
            self.running.settled(measure="responses", **year)
            (row,) = client.rows(metric, **year, **query)
            return row

    def voices(self, token: str | None) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.get(f"{self.running.metrics}/v1/responses?service={self.service}", headers=bearer)

    def answer(self, number: int, overall: int, **more: object) -> dict[str, object]:
        said = {"form_id": f"{self.town}-short", "occurred_at": "2026-03-05T12:00:00-05:00"}
        return {"id": f"r{number}", **said, "answers": {"overall": overall}, **more}


@pytest.mark.slow
@pytest.mark.parametrize("running", BOTH_MODES, indirect=True)
def test_what_three_channels_say_is_counted_once_and_survives_a_kill(running: Running):
    house = House(running)
    assert house.send("responses", [house.answer(n, 4) for n in range(40)]).json() == {"accepted": 40, "rejected": []}
    assert house.send("responses", [house.answer(n, 4) for n in range(20)]).status_code == 202  # sent again
    assert house.send("responses", house.answer(0, 1, revision=1)).status_code == 202  # corrected
    receipt = house.send("responses", house.answer(1, 4)).json()["receipt"]
    assert httpx.delete(f"{running.feedback}/v1/receipts/{receipt}").status_code == 202
    call = {"id": "c1", "kind": "call", "channel": "phone", "started_at": "2026-03-05T12:00:00Z", "wait_s": 12}
    call |= {"answered_at": "2026-03-05T12:00:12Z", "ended_at": "2026-03-05T12:03:00Z", "talk_s": 168}
    assert house.send("interactions", {**call, "outcome": "answered"}).status_code == 202
    tally = {"service_id": house.service, "channel": "website", "measure": "transactions", "grain": "month"}
    assert house.send("tallies", {**tally, "start": "2026-03-01", "bins": {"completed": 7, "failed": 3}}).is_success
    figures = {
        "top2": house.row("top2.v1", measure="satisfaction"),
        "asa": house.row("asa.v1"),
        "completion": house.row("completion.v1"),
    }
    assert (figures["top2"]["numerator"], figures["top2"]["n"]) == (38, 39)
    assert (figures["asa"]["value"], figures["asa"]["n"]) == (12.0, 1)
    assert (figures["completion"]["numerator"], figures["completion"]["n"]) == (7, 10)
    running.kill()
    running.start()
    assert house.row("top2.v1", measure="satisfaction") == figures["top2"]
    assert house.row("asa.v1") == figures["asa"]
    assert house.row("completion.v1") == figures["completion"]


@pytest.mark.parametrize("running", BOTH_MODES, indirect=True)
def test_personal_data_never_reach_the_disk(running: Running):
    house = House(running)
    text = "Ask jo.public@example.org or 415-555-0132."
    said = house.answer(1, 2, person="jo.public@example.org")
    said["answers"] = {"overall": 2, "comment": text}
    assert house.send("responses", said).status_code == 202
    assert house.row("mean.v1", measure="satisfaction")["n"] == 1
    assert house.voices(None).status_code == 401
    (voice,) = house.voices(running.token).json()["items"]
    assert voice["comments"] == {"comment": "Ask [email] or [phone]."}
    running.stop()
    for path in running.files():
        assert b"jo.public" not in path.read_bytes(), path
        assert b"555-0132" not in path.read_bytes(), path


def test_the_front_page_needs_no_login_and_calls_no_other_site(embedded: Embedded):
    page = httpx.get(f"{embedded.base}/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "Nothing has been measured yet" in page.text
    assert "http" not in page.text.replace(embedded.base, "").replace("https://www.w3.org", "")
    for room in ("feedback", "catalogue", "metrics"):
        docs = httpx.get(f"{embedded.base}/api/{room}/docs")
        assert docs.status_code == 200
        assert f"/api/{room}/docs/swagger-ui-bundle.js" in docs.text
        assert httpx.get(f"{embedded.base}/api/{room}/docs/swagger-ui-bundle.js").status_code == 200
        assert httpx.get(f"{embedded.base}/api/{room}/openapi.json").json()["openapi"].startswith("3.1")
