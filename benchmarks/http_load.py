"""A small, fast HTTP client for load: kept-alive connections, each of which has one request under way at a time."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import uvloop

GRACE_SECONDS: Final = 15.0
"""How much longer than planned a run may take before it counts as hung."""
_CRLF2: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "

Requests = Iterator[bytes]
T = TypeVar("T")


class LoadFailed(RuntimeError):
    """An answer was not what was expected, or none came."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of load saw: the seconds that each answer took, and all together."""

    seconds: float
    times: Sequence[float]

    @property
    def answers(self) -> int:
        return len(self.times)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def request(path: str, body: bytes = b"", *, key: str = "", origin: str = "", method: str = "POST") -> bytes:
    """A whole request as bytes, from a source with its key or from a page with its origin; the body is JSON."""
    auth = f"Authorization: Bearer {key}\r\n" if key else f"Origin: {origin}\r\n" if origin else ""
    sent = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if method == "POST" else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{auth}{sent}\r\n".encode() + body


class Connection(asyncio.Protocol):
    """One connection to a server on this machine. Answers must announce their length, as those of our servers do."""

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[bytes, bytes]] | None = None

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """A connection; raises OSError when nobody listens."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The transports of uvloop are not of asyncio's class, so there is nothing to check here.
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, sent: bytes, status: bytes = b"202") -> bytes:
        """The body of the answer; raises `LoadFailed` when it has another status or the connection is lost."""
        if self._transport is None or self._transport.is_closing():
            raise LoadFailed("the server has closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        head, body = await self._answer
        if not head.startswith(b"HTTP/1.1 " + status):
            raise LoadFailed(f"instead of {status.decode()}: {(head + _CRLF2 + body)[:600].decode(errors='replace')}")
        return body

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(_CRLF2)
        if not found:
            return
        announced = head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]
        if not announced.isdigit():
            self._settle(LoadFailed(f"an answer without a length: {head[:300].decode(errors='replace')}"))
        elif len(rest) >= (length := int(announced)):
            self._buffer = rest[length:]
            self._settle((head, rest[:length]))

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle(LoadFailed(f"the connection was lost: {exc or 'closed by the server'}"))

    def _settle(self, outcome: tuple[bytes, bytes] | LoadFailed) -> None:
        answer = self._answer
        if answer is None or answer.done():
            return
        if isinstance(outcome, LoadFailed):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@contextlib.asynccontextmanager
async def connected(port: int, connections: int) -> AsyncGenerator[Sequence[Connection]]:
    """So many connections, closed at the end."""
    lines: list[Connection] = []
    try:
        for _ in range(connections):
            lines.append(await Connection.open(port))
        yield lines
    finally:
        for line in lines:
            line.close()


def load(port: int, make: Callable[[int], Requests], *, connections: int = 64, seconds: float = 4.0) -> Load:
    """Send what ``make(connection)`` yields, one after the other on each connection, until the time is up."""

    async def run() -> Load:
        async with connected(port, connections) as lines:
            began = time.perf_counter()
            each = [_flood(line, make(number), began + seconds) for number, line in enumerate(lines)]
            times = await asyncio.gather(*each)
            return Load(time.perf_counter() - began, [one for line in times for one in line])

    return within(run(), seconds + GRACE_SECONDS)


async def _flood(line: Connection, requests: Requests, until: float) -> list[float]:
    times: list[float] = []
    now = time.perf_counter()
    for one in requests:
        if now >= until:
            break
        await line.ask(one)
        began, now = now, time.perf_counter()
        times.append(now - began)
    return times


async def steady(
    port: int, make: Callable[[int], Requests], *, per_second: float, seconds: float, connections: int = 16
) -> Load:
    """Send at an even rate; a line that falls behind catches up. Times are of sending and answer, without waiting."""
    async with connected(port, connections) as lines:
        began = time.perf_counter()
        gap = connections / per_second
        each = [
            _pace(line, make(number), began + number / per_second, gap, began + seconds)
            for number, line in enumerate(lines)
        ]
        times = await asyncio.gather(*each)
        return Load(time.perf_counter() - began, [one for line in times for one in line])


async def _pace(line: Connection, requests: Requests, due: float, gap: float, until: float) -> list[float]:
    times: list[float] = []
    for one in requests:
        if due >= until or time.perf_counter() >= until:
            break
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        await line.ask(one)
        times.append(time.perf_counter() - began)
        due += gap
    return times


def within(what: Coroutine[Any, Any, T], seconds: float) -> T:
    """The result, in an event loop of its own; raises `LoadFailed` when it takes longer."""

    async def bounded() -> T:
        try:
            async with asyncio.timeout(seconds):
                return await what
        except TimeoutError:
            raise LoadFailed(f"not done after {seconds:.0f} s; the server answers no more, or far too slowly") from None

    return uvloop.run(bounded())
