"""uvicorn's HTTP protocol with what it lacks: time-outs for heads and unread answers, and bounds on heads and peers."""

import asyncio
import resource
from typing import Any, Final

import orjson
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from soundings.http.limits import ServerLimits
from soundings.http.problems import MEDIA_TYPE, problem_body

HEAD_MAX_BYTES: Final = 64 * 1024
_LINGER_SECONDS: Final = 2.0
"""For how long the rest of a body is read that was answered before it had come."""
_SPARE_FILES: Final = 256
"""File descriptors that are left for logs, databases and brokers."""


def limited_protocol(limits: ServerLimits) -> type[asyncio.Protocol]:
    """A protocol class for ``uvicorn.Config(http=…)`` that keeps to these limits."""
    # Without this bound accept() fails with EMFILE, and the process can open neither database nor
    # log.
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = limits.connections if files == resource.RLIM_INFINITY else min(limits.connections, files - _SPARE_FILES)

    class LimitedProtocol(_LimitedProtocol):
        server_limits = limits
        connections_max = max(1, most)

    return LimitedProtocol


class _LimitedProtocol(HttpToolsProtocol):
    """A connection waits for a head, for the application, or for its peer to read; each for a limited time.

    Bodies are timed by the middleware, which can answer in the service's own words.
    """

    server_limits = ServerLimits()
    connections_max = 1

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.timeout_keep_alive: float = self.server_limits.keep_alive_seconds  # type: ignore[assignment]
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._framing_bytes = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.connections_max:
            self._refuse(503, "unavailable", "The server has all the connections that it can hold.", retry_after=2)
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head_timer()
        self._cancel_write_timer()
        self._cancel_linger_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_timer is None:
                self._expect_head()
        else:
            self._framing_bytes += len(data)
        super().data_received(data)
        # A body may follow in the same read, so only what is still a head counts.
        if self._in_head and self._head_bytes > HEAD_MAX_BYTES and not self.transport.is_closing():
            self._refuse(431, "too_large", f"Address and headers may have {HEAD_MAX_BYTES} bytes together.")
        # Trailers and chunk extensions: the parser joins them in time that grows with the square of their length.
        if self._framing_bytes > HEAD_MAX_BYTES:
            self.transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        # Headers after a body (trailers) would be kept in memory without a bound, and nothing reads them.
        if self._in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = 0
        super().on_body(body)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._framing_bytes = 0
        self._cancel_head_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True
        self._framing_bytes = 0
        if self._linger_timer is not None:  # answered before; uvicorn's own timer ended with the first byte after it
            self._cancel_linger_timer()
            self._expect_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # uvicorn's timer starts anew with every byte, so a body that comes slowly would hold the connection for ever.
        unfinished = not self._in_head and self.cycle.response_complete
        if unfinished and self._linger_timer is None and not self.transport.is_closing():
            self._linger_timer = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """What cannot be parsed is refused in the shape of every other error; ``msg`` is uvicorn's."""
        self._refuse(400, "unreadable", msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write_timer is None:
            # A client that does not read its reply must not hold memory and a connection for ever.
            self._write_timer = self.loop.call_later(self.server_limits.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._cancel_write_timer()
        super().resume_writing()

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.server_limits.head_seconds, self._head_overdue)

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _cancel_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _cancel_linger_timer(self) -> None:
        if self._linger_timer is not None:
            self._linger_timer.cancel()
            self._linger_timer = None

    def _head_overdue(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self.cycle and not self.cycle.response_complete:
            self._expect_head()  # the head of a next request, while the one before is still being answered
        elif self._head_bytes == 0:
            self.transport.close()
        else:
            self._refuse(408, "timeout", "The request did not come in time.")

    def _refuse(self, status: int, code: str, detail: str, *, retry_after: int | None = None) -> None:
        """Answer without the application, and close."""
        if self.cycle and not self.cycle.response_complete:
            self.transport.abort()  # an earlier request is being answered on this connection
            return
        content = orjson.dumps(problem_body(status, code, detail))
        more = b"" if retry_after is None else b"retry-after: %d\r\n" % retry_after
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n%bconnection: close\r\n\r\n%b"
            % (status, _PHRASES[status], MEDIA_TYPE.encode(), len(content), more, content)
        )
        self.transport.close()


_PHRASES: Final = {
    400: b"Bad Request",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}
