"""From each vendor's own records to the metrics API: the figures that somebody worked out by hand."""

from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import declare, new_town, until_known
from tests.e2e.running import Embedded

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "services/feedback-api/tests/vendor_examples"
COLUMNS = {
    "id": "CALL ID", "started_at": "TIMESTAMP", "answered_at": "ANSWERED", "ended_at": "ENDED", "person": "ANI",
    "outcome": "DISPOSITION", "wait_s": "QUEUE WAIT TIME", "talk_s": "TALK TIME", "hold_s": "HOLD TIME",
    "wrap_up_s": "AFTER CALL WORK TIME",
}  # fmt: skip
RULES = [
    {"field": "DISPOSITION", "value": "Resolved", "outcome": "answered"},
    {"field": "DISPOSITION", "value": "Abandon", "outcome": "abandoned"},
]
FIGURES = {
    # waits 40 and 20; one of three left; handling 250, 110 and 170
    "amazon-connect": {"asa.v1": (30, 2), "abandonment.v1": (1 / 3, 3), "aht.v1": (530 / 3, 3)},
    # waits 45; one of two left (the third never queued); handling 150 and 330
    "genesys-cloud": {"asa.v1": (45, 1), "abandonment.v1": (1 / 2, 2), "aht.v1": (240, 2)},
    # waits 40 and 20; one of three left; handling 230, the other not told
    "twilio": {"asa.v1": (30, 2), "abandonment.v1": (1 / 3, 3), "aht.v1": (230, 1)},
    # waits 30 and 10; one of three left; handling 340 and 120
    "generic-csv": {"asa.v1": (20, 2), "abandonment.v1": (1 / 3, 3), "aht.v1": (230, 2)},
    # opened at 15:00:00, solved at 17:00:00.717
    "zendesk": {"quantile.v1": (7200.717, 1)},
}
FILES = {"generic-csv": ("generic-csv.csv", "text/csv")}


def connector(vendor: str) -> dict[str, object]:
    more = {"columns": COLUMNS, "dates": "month_first", "rules": RULES} if vendor == "generic-csv" else {}
    return {"vendor": vendor, **more}


def send(house: Embedded, vendor: str, key: str) -> None:
    name, kind = FILES.get(vendor, (f"{vendor}.json", "application/json"))
    answer = httpx.post(
        f"{house.feedback}/v1/connectors/{vendor}/{vendor}",
        content=(EXAMPLES / name).read_bytes(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": kind},
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["rejected"] == []
    assert answer.json()["without_service"] == 0


def test_each_vendors_example_gives_the_figures_worked_out_by_hand(embedded: Embedded):
    town = new_town()
    with embedded.client() as client:
        declare(client, town)
        keys: dict[str, str] = {}
        for vendor in FIGURES:
            service = {"agency_id": town, "department_id": f"{town}-hall", "name": {"en": vendor}}
            client.put("services", f"{town}-{vendor}", service)
            source = {
                "agency_id": town, "name": vendor, "kind": "contact centre", "accepts": ["interactions"],
                "service_ids": [f"{town}-{vendor}"], "default_channel": "phone", "connectors": [connector(vendor)],
            }  # fmt: skip
            client.put("sources", vendor, source)
            keys[vendor] = client.new_key(vendor)
            until_known(embedded, keys[vendor], f"connectors/{vendor}/{vendor}")
        for vendor in [*FIGURES, *FIGURES]:  # all of it twice: nothing is counted twice
            send(embedded, vendor, keys[vendor])
        for vendor, figures in FIGURES.items():
            year = {"service": f"{town}-{vendor}", "from": "2026-01-01", "to": "2027-01-01"}
            embedded.settled(measure="outcome", **year)
            for metric, (value, n) in figures.items():
                asked = {"measure": "resolution", "p": "0.5"} if metric == "quantile.v1" else {}
                (row,) = client.rows(metric, **year, **asked)
                assert (row["value"], row["n"]) == (pytest.approx(value, rel=0.01 if asked else 1e-6), n), vendor
    embedded.stop()
    for path in embedded.files():
        content = path.read_bytes()
        for personal in (b"6175550", b"617-555-01", b"maria.gonzalez", b"Maria Gonzalez", b"Jo Doe", b"Sam Lee"):
            assert personal not in content, (path, personal)
