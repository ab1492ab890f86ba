"""A client that goes away while it sends: counted as such, and no error of ours."""

import pytest
import structlog
from fastapi import FastAPI, Request
from prometheus_client import REGISTRY
from pydantic import BaseModel
from starlette.types import Message

from soundings.http.body import read_limited_body
from soundings.http.request_middleware import RequestMiddleware

SERVICE = "cut-off"


class Said(BaseModel):
    words: str


def app() -> RequestMiddleware:
    inner = FastAPI()

    @inner.post("/own", name="own")
    async def own(request: Request) -> int:
        return len(await read_limited_body(request, 1000))

    @inner.post("/model", name="model")
    async def model(said: Said) -> str:
        return said.words

    @inner.post("/broken", name="broken")
    async def broken(request: Request) -> str:
        raise ValueError(str(len(await request.body())))

    return RequestMiddleware(inner, service=SERVICE, body_limit=1000)


async def ask(path: str, *messages: Message) -> list[Message]:
    """What a request that sends these messages is answered."""
    waiting, sent = list(messages), list[Message]()

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http",
        "query_string": b"", "headers": [(b"content-type", b"application/json")], "http_version": "1.1",
        "server": ("test", 80), "client": ("192.0.2.1", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip
    await app()(scope, receive, send)
    return sent


def counted(route: str, status: str) -> float:
    labels = {"service": SERVICE, "route": route, "status": status}
    return REGISTRY.get_sample_value("soundings_requests_total", labels) or 0.0


PART = {"type": "http.request", "body": b'{"wor', "more_body": True}
REST = {"type": "http.request", "body": b'ds": "x"}', "more_body": False}
GONE = {"type": "http.disconnect"}


async def test_a_request_that_is_cut_off_is_no_error_of_ours():
    with structlog.testing.capture_logs() as logs:
        for route in ("own", "model"):
            await ask(f"/{route}", PART, GONE)
            assert (counted(route, "499"), counted(route, "500"), counted(route, "400")) == (1, 0, 0)
    assert [line for line in logs if line["log_level"] == "error"] == []


async def test_a_request_that_came_whole_is_answered_and_counted_as_ever():
    sent = await ask("/own", PART, REST, GONE)
    assert (sent[0]["status"], counted("own", "200")) == (200, 1)


async def test_an_error_of_ours_is_still_one():
    with structlog.testing.capture_logs() as logs, pytest.raises(ValueError, match="14"):
        await ask("/broken", PART, REST, GONE)
    assert counted("broken", "500") == 1
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["unhandled_error"]
