"""A small, fast HTTP client for load: keep-alive connections that each send the next request when the answer is there."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of load saw: how many answers, in how many seconds, and each answer's time in seconds."""

    answers: int
    seconds: float
    times: list[float]

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def request(path: str, body: bytes, *, key: str = "", kind: str = "application/json") -> bytes:
    """A whole POST request as bytes."""
    auth = f"Authorization: Bearer {key}\r\n" if key else ""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{auth}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Line(asyncio.Protocol):
    """One connection: sends a request, reads until the announced length is there, sends the next."""

    def __init__(self, requests: Iterator[bytes], until: float, status: bytes) -> None:
        self._requests, self._until, self._status = requests, until, status
        self._buffer = b""
        self._began = 0.0
        self.times: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        self._began = time.perf_counter()
        one = next(self._requests, None) if self._began < self._until else None
        if one is None:
            self._transport.close()
            self.done.set_result(None)
        else:
            self._transport.write(one)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(rest) < length:
            return
        if not head.startswith(b"HTTP/1.1 " + self._status):
            self.done.set_exception(RuntimeError((head + rest)[:500].decode()))
            return
        self._buffer = rest[length:]
        self.times.append(time.perf_counter() - self._began)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or RuntimeError("the server closed the connection"))


async def _run(port: int, make: Callable[[int], Iterator[bytes]], connections: int, seconds: float, status: str) -> Load:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    lines = [
        (await loop.create_connection(lambda n=n: _Line(make(n), began + seconds, status.encode()), "127.0.0.1", port))[1]
        for n in range(connections)
    ]
    await asyncio.gather(*(line.done for line in lines))
    times = [one for line in lines for one in line.times]
    return Load(len(times), time.perf_counter() - began, times)


def load(
    port: int, make: Callable[[int], Iterator[bytes]], *, connections: int = 64, seconds: float = 4.0, status: str = "202"
) -> Load:
    """Send what ``make(connection)`` yields over so many connections until the time is up; every answer must have the status."""
    import uvloop

    return uvloop.run(_run(port, make, connections, seconds, status))
