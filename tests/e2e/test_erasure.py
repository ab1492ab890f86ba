"""A person is erased: from the figures, the voices, the search, the lists and the exports, under every pseudonym."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from soundings_embedded.__main__ import app
from tests.e2e.conftest import BOTH_MODES
from tests.e2e.running import Running
from tests.e2e.test_one_line_through_the_house import House

pytestmark = pytest.mark.slow

PERSON = "jo.public@example.org"
FORMATS = 3


def command(house: House, *words: str, said: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "soundings_embedded", *words],
        env={**os.environ, **house.running.environment},
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def found(house: House, word: str) -> int:
    bearer = {"Authorization": f"Bearer {house.running.token}"}
    query = {"service": house.service, "q": word}
    return len(httpx.get(f"{house.running.metrics}/v1/responses", params=query, headers=bearer).json()["items"])


def exported(house: House, folder: Path) -> str:
    """What every format of the export holds, after a look that all of them hold the same records."""
    texts: list[str] = []
    ids: set[tuple[str, ...]] = set()
    for format_ in ("csv", "jsonl", "ndjson"):
        file = folder / f"said.{format_}"
        words = ["export", "responses", str(file), "--where", f"service={house.service}"]
        done = CliRunner().invoke(app, words, env=dict(house.running.environment))
        assert done.exit_code == 0, done.output
        texts.append(file.read_text("utf-8-sig"))
        lines = texts[-1].splitlines()
        records = csv.DictReader(lines) if format_ == "csv" else map(json.loads, lines)
        ids.add(tuple(sorted(one["id"] for one in records)))
    assert len(ids) == 1
    return "\n".join(texts)


def is_shown(house: House, record_id: str) -> bool:
    bearer = {"Authorization": f"Bearer {house.running.token}"}
    status = httpx.get(f"{house.running.metrics}/v1/responses/{record_id}", headers=bearer).status_code
    assert status in {200, 404}
    return status == 200


def say(house: House, number: int, overall: int, comment: str, **more: object) -> str:
    """Answer once; the receipt."""
    said = house.answer(number, overall, **more) | {"id": f"{house.town}-{number}"}
    said["answers"] = {"overall": overall, "comment": comment}
    answer = house.send("responses", said)
    assert answer.status_code == 202
    return answer.json()["receipt"]


def call(house: House, record_id: str, person: str, root_id: str) -> None:
    record = {"id": record_id, "root_id": root_id, "kind": "call", "channel": "phone", "person": person}
    times = {"started_at": "2026-03-05T12:00:00Z", "answered_at": "2026-03-05T12:00:10Z", "talk_s": 60, "wait_s": 10}
    assert house.send("interactions", {**record, **times, "outcome": "answered"}).status_code == 202


def figures(house: House) -> object:
    asked = (("mean.v1", "satisfaction"), ("count.v1", "contacts"), ("asa.v1", "wait_answered"))
    return [house.row(metric, measure=measure) for metric, measure in asked]


@pytest.mark.parametrize("running", BOTH_MODES, indirect=True)
def test_a_person_is_erased_everywhere_also_after_the_key_was_rotated(running: Running, tmp_path: Path):
    house = House(running)
    say(house, 1, 5, "Everything went smoothly", person="ann@example.org")
    call(house, "c0", "ann@example.org", "c0")
    without = figures(house)

    say(house, 2, 1, "The zebrawood counter was closed", person=PERSON)
    call(house, "c1", PERSON, "c1")
    call(house, "c2", PERSON, "c1")
    command(house, "rotate", house.town)
    while len(subjects(house)) < 2:
        pass
    say(house, 3, 2, "The zebrawood counter is still closed", person=f" {PERSON.upper()}")
    assert figures(house) != without
    assert found(house, "zebrawood") == 2
    assert exported(house, tmp_path).count("zebrawood") == 2 * FORMATS

    assert command(house, "erase", house.town, said=PERSON) == "4 records erased, 0 refused.\n"
    assert figures(house) == without
    assert found(house, "zebrawood") == 0
    assert found(house, "smoothly") == 1
    assert_gone(house, tmp_path, f"{house.town}-2", f"{house.town}-3")
    say(house, 2, 1, "The zebrawood counter was closed", person=PERSON, revision=5)  # it stays out for good
    assert figures(house) == without
    assert found(house, "zebrawood") == 0
    assert_gone(house, tmp_path, f"{house.town}-2", f"{house.town}-3")


def test_an_answer_is_erased_everywhere_with_its_receipt(running: Running, tmp_path: Path):
    house = House(running)
    say(house, 1, 5, "Everything went smoothly")
    without = figures(house)
    receipt = say(house, 2, 1, "The zebrawood counter was closed", language="es")
    assert figures(house) != without
    assert is_shown(house, f"{house.town}-2")
    assert exported(house, tmp_path).count("zebrawood") == FORMATS
    assert httpx.delete(f"{running.feedback}/v1/receipts/{receipt}").status_code == 202
    assert figures(house) == without
    assert found(house, "zebrawood") == 0
    assert_gone(house, tmp_path, f"{house.town}-2")


def assert_gone(house: House, folder: Path, *record_ids: str) -> None:
    """Neither text nor record is in any export or list, while what others said is."""
    files = exported(house, folder)
    assert files.count("smoothly") == FORMATS
    assert "zebrawood" not in files
    for record_id in record_ids:
        assert record_id not in files
        assert not is_shown(house, record_id)


def subjects(house: House) -> list[str]:
    with house.running.client() as client:
        return client.subjects(house.town, PERSON)
