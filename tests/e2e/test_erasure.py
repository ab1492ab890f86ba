"""A person is erased: from the figures, the voices, the search and the lists, under every key of their pseudonym."""

import os
import subprocess
import sys

import httpx
import pytest

from tests.e2e.running import Running
from tests.e2e.test_one_line_through_the_house import House

pytestmark = pytest.mark.slow

PERSON = "jo.public@example.org"


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


def say(house: House, number: int, overall: int, comment: str, **more: object) -> None:
    said = house.answer(number, overall, **more)
    said["answers"] = {"overall": overall, "comment": comment}
    assert house.send("responses", said).status_code == 202


def call(house: House, record_id: str, person: str, root_id: str) -> None:
    record = {"id": record_id, "root_id": root_id, "kind": "call", "channel": "phone", "person": person}
    times = {"started_at": "2026-03-05T12:00:00Z", "answered_at": "2026-03-05T12:00:10Z", "talk_s": 60, "wait_s": 10}
    assert house.send("interactions", {**record, **times, "outcome": "answered"}).status_code == 202


def figures(house: House) -> object:
    asked = (("mean.v1", "satisfaction"), ("count.v1", "contacts"), ("asa.v1", "wait_answered"))
    return [house.row(metric, measure=measure) for metric, measure in asked]


def test_a_person_is_erased_everywhere_also_after_the_key_was_rotated(running: Running):
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

    assert command(house, "erase", house.town, said=PERSON) == "4 records erased, 0 refused.\n"
    assert figures(house) == without
    assert found(house, "zebrawood") == 0
    assert found(house, "smoothly") == 1
    say(house, 2, 1, "The zebrawood counter was closed", person=PERSON, revision=5)  # it stays out for good
    assert figures(house) == without
    assert found(house, "zebrawood") == 0


def subjects(house: House) -> list[str]:
    with house.running.client() as client:
        return client.subjects(house.town, PERSON)
