"""What a program sent to a form is taken, held out of every figure, shown to staff, and released by a person."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest

from tests.e2e.running import Running
from tests.e2e.test_one_line_through_the_house import House

pytestmark = pytest.mark.slow

FIGURES = ("mean.v1", "top2.v1", "bottom2.v1")


def figures(house: House) -> Mapping[str, object]:
    rows = {metric: house.row(metric, measure="satisfaction") for metric in FIGURES}
    rows["responses"] = house.row("count.v1", measure="responses")
    return rows


def public_id(name: str) -> str:
    """The id, for staff, of the answer that a browser sent under the UUID of a name."""
    return f"public:{uuid5(NAMESPACE_URL, name)}"


def answer_the_form(house: House, name: str, overall: int, **clues: object) -> None:
    item = {"id": public_id(name).removeprefix("public:"), **clues}
    answers = {"overall": overall, "comment": f"What I wanted to say under {name}."}
    door = f"{house.running.feedback}/v1/forms/{house.town}-short/responses"
    assert httpx.post(door, json={**item, "answers": answers}).status_code == 202


def review(house: House, name: str, verdict: str) -> None:
    body = {"source_id": f"{house.town}-everything", "id": public_id(name), "verdict": verdict, "reason": "looked at"}
    bearer = {"Authorization": f"Bearer {house.running.token}"}
    assert httpx.post(f"{house.running.feedback}/v1/reviews", json=body, headers=bearer).status_code == 202


def held(house: House) -> dict[str, dict]:
    bearer = {"Authorization": f"Bearer {house.running.token}"}
    query = {"service": house.service, "quarantined": "true"}
    found = httpx.get(f"{house.running.metrics}/v1/responses", params=query, headers=bearer).json()["items"]
    return {item["id"]: item for item in found}


def test_quarantine_and_release_change_the_figures_by_exactly_what_the_response_contributes(running: Running):
    house = House(running)
    this_year = datetime.now(UTC).year
    house.years = {"from": f"{this_year - 1}-01-01", "to": f"{this_year + 2}-01-01"}
    for number in range(1, 6):
        answer_the_form(house, f"p{number}", number, website="", elapsed_ms=20_000)
    before = figures(house)
    assert before["responses"]["n"] == 5
    answer_the_form(house, "bot", 1, website="https://pills.example", elapsed_ms=3)
    assert figures(house) == before
    assert held(house)[public_id("bot")]["spam"] == {"score": 1.0, "reasons": ["honeypot", "too_fast"]}

    review(house, "bot", "released")
    after = figures(house)
    assert after["responses"]["n"] == 6
    changed = {
        point: after["mean.v1"]["distribution"][point] - count
        for point, count in before["mean.v1"]["distribution"].items()
    }
    assert changed == {"1": 1, "2": 0, "3": 0, "4": 0, "5": 0}
    assert held(house) == {}

    review(house, "bot", "quarantined")
    assert figures(house) == before
    review(house, "p5", "quarantined")
    review(house, "p5", "released")
    assert figures(house) == before
    assert set(held(house)) == {public_id("bot")}
