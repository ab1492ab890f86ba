"""R4 and the rest: full disks, clocks that are wrong, and a batch that cannot be written."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from soundings.testing.small_disk import small_disk
from soundings_cluster.data_dir import open_place
from soundings_cluster.services import ServiceEndpoints, service_components
from tests.chaos.breaking import ask, away, command, until
from tests.chaos.conftest import Town
from tests.chaos.counting import verdict
from tests.chaos.extent import Extent
from tests.e2e.running import Cluster, Embedded, Running, free_port

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine, pytest.mark.timeout(900)]

WRECK = """
CREATE FUNCTION wreck() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.record_id = 'wreck' THEN RAISE EXCEPTION 'this record breaks the batch'; END IF; RETURN NEW; END $$;
CREATE TRIGGER wreck BEFORE INSERT OR UPDATE ON fact FOR EACH ROW EXECUTE FUNCTION wreck();
"""
MEND = "DROP TRIGGER wreck ON fact; DROP FUNCTION wreck;"
TWO_HOURS = 7200


def response(town: Town, number: str, text: str = "") -> dict[str, object]:
    said = {"overall": 4} | ({"comment": text} if text else {})
    return {"id": number, "form_id": f"{town.name}-short", "occurred_at": "2026-03-05T12:00:00Z", "answers": said}


def send(town: Town, *items: dict[str, object]) -> httpx.Response:
    """Responses; what becomes of them goes into the book."""
    bearer = {"Authorization": f"Bearer {town.key}"}
    body = items[0] if len(items) == 1 else items
    answer = httpx.post(f"{town.running.feedback}/v1/responses", json=body, headers=bearer, timeout=30)
    refused = {one["id"] for one in answer.json().get("rejected", [])}
    for item in items:
        number = str(item["id"])
        town.book.note("responses", [number], acknowledged=answer.status_code == 202 and number not in refused)
    return answer


def send_until_full(town: Town) -> httpx.Response:
    """Long comments until there is no room; the refusal."""
    until(lambda: send(town, response(town, "first")).status_code == 202)
    for number in range(2_000):
        long = "it took a long time " * 400
        answer = send(town, *(response(town, f"long-{number}-{at}", long) for at in range(20)))
        if answer.status_code != 202 or answer.json()["rejected"]:
            return answer
    raise AssertionError("the disk never filled")


def check_polite(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1


def check_nothing_lost(running: Running, town: Town) -> None:
    found = verdict(running, town.name, town.book)
    assert (found.lost, found.twice, found.invented) == (0, 0, 0)


def test_a_full_disk_under_a_home_is_refused_politely_and_forgotten_when_there_is_room(tmp_path: Path):
    with small_disk(40) as disk:
        running = Embedded(disk / "home")
        running.output = tmp_path / "output.log"
        running.start()
        try:
            town = Town(running)
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(24 << 20))
            check_polite(send_until_full(town))
            ballast.unlink()
            until(lambda: send(town, response(town, "room-again")).status_code == 202)
            check_nothing_lost(running, town)
            running.kill()
            running.start()
            check_nothing_lost(running, town)
        finally:
            running.close()


@pytest.mark.full
def test_a_full_spool_is_refused_politely_and_drains(cluster: Cluster, town: Town):
    with small_disk(4, at=cluster.home / "spool"):
        restart(cluster, "feedback-api")
        with away(cluster, ["kafka"], 0):
            check_polite(send_until_full(town))
        until(lambda: send(town, response(town, "room-again")).status_code == 202)
        check_nothing_lost(cluster, town)
    restart(cluster, "feedback-api")


def restart(cluster: Cluster, part: str) -> None:
    before = cluster.pids()[part]
    os.kill(before, signal.SIGTERM)
    until(lambda: cluster.pids().get(part) not in {before, None} and cluster.is_ready())


def test_a_batch_that_always_fails_turns_the_worker_unready_and_sends_nothing_to_the_dead_letters(
    cluster: Cluster, town: Town
):
    letters = ask(cluster, "SELECT count(*) FROM dead_letter")
    command(cluster, WRECK)
    try:
        until(lambda: send(town, response(town, "wreck")).status_code == 202)
        for number in range(50):
            send(town, response(town, f"good-{number}"))
        until(lambda: any("the fold failed" in reason for reason in reasons(cluster)))
        assert ask(cluster, "SELECT count(*) FROM dead_letter") == letters
    finally:
        command(cluster, MEND)
    until(cluster.is_ready)
    check_nothing_lost(cluster, town)


def reasons(cluster: Cluster) -> list[str]:
    """Why the workers are not ready."""
    answers = [httpx.get(f"{url}/readyz", timeout=30) for url in (cluster.metrics, cluster.other_metrics)]
    return [reason for answer in answers if answer.status_code == 503 for reason in answer.json()["reasons"]]


@pytest.mark.full
def test_clocks_that_are_two_hours_off_change_no_count(cluster: Cluster, town: Town, how_much: Extent):
    with (
        off(cluster, "feedback-api", -TWO_HOURS) as behind,
        off(cluster, "metrics-worker-1", TWO_HOURS, SOUNDINGS_WORKER_ID="worker-of-tomorrow"),
        town.load(how_much, lambda: behind),
    ):
        until(lambda: town.book.total() > 500)
    until(cluster.is_ready)
    check_nothing_lost(cluster, town)


@contextmanager
def off(cluster: Cluster, name: str, seconds: int, **settings: str) -> Iterator[str]:
    """One more process of a service, whose clock is wrong; its root."""
    part = next(part for part in service_components(open_place(cluster.home), ServiceEndpoints()) if part.name == name)
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    port = free_port()
    environment = {**part.environment, **settings, "SOUNDINGS_PORT": str(port)}
    environment |= {"LD_PRELOAD": str(library), "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    environment["SOUNDINGS_SPOOL_DIR"] = str(cluster.home / f"spool-{port}")
    with (cluster.home / "logs" / f"{name}-off.log").open("ab") as log:
        command = [sys.executable, *part.command[1:]]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    root = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{root}/readyz"))
        yield root
    finally:
        process.terminate()
        process.wait(timeout=60)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).status_code == 200
    except httpx.TransportError:
        return False
