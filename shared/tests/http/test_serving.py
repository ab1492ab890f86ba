"""A server on a real socket: slow, silent, huge and numerous clients, and the metrics on a port of their own."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import APIRouter, Request
from starlette.responses import Response

from soundings.access.policy import POLICY, AuthScheme
from soundings.access.tokens import TokenVerifier
from soundings.http.app import ServiceSpec, service_app
from soundings.http.limits import ServerLimits
from soundings.http.metrics_listener import MetricsAddress, serving_metrics
from soundings.http.server import server_config

PATIENCE = 20.0
QUICK = ServerLimits(
    head_seconds=0.3,
    body_seconds=0.3,
    body_bytes_per_second=1_000_000,
    keep_alive_seconds=0.3,
    write_seconds=0.3,
    connections=3,
    requests=1,
)
HEAD = b"POST /echo HTTP/1.1\r\nHost: x\r\n"


class Client:
    """A connection that sends what a test says, and reads what comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self._writer.drain()

    async def rest(self) -> bytes:
        """All until the server closes."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""
            finally:
                self.close()

    async def some(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self._reader.read(100_000)

    def close(self) -> None:
        self._writer.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def router(held: asyncio.Event, entered: asyncio.Event) -> APIRouter:
    routes = APIRouter()

    @routes.post("/echo", name="test.echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    @routes.get("/held", name="test.held")
    async def hold() -> Response:
        entered.set()
        await held.wait()
        return Response(b"done")

    return routes


class Server:
    """The server under test, and what lets a request in work go on."""

    def __init__(self, port: int, held: asyncio.Event, entered: asyncio.Event) -> None:
        self.port, self.held, self.entered = port, held, entered

    async def connect(self) -> Client:
        return Client(*await asyncio.open_connection("127.0.0.1", self.port))

    async def ask(self, data: bytes) -> tuple[int, bytes]:
        """The status and the whole answer to one request that ends its connection."""
        client = await self.connect()
        await client.send(data)
        answer = await client.rest()
        return int(answer.split(b" ", 2)[1]), answer


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def serving(limits: ServerLimits, metrics: MetricsAddress | None = None) -> AsyncIterator[Server]:
    held, entered = asyncio.Event(), asyncio.Event()
    spec = ServiceSpec(
        "quick", "Quick", "", [router(held, entered)], TokenVerifier("file:///nowhere"), lifespan,
        limits=limits, metrics=metrics,
    )  # fmt: skip
    port = free_port()
    server = uvicorn.Server(server_config(service_app(spec), limits, port=port))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
            await asyncio.sleep(0.01)
    try:
        yield Server(port, held, entered)
    finally:
        held.set()
        server.should_exit = True
        await task


@pytest.fixture(autouse=True)
def _open_doors(monkeypatch: pytest.MonkeyPatch):
    for name in ("test.echo", "test.held"):
        monkeypatch.setitem(POLICY, name, AuthScheme.PUBLIC)


def problem(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return json.loads(body)


async def test_a_connection_that_says_nothing_is_closed():
    async with serving(QUICK) as server:
        client = await server.connect()
        assert await client.rest() == b""


async def test_a_connection_that_rests_after_an_answer_is_closed():
    async with serving(QUICK) as server:
        client = await server.connect()
        await client.send(HEAD + b"Content-Length: 2\r\n\r\nok")
        answer = await client.rest()
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"ok")


@pytest.mark.parametrize("before", [b"", HEAD + b"Content-Length: 2\r\n\r\nok"])
async def test_half_a_head_is_answered_408_and_closed(before: bytes):
    async with serving(QUICK) as server:
        client = await server.connect()
        if before:
            await client.send(before)
            assert (await client.some()).startswith(b"HTTP/1.1 200")
        await client.send(b"POST /echo HT")
        answer = await client.rest()
        assert answer.startswith(b"HTTP/1.1 408")
        assert problem(answer)["code"] == "timeout"


async def test_a_head_without_an_end_is_answered_431():
    async with serving(ServerLimits()) as server:
        for head in (b"GET /" + b"x" * 70_000, HEAD + b"A: b\r\n" * 12_000):
            status, answer = await server.ask(head)
            assert (status, problem(answer)["code"]) == (431, "too_large")


async def test_a_body_a_byte_at_a_time_is_answered_408():
    async with serving(QUICK) as server:
        client = await server.connect()
        await client.send(HEAD + b"Content-Length: 100000\r\n\r\n")

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    await client.send(b"x")
                    await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        answer = await client.some()
        dripping.cancel()  # or the byte that comes after the end would take the answer away
        answer += await client.rest()
        assert answer.startswith(b"HTTP/1.1 408")
        assert problem(answer)["code"] == "timeout"


@pytest.mark.parametrize("framing", [b"Content-Length: 100000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
async def test_a_body_that_was_answered_before_it_came_does_not_hold_its_connection(framing: bytes):
    async with serving(ServerLimits()) as server:
        client = await server.connect()
        await client.send(b"POST /nothing HTTP/1.1\r\nHost: x\r\n" + framing)

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    await client.send(b"x" if b"Length" in framing else b"1\r\nx\r\n")
                    await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        assert (await client.some()).startswith(b"HTTP/1.1 404")
        await client.rest()  # which ends because the server closes
        dripping.cancel()


async def test_a_body_that_ends_after_its_answer_leaves_the_connection_usable():
    async with serving(ServerLimits()) as server:
        client = await server.connect()
        await client.send(b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
        assert (await client.some()).startswith(b"HTTP/1.1 404")
        await client.send(b"cd" + HEAD + b"Content-Length: 2\r\n\r\nok")
        assert (await client.some()).startswith(b"HTTP/1.1 200")
        client.close()


@pytest.mark.parametrize("more", [b"a: b\r\n" * 500_000, b"a: " + b"x" * 3_000_000, b"1;" + b"x" * 3_000_000])
async def test_trailers_and_chunk_extensions_are_bounded(more: bytes):
    async with serving(ServerLimits()) as server:
        client = await server.connect()
        before = b"" if more.startswith(b"1;") else b"0\r\n"
        await client.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
        await client.send(before + more)
        assert b"200" not in (await client.rest())[:20]


async def test_trailers_are_read_and_left_out():
    async with serving(ServerLimits()) as server:
        client = await server.connect()
        await client.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n")
        assert (await client.some()).startswith(b"HTTP/1.1 200")
        client.close()


async def test_what_is_no_http_is_refused_as_every_other_error():
    async with serving(ServerLimits()) as server:
        status, answer = await server.ask(b"this is no request\r\n\r\n")
        assert (status, problem(answer)["code"]) == (400, "unreadable")


async def test_an_answer_that_nobody_reads_does_not_stay():
    async with serving(QUICK) as server:
        body = b"x" * 1_000_000
        # Many answers that are not read fill the buffers on both sides; then the server lets go.
        reading = Client(*await asyncio.open_connection("127.0.0.1", server.port, limit=1))
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                async with asyncio.timeout(PATIENCE):
                    await reading.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        reading.close()


async def test_more_connections_than_are_held_are_sent_away_politely():
    async with serving(QUICK) as server:
        waiting = [await server.connect() for _ in range(3)]
        status, answer = await server.ask(b"")
        assert (status, problem(answer)["code"]) == (503, "unavailable")
        assert b"retry-after: " in answer.lower()
        for client in waiting:
            client.close()


async def test_more_requests_than_are_worked_on_are_sent_away_and_health_is_answered():
    async with serving(QUICK) as server:
        first = asyncio.create_task(server.ask(b"GET /held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        await server.entered.wait()
        status, answer = await server.ask(b"GET /held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (status, problem(answer)["code"]) == (503, "unavailable")
        assert b"retry-after: " in answer.lower()
        assert (await server.ask(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))[0] == 200
        server.held.set()
        assert (await first)[0] == 200


async def test_a_body_over_the_limit_and_parameters_without_end_are_refused():
    async with serving(ServerLimits()) as server:
        end = b"Connection: close\r\n"
        assert (await server.ask(HEAD + end + b"Content-Length: 9999999\r\n\r\n"))[0] == 413
        assert (await server.ask(HEAD + end + b"Content-Length: " + b"9" * 18 + b"\r\n\r\n"))[0] == 413
        long = b"GET /held?a=%b HTTP/1.1\r\nHost: x\r\n" % (b"x" * 9_000) + end + b"\r\n"
        assert (await server.ask(long))[0] == 414
        many = b"GET /held?%b HTTP/1.1\r\nHost: x\r\n" % (b"a&" * 200) + end + b"\r\n"
        assert (await server.ask(many))[0] == 400


async def test_metrics_are_shown_on_their_own_port_only():
    port = free_port()
    async with serving(ServerLimits(), MetricsAddress(port)) as server:
        get = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert (await server.ask(get))[0] == 404
        own = Server(port, server.held, server.entered)
        status, answer = await own.ask(get)
        assert status == 200
        assert b'soundings_ready{service="quick"} 1.0' in answer
        assert (await own.ask(get.replace(b"/metrics", b"/v1")))[0] == 404
        assert (await own.ask(get.replace(b"GET", b"POST")))[0] == 405
        assert b"soundings_ready" not in (await own.ask(get.replace(b"GET", b"HEAD")))[1]


async def test_a_port_in_use_stops_a_service_only_where_metrics_are_required():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        async with serving_metrics(MetricsAddress(port, required=False), []) as fault:
            assert fault is not None
            assert str(port) in fault
        with pytest.raises(OSError, match="address"):
            async with serving_metrics(MetricsAddress(port), []):
                raise AssertionError("the port is in use")


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, MetricsAddress(9001, required=False)),
        ({"SOUNDINGS_METRICS_PORT": "0"}, None),
        ({"SOUNDINGS_METRICS_PORT": "9111"}, MetricsAddress(9111)),
        ({"SOUNDINGS_METRICS_HOST": "0.0.0.0"}, MetricsAddress(9001, "0.0.0.0", required=False)),  # noqa: S104
    ],
)
def test_the_address_of_metrics_comes_from_the_environment(given: dict[str, str], address: MetricsAddress | None):
    assert MetricsAddress.from_environment(given, 9001) == address


def test_limits_come_from_the_environment():
    given = {"SOUNDINGS_BODY_SECONDS": "5", "SOUNDINGS_MAX_CONNECTIONS": "7", "SOUNDINGS_MAX_REQUESTS": ""}
    assert ServerLimits.from_environment(given) == ServerLimits(body_seconds=5.0, connections=7)
