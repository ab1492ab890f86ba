"""From one laptop to a cluster: everything goes along, whatever happens on the way, and every answer stays the same."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from soundings.testing.kafka_broker import KafkaBroker, free_port
from soundings.testing.postgres import throw_away_cluster
from tests.e2e.conftest import declare, new_town
from tests.e2e.questions import answers, catalogue, questions, voices, world_of
from tests.e2e.running import Cluster, Embedded, Running

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine, pytest.mark.timeout(900)]

AGENCY = "larkmere"
QUESTIONS = 200
KILLS = 4


def soundings(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "soundings_embedded", *arguments]
    environment = {**settings, "PATH": os.environ["PATH"], "COLUMNS": "120"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=300)
    return process.returncode, output


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo, whose server has stopped."""
    running = Embedded(tmp_path_factory.mktemp("laptop") / "home")
    running.start()
    code, output = finished(soundings("demo", **running.environment))
    running.close()
    assert code == 0, output
    return running.home


def everything(running: Running) -> dict[str, object]:
    today = datetime.now(UTC).date()
    world = world_of(running, AGENCY, today - timedelta(days=100), today)
    asked = list(questions(world, QUESTIONS, seed=200))
    return {
        "answers": list(zip(asked, answers(running, asked), strict=True)),
        "voices": {service: voices(running, service) for service in world.services},
        "catalogue": catalogue(running),
    }


@pytest.mark.full
def test_a_home_that_moved_to_a_cluster_gives_the_same_answers_and_knows_its_receipts(
    home: Path, tmp_path: Path, request: pytest.FixtureRequest
):
    here = Embedded(tmp_path / "home")
    request.addfinalizer(here.close)
    shutil.copytree(home, here.home)
    here.start()
    before = everything(here)
    town = new_town()
    with here.client() as client:
        key = declare(client, town)
    receipt = respond(here, town, key, 0)
    for number in range(1, 100):
        respond(here, town, key, number)
    here.kill()  # what was not counted yet goes along as well
    there = Cluster("--from-home", str(here.home))
    request.addfinalizer(there.close)
    there.start()
    march = {"service": f"{town}-permits", "from": "2026-03-01", "to": "2026-04-01", "measure": "responses"}
    assert there.settled(**march)["rows"][0]["n"] == 100
    assert respond(there, town, key, 0) == receipt
    assert httpx.delete(f"{there.feedback}/v1/receipts/{receipt}").status_code == 202
    assert there.settled(**march)["rows"][0]["n"] == 99
    after = everything(there)
    for one, same in zip(before["answers"], after["answers"], strict=True):
        assert one == same
    assert sum(status == 200 for _, (status, _) in before["answers"]) > QUESTIONS / 2
    assert before["voices"] == after["voices"]
    assert any(before["voices"].values())
    assert {name: after["catalogue"].get(name) for name in before["catalogue"]} == before["catalogue"]


def respond(running: Running, town: str, key: str, number: int) -> str:
    """Send a response, once the key is known; its receipt."""
    item = {
        "id": f"r{number}",
        "form_id": f"{town}-short",
        "occurred_at": "2026-03-05T12:00:00Z",
        "answers": {"overall": 4},
    }
    end = time.monotonic() + 60
    while True:
        answer = httpx.post(f"{running.feedback}/v1/responses", json=item, headers={"Authorization": f"Bearer {key}"})
        if answer.status_code == 202:
            return str(answer.json()["receipt"])
        assert time.monotonic() < end, answer.text


def test_a_move_that_is_killed_goes_on_and_a_second_one_changes_nothing(home: Path, tmp_path: Path):
    broker = KafkaBroker(tmp_path / "kafka", free_port())
    broker.start_broker()
    try:
        with throw_away_cluster() as postgres:
            target = {
                "SOUNDINGS_LOG_URL": broker.broker_url,
                "SOUNDINGS_CATALOGUE_DATABASE": postgres.new_database(),
                "SOUNDINGS_METRICS_DATABASE": postgres.new_database(),
                "SOUNDINGS_SECRET": (home / "secret").read_text(),
            }
            chance = random.Random(4)
            for _ in range(KILLS):
                killed = soundings("move", "--home", str(home), **target)
                time.sleep(chance.uniform(1.5, 5))
                killed.send_signal(signal.SIGKILL)
                finished(killed)
            code, output = finished(soundings("move", "--home", str(home), **target))
            assert code == 0, output
            assert finished(soundings("move", "--home", str(home), **target))[0] == 0
            rows = [line.split() for line in output.splitlines() if line.endswith("  same")]
            counts = {name: (here, there) for name, here, there, _ in rows}
            assert all(here == there for here, there in counts.values())
            assert {"soundings.responses.v1", "catalogue.entities", "metrics.cell_row", "metrics.voice"} <= set(counts)
            assert "DIFFERENT" not in output
            wrong = soundings("move", "--home", str(home), **(target | {"SOUNDINGS_SECRET": "x" * 64}))
            code, output = finished(wrong)
            assert code == 1
            assert "SOUNDINGS_SECRET" in output
    finally:
        broker.stop_broker()
