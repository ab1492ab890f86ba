"""What surrounds every answer: safe headers, a limit on the body, a request id, and one line of log."""

import asyncio
import itertools
import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundings.http.limits import ServerLimits
from soundings.http.problems import REQUEST_ID, ProblemException, internal_error_reply, problem_reply, route_of
from soundings.telemetry.metrics import REQUEST_SECONDS, REQUESTS

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
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROCESS = secrets.token_hex(6)
_NUMBERS = itertools.count()
_QUERY_MAX_BYTES = 8 * 1024
_PARAMETERS_MAX = 100
_TIMED = "soundings.body_is_timed"
_LENGTH_DIGITS = 15
_CLIENT_GONE = 499
"""The status under which a request is counted whose client went away before it was answered."""
_ALWAYS = ("/livez", "/readyz", "/version")
_log = structlog.get_logger("soundings.access")


class _ArrivingBody:
    """The body of a request while it arrives: bounded in size and time; knows whether its client went away."""

    def __init__(self, scope: Scope, receive: Receive, size_limit: int, limits: ServerLimits) -> None:
        self._receive = receive
        self._size_limit = size_limit
        self._limits = limits
        # A service inside another one (embedded) leaves the time to the outer middleware.
        self._is_timed = not scope.get(_TIMED)
        # Marks the scope, so that a mounted service does not time the body a second time.
        scope[_TIMED] = True
        self._received = 0
        self._more = True
        self._deadline = 0.0
        self.cut_off = False

    async def receive(self) -> Message:
        """The next message. Raises Problem: 413 beyond the size limit, 408 beyond the time."""
        message = await (self._receive_in_time() if self._is_timed and self._more else self._receive())
        if message["type"] == "http.disconnect":
            self.cut_off = self._more
            return message
        self._more = message.get("more_body", False)
        self._received += len(message.get("body", b""))
        if self._received > self._size_limit:
            raise ProblemException(413, "too_large", f"The body is larger than {self._size_limit} bytes.")
        return message

    async def _receive_in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + self._limits.body_seconds
        # The deadline moves with the bytes received: a slow but steady client is not cut off, a
        # trickling one is.
        allowance = self._received / self._limits.body_bytes_per_second
        return await _received_by(self._deadline + allowance, self._receive)


class RequestMiddleware:
    """The one middleware of every service; plain ASGI, because it is on the hot path."""

    def __init__(self, app: ASGIApp, *, service: str, body_limit: int, limits: ServerLimits | None = None) -> None:
        self._app = app
        self._service = service
        self._limit = body_limit
        self._limits = limits or ServerLimits()
        self._in_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = headers.get("x-request-id", "")
        # A request id from outside ends up in logs and headers, so its alphabet is restricted.
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

        body = _ArrivingBody(scope, receive, self._limit, self._limits)
        self._in_work += 1
        try:
            refusal = self._refusal(scope, headers)
            if refusal is not None:
                await refusal(scope, receive, send_safely)
            else:
                await self._app(scope, body.receive, send_safely)
                # A service within this one has found that its client went away.
                status = status if started else _CLIENT_GONE
        except ClientDisconnect:
            status = _CLIENT_GONE
        except Exception as error:
            # The handler for unexpected errors: logged here once, and the client gets no detail.
            _log.error("unhandled_error", route=route_of(scope), request_id=request_id, exc_info=error)
            if started:
                raise
            await internal_error_reply()(scope, receive, send_safely)
        finally:
            self._in_work -= 1
            self._record_metrics(
                scope, _CLIENT_GONE if body.cut_off else status, time.perf_counter() - began, request_id
            )

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request is not even passed on: the service is full, or its address or body is too large."""
        # Health checks stay reachable under overload, or the orchestrator would kill a busy
        # process.
        if self._in_work > self._limits.requests and not scope["path"].endswith(_ALWAYS):
            detail = "Too many requests are in work; send it again."
            return problem_reply(503, "unavailable", detail, headers={"Retry-After": "2"})
        query: bytes = scope["query_string"]
        if query and len(query) > _QUERY_MAX_BYTES:
            return problem_reply(414, "too_large", f"Parameters may have {_QUERY_MAX_BYTES} bytes together.")
        if query and query.count(b"&") >= _PARAMETERS_MAX:
            return problem_reply(400, "unreadable", f"There may be {_PARAMETERS_MAX} parameters.")
        declared = headers.get("content-length", "")
        if declared.isdigit() and (len(declared) > _LENGTH_DIGITS or int(declared) > self._limit):
            return problem_reply(413, "too_large", f"The body is larger than {self._limit} bytes.")
        return None

    def _record_metrics(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = route_of(scope)
        REQUESTS.labels(self._service, route, str(status)).inc()
        REQUEST_SECONDS.labels(self._service, route).observe(seconds)
        _log.debug("request", route=route, status=status, ms=round(seconds * 1000, 1), request_id=request_id)


async def _received_by(deadline: float, receive: Receive) -> Message:
    """The next message; a 408 where it does not come in time, after which the connection cannot be used again."""
    try:
        async with asyncio.timeout_at(deadline):
            return await receive()
    except TimeoutError:
        detail = "The body did not come in time."
        raise ProblemException(408, "timeout", detail, headers={"Connection": "close"}) from None
