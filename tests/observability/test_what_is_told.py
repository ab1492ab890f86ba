"""What a running Soundings tells its operators: traces that go through the log, and logs without a word of anyone's."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from soundings.log.factory import open_log
from tests.e2e.conftest import declare
from tests.e2e.running import Embedded
from tests.observability.collector import Collector, collecting

pytestmark = pytest.mark.slow
EMAIL, PHONE = "jo.public@example.org", "415-555-0132"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SAID = {"form_id": "town-short", "service_id": "town-permits", "id": "r1", "occurred_at": "2026-03-05T12:00:00Z"}


class Talkative(Embedded):
    """One that logs all it ever logs."""

    @property
    def command(self) -> Sequence[str]:
        return [*super().command, "--log-level", "DEBUG"]


class Told:
    """What was told after people wrote to every door, rightly and wrongly."""

    def __init__(self, house: Talkative, collector: Collector) -> None:
        self.house, self.collector = house, collector
        with house.client() as client:
            self.key = declare(client, "town")
        while self.post("responses", b"[]").status_code != 202:
            pass

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        sent = {"authorization": f"Bearer {self.key}", "content-type": "application/json", **headers}
        return httpx.post(f"{self.house.feedback}/v1/{path}", content=body, headers=sent)

    def say(self, path: str, body: Mapping[str, object], **headers: str) -> int:
        return self.post(path, json.dumps(body).encode(), **headers).status_code

    def write_to_every_door(self) -> None:
        words = f"Ask {EMAIL} or {PHONE}."
        answers = {"overall": 2, "comment": words}
        assert self.say("responses", {**SAID, "answers": answers, "person": EMAIL}, traceparent=PARENT) == 202
        assert self.say("responses", {**SAID, "answers": {"overall": words}}) == 422
        assert self.say("responses", {**SAID, EMAIL: words}) == 422
        assert self.say("forms/town-short/responses", {"answers": answers, "service_id": words}) == 403
        assert self.post("responses", f'{{"{EMAIL}'.encode()).status_code == 400
        assert self.post("responses", b"[]", authorization=f"Bearer {EMAIL}").status_code == 401
        token = {"authorization": f"Bearer {self.house.token}"}
        taken = httpx.delete(
            f"{self.house.feedback}/v1/responses/{EMAIL}", headers={"authorization": f"Bearer {self.key}"}
        )
        assert taken.status_code == 202
        found = httpx.get(f"{self.house.metrics}/v1/responses", params={"q": EMAIL}, headers=token)
        assert found.status_code == 200
        assert httpx.get(f"{self.house.metrics}/v1/metrics/{EMAIL}", headers=token).status_code == 404


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with collecting() as (collector, address), pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        house = Talkative(tmp_path_factory.mktemp("told") / "home")
        try:
            house.start()
            told = Told(house, collector)
            told.write_to_every_door()
            collector.of_trace(TRACE, 2)
        finally:
            house.close()
        yield told


def attributes(span: Span) -> dict[str, object]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_its_event_and_its_fold_are_one_trace(told):
    request, fold = sorted(told.collector.of_trace(TRACE, 2), key=lambda span: span.start_time_unix_nano)
    assert request.parent_span_id.hex() == "00f067aa0ba902b7"
    assert attributes(request)["http.route"] == "/api/feedback/v1/responses"
    assert (fold.name, fold.parent_span_id) == ("fold", request.span_id)
    assert attributes(fold)["events"] >= 1


def test_the_event_on_the_log_names_its_trace(told):
    async def traced() -> dict[str, str]:
        log = await open_log(f"sqlite:///{told.house.home}/log.db")
        topic = "soundings.responses.v1"
        batches = [await log.read_batch(topic, number, 0, 100) for number in range(await log.partition_count(topic))]
        await log.close_log()
        headers = [dict(record.headers) for batch in batches for record in batch.records]
        return {one["ce_id"].decode(): one["ce_traceparent"].decode().split("-")[1] for one in headers}

    traces = asyncio.run(traced())
    assert traces.keys() == {"response:r1:0", f"response:{EMAIL}:retracted"}
    assert traces["response:r1:0"] == TRACE


@pytest.mark.parametrize("part", [EMAIL, "jo.public", PHONE, "555-0132", "Ask jo"])
def test_neither_logs_nor_traces_repeat_what_people_said(told, part):
    assert part.encode() not in told.house.output.read_bytes()
    assert part.encode() not in told.collector.raw


def test_every_log_line_of_the_service_is_json_and_every_request_has_one(told):
    lines = [json.loads(line) for line in Path(told.house.output).read_text().splitlines() if line.startswith("{")]
    routes = {line["route"] for line in lines if line["event"] == "request"}
    assert {"feedback.responses.submit", "feedback.responses.retract", "metrics.responses.list"} <= routes
    assert all(line["timestamp"] and line["level"] for line in lines)
