"""How calls travel: JSON over one kept-alive connection pool, and patience with 429 and 503."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

import httpx
import orjson

from soundings.client.errors import RefusedByServer, Unreachable

Json = dict[str, object]
_PATIENCE: Final = (429, 503)
_TRIES: Final = 8
_LONGEST_WAIT: Final = 30.0
_NOT_ALLOWED: Final = (401, 403)
_FINE: Final = (200, 201, 202, 204)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request: what is sent must be safe to repeat, and is, because each record carries its id."""

    method: str
    url: str
    auth: str | None = None
    body: object = None
    query: Mapping[str, str | int | float | None] | None = None
    expect: tuple[int, ...] = _FINE

    def build_request(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """The request, with what every one of them has."""
        headers = {"Accept": "application/json"}
        if self.auth:
            headers["Authorization"] = f"Bearer {self.auth}"
        content = None
        if self.body is not None:
            content = orjson.dumps(self.body)
            headers["Content-Type"] = "application/json"
        known = {name: value for name, value in (self.query or {}).items() if value is not None}
        return http.build_request(self.method, self.url, params=known or None, content=content, headers=headers)

    def parse_reply(self, response: httpx.Response) -> tuple[int, Json]:
        """The status and the JSON body; RefusedByServer for a status that is not expected."""
        answer = _json_body(response)
        if response.status_code not in self.expect:
            url = response.request.url
            # A token is refused most often because it is that of another server, so this one is named.
            place = str(url.copy_with(query=None)) if response.status_code in _NOT_ALLOWED else url.path
            raise RefusedByServer(response.status_code, answer, f"{self.method} {place}")
        return response.status_code, answer


class RetryingTransport:
    """Sends one request, and again while the server asks for patience or cannot be reached."""

    def __init__(self, http: httpx.Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self._http = http
        self._sleep = sleep

    def send_call(self, call: ApiCall) -> tuple[int, Json]:
        """The status and the JSON body. Raises RefusedByServer for a status not expected, Unreachable for none."""
        request = call.build_request(self._http)
        for attempt in range(_TRIES):
            response = None
            try:
                response = self._http.send(request)
            except httpx.TransportError as error:
                _give_up(attempt, request, error)
            if response is not None and _is_final(response, attempt):
                return call.parse_reply(response)
            self._sleep(_retry_delay(attempt, response))
        raise AssertionError("the last try returns or raises")


class AsyncRetryingTransport:
    """The same, for programs that wait without blocking."""

    def __init__(self, http: httpx.AsyncClient, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._http = http
        self._sleep = sleep

    async def send_call(self, call: ApiCall) -> tuple[int, Json]:
        """As :meth:`Wire.send`."""
        request = call.build_request(self._http)
        for attempt in range(_TRIES):
            response = None
            try:
                response = await self._http.send(request)
            except httpx.TransportError as error:
                _give_up(attempt, request, error)
            if response is not None and _is_final(response, attempt):
                return call.parse_reply(response)
            await self._sleep(_retry_delay(attempt, response))
        raise AssertionError("the last try returns or raises")


def _give_up(attempt: int, request: httpx.Request, error: httpx.TransportError) -> None:
    if attempt == _TRIES - 1:
        raise Unreachable(f"{request.url}: nobody answers ({error})") from error


def _is_final(response: httpx.Response, attempt: int) -> bool:
    return response.status_code not in _PATIENCE or attempt == _TRIES - 1


def _retry_delay(attempt: int, response: httpx.Response | None) -> float:
    """What the server asked for, else twice as long as before; never longer than half a minute."""
    asked = "" if response is None else response.headers.get("retry-after", "")
    return min(float(asked) if asked.isdigit() else 0.2 * 2**attempt, _LONGEST_WAIT)


def _json_body(response: httpx.Response) -> Json:
    try:
        answer = orjson.loads(response.content or b"{}")
    except orjson.JSONDecodeError:
        return {"detail": response.text[:500]}
    return cast("Json", answer) if isinstance(answer, dict) else {"items": answer}
