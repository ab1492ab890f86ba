"""What only a cluster has: parts that are started again one by one, several workers, and Kafka's own tools."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from soundings.client import Soundings
from soundings_cluster.data_dir import open_place
from tests.e2e.conftest import declare, new_town
from tests.e2e.running import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]

BROKER = Path(__file__).resolve().parents[2] / "deploy" / "kafka" / "broker.py"
PATIENCE = 120.0


@pytest.fixture
def town(cluster: Cluster) -> str:
    """A town with twenty answers, all counted."""
    if not cluster.runs:
        cluster.start()
    town = new_town()
    with cluster.client() as client:
        key = declare(client, town)
    said = {"form_id": f"{town}-short", "occurred_at": "2026-03-05T12:00:00-05:00", "answers": {"overall": 4}}
    send(cluster, key, [{"id": f"r{number}", **said} for number in range(20)])
    cluster.settled(**march(town))
    return town


def send(cluster: Cluster, key: str, items: list[dict[str, object]]) -> None:
    """Until the key is known and the answers are taken."""
    bearer = {"Authorization": f"Bearer {key}"}
    end = time.monotonic() + PATIENCE
    while httpx.post(f"{cluster.feedback}/v1/responses", json=items, headers=bearer).status_code != 202:
        assert time.monotonic() < end


def march(town: str) -> dict[str, str]:
    return {"measure": "responses", "service": f"{town}-permits", "from": "2026-03-01", "to": "2026-04-01"}


def kafka_lags(cluster: Cluster) -> dict[tuple[str, int], int]:
    """What Kafka's consumer-groups tool says: the lag of every partition."""
    port = open_place(cluster.home).kafka_port
    command = [sys.executable, str(BROKER), "groups", "--port", str(port)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout.splitlines()
    rows = [line.split() for line in lines if line.startswith("soundings-metrics-worker ")]
    return {(row[1], int(row[2])): int(row[5]) for row in rows}


def test_kafkas_own_tool_shows_no_lag_when_all_is_counted(cluster: Cluster, town: str):
    end = time.monotonic() + PATIENCE
    while set((lags := kafka_lags(cluster)).values()) != {0}:
        assert time.monotonic() < end, lags
    assert len(lags) == 25


def test_every_worker_gives_the_same_answer(cluster: Cluster, town: str):
    with Soundings(token=cluster.token, metrics=cluster.other_metrics) as other, cluster.client() as client:
        assert other.rows("count.v1", **march(town)) == client.rows("count.v1", **march(town))
        assert client.rows("count.v1", **march(town))[0]["n"] == 20


@pytest.mark.parametrize("part", ["feedback-api", "catalogue-api", "metrics-worker-1", "kafka", "postgres"])
def test_a_part_that_is_killed_is_started_again_and_nothing_is_lost(cluster: Cluster, town: str, part: str):
    before = cluster.pids()[part]
    os.kill(before, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while cluster.pids().get(part) in {before, None} or not cluster.is_ready():
        assert time.monotonic() < end, cluster.output.read_text()[-3000:]
        time.sleep(0.1)
    assert cluster.settled(**march(town))["rows"][0]["n"] == 20
    assert f"{part} was ended by SIGKILL; starting it again" in cluster.output.read_text()
