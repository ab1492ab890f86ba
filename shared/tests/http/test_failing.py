"""What callers and logs are told when something goes wrong that nobody thought of, and what they are not."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

WORDS = "Ask jo.public@example.org, 415-555-0132, why."
WAYS = ("plain", "caused", "grouped", "unmapped", "model", "database")
DEADLINE = 60.0

pytestmark = pytest.mark.slow  # a process of its own has to start


class Failing:
    """The service, and every line that it wrote once it has ended."""

    def __init__(self, base: str, lines: Path) -> None:
        self.base, self.lines = base, lines
        self.answers: dict[str, httpx.Response] = {}

    def send(self, way: str) -> None:
        request = {"content": WORDS, "headers": {"x-request-id": f"request-{way}"}}
        self.answers[way] = httpx.post(f"{self.base}/fail/{way}?q=jo.public@example.org", **request)

    def told(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines.read_text().splitlines()]

    def of(self, way: str) -> dict[str, object]:
        (line,) = [
            line for line in self.told() if line.get("request_id") == f"request-{way}" and line["level"] == "error"
        ]
        return line


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Failing:
    """The service after it failed in every way, and ended."""
    with socket.socket() as probe, socket.socket() as other:
        probe.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, metrics_port = probe.getsockname()[1], other.getsockname()[1]
    service = Failing(f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("failing") / "lines")
    with service.lines.open("wb") as lines:
        command = [sys.executable, str(Path(__file__).with_name("failing.py")), str(port), str(metrics_port)]
        process = subprocess.Popen(command, stdout=lines, stderr=lines)  # noqa: S603 - our own
        end = time.monotonic() + DEADLINE
        while "running on" not in service.lines.read_text():
            assert process.poll() is None, service.lines.read_text()
            assert time.monotonic() < end, service.lines.read_text()
        for way in (*WAYS, "forgotten", "none"):
            service.send(way)
        with pytest.raises(httpx.RemoteProtocolError):
            service.send("late")
        service.answers["metrics"] = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics")
        process.terminate()
        process.wait(DEADLINE)
    return service


@pytest.mark.parametrize("way", WAYS)
def test_the_caller_learns_that_it_was_our_mistake_and_its_number(failing, way):
    answer = failing.answers[way]
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["code"] == "internal"
    assert answer.headers["x-request-id"] == f"request-{way}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "jo.public" not in answer.text


def test_no_line_repeats_what_was_said(failing):
    text = failing.lines.read_text()
    assert failing.answers["forgotten"].status_code == failing.answers["none"].status_code == 200
    assert "asyncio" in {line.get("logger") for line in failing.told()}, "the forgotten task is told of"
    assert "Traceback" not in text
    for part in ("jo.public", "example.org", "555-0132", "Ask jo"):
        assert part not in text


@pytest.mark.parametrize("way", [*WAYS, "late"])
def test_one_line_tells_what_failed_and_where(failing, way):
    line = failing.of(way)
    assert (line["event"], line["route"]) == ("unmapped_error" if way == "unmapped" else "unhandled_error", "test.fail")
    assert any("failing.py" in place for place in line["error"]["at"])


def test_a_line_tells_the_causes_and_the_codes(failing):
    assert failing.of("caused")["error"]["type"] == "builtins.RuntimeError"
    assert [one["type"] for one in failing.of("caused")["error"]["causes"]] == ["builtins.ValueError"]
    assert [one["type"] for one in failing.of("grouped")["error"]["causes"]] == ["builtins.ValueError"]
    assert failing.of("unmapped")["error"]["code"] == "odd"
    assert "sqlite3.OperationalError" in str(failing.of("database")["error"]["causes"])


def test_the_metrics_count_by_route_and_say_whether_the_service_is_ready(failing):
    shown = failing.answers["metrics"].text.splitlines()
    assert f'soundings_requests_total{{route="test.fail",service="failing",status="500"}} {len(WAYS)}.0' in shown
    assert 'soundings_ready{service="failing"} 0.0' in shown
