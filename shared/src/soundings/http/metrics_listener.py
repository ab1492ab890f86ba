"""Prometheus metrics on a separate listener, so that clients of the API cannot read them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Self

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Refresh = Callable[[], Awaitable[None]]
"""Brings gauges up to date that are looked at only when somebody asks."""

_HEAD_MAX: Final = 16 * 1024
_SECONDS: Final = 10.0
_PORT_MAX: Final = 65_535
_log = structlog.get_logger("soundings.metrics")


@dataclass(frozen=True, slots=True)
class MetricsAddress:
    """Where Prometheus finds a service."""

    port: int
    host: str = "127.0.0.1"
    required: bool = True
    """Whether a service may not start without it; else it says that nothing is shown, and serves."""

    @classmethod
    def from_environment(cls, given: Mapping[str, str], port: int) -> Self | None:
        """From ``SOUNDINGS_METRICS_HOST`` and ``SOUNDINGS_METRICS_PORT`` (0: nowhere).

        Where none is given it is ``port``, and not required: two services with default settings may share a machine.
        """
        told = given.get("SOUNDINGS_METRICS_PORT")
        chosen = int(told or port)
        if not 0 <= chosen <= _PORT_MAX:
            raise ValueError(f"SOUNDINGS_METRICS_PORT must be from 0 to {_PORT_MAX}")
        host = given.get("SOUNDINGS_METRICS_HOST") or "127.0.0.1"
        return cls(chosen, host, required=bool(told)) if chosen else None


@asynccontextmanager
async def serving_metrics(address: MetricsAddress | None, refresh: Sequence[Refresh]) -> AsyncGenerator[str | None]:
    """While the block runs, answer ``GET /metrics`` there; gives why it cannot be, where that is no error.

    Raises OSError when the port is in use and the address is required.
    """
    if address is None:
        yield None
        return
    try:
        # A minimal server of our own: a second uvicorn would cost memory and a thread for one
        # route.
        server = await asyncio.start_server(_answering(refresh), address.host, address.port, limit=_HEAD_MAX)
    except OSError as error:
        if address.required:
            raise
        reason = f"metrics are not shown: {address.host}:{address.port} cannot be listened on ({error.strerror})"
        _log.warning("metrics_not_shown", reason=reason)
        yield reason
        return
    try:
        yield None
    finally:
        server.close()


def _answering(refresh: Sequence[Refresh]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await _response(head.split(b"\r\n", 1)[0].split(b" "), refresh))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            writer.transport.abort()
        finally:
            writer.close()

    return answer


async def _response(request: Sequence[bytes], refresh: Sequence[Refresh]) -> bytes:
    """The whole answer to a request line; every answer ends its connection."""
    target = request[1].partition(b"?")[0] if len(request) > 1 else b""
    if target != b"/metrics":
        return _message(b"404 Not Found", b"text/plain", b"Only /metrics is here.\n")
    if request[0] not in {b"GET", b"HEAD"}:
        return _message(b"405 Method Not Allowed", b"text/plain", b"Only GET is answered.\n")
    for one in refresh:
        await one()
    message = _message(b"200 OK", CONTENT_TYPE_LATEST.encode(), generate_latest())
    return message if request[0] == b"GET" else message.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def _message(status: bytes, kind: bytes, content: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, kind, len(content)) + content
