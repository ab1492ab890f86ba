"""What surrounds every answer: safe headers, a limit on the body, a request id, and one line of log."""

import itertools
import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundings.http.observe import REQUEST_SECONDS, REQUESTS
from soundings.http.problems import REQUEST_ID, Problem, our_mistake, problem_response, route_of

API_CSP = "default-src 'none'; frame-ancestors 'none'"
_SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": API_CSP,
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
CLIENT_CLOSED = 499
"""The status that is counted where a client closed the connection before it had sent its whole request."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROCESS = secrets.token_hex(6)
_NUMBERS = itertools.count()
_log = structlog.get_logger("soundings.access")


class _ArrivingBody:
    """The body of a request while it comes: bounded, and whether its client went away before the end."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self._complete = False
        self.cut_off = False

    async def receive(self) -> Message:
        """The next message; a 413 beyond the limit."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.cut_off = not self._complete
            return message
        self._complete = not message.get("more_body", False)
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise Problem(413, "too_large", f"The body is larger than {self._limit} bytes.")
        return message


class Surround:
    """The one middleware of every service; plain ASGI, because it stands in the hot path."""

    def __init__(self, app: ASGIApp, *, service: str, body_limit: int) -> None:
        self._app = app
        self._service = service
        self._limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = headers.get("x-request-id", "")
        request_id = request_id if _REQUEST_ID.fullmatch(request_id) else f"{_PROCESS}-{next(_NUMBERS):x}"
        scope[REQUEST_ID] = request_id
        status, started = 500, False

        async def send_safely(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                out = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    out.setdefault(name, value)
                out["x-request-id"] = request_id
            await send(message)

        body = _ArrivingBody(receive, self._limit)

        try:
            declared = headers.get("content-length", "")
            if declared.isdigit() and int(declared) > self._limit:
                refusal = problem_response(413, "too_large", f"The body is larger than {self._limit} bytes.")
                await refusal(scope, receive, send_safely)
            else:
                await self._app(scope, body.receive, send_safely)
        except ClientDisconnect:  # nobody is left to be answered, and nothing of ours has failed
            body.cut_off = True
        except Exception as error:
            _log.error("unhandled_error", route=route_of(scope), request_id=request_id, exc_info=error)
            if started:
                raise
            await our_mistake()(scope, receive, send_safely)
        finally:
            self._record(scope, CLIENT_CLOSED if body.cut_off else status, time.perf_counter() - began, request_id)

    def _record(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = route_of(scope)
        REQUESTS.labels(self._service, route, str(status)).inc()
        REQUEST_SECONDS.labels(self._service, route).observe(seconds)
        _log.debug("request", route=route, status=status, ms=round(seconds * 1000, 1), request_id=request_id)
