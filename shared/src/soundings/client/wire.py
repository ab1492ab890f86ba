"""How calls travel: JSON over one kept-alive connection pool, and patience with 429 and 503."""

import time
from collections.abc import Callable, Mapping
from typing import cast

import httpx
import orjson

from soundings.client.errors import RefusedByServer, Unreachable

Json = dict[str, object]
_PATIENCE = (429, 503)
_TRIES = 8
_LONGEST_WAIT = 30.0


class Wire:
    """Sends one request, and again while the server asks for patience or cannot be reached.

    What is sent must be safe to repeat; everything that Soundings takes is, because each record carries its id.
    """

    def __init__(self, http: httpx.Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self._http = http
        self._sleep = sleep

    def send(
        self,
        method: str,
        url: str,
        *,
        auth: str | None = None,
        body: object = None,
        query: Mapping[str, str | int | float | None] | None = None,
        expect: tuple[int, ...] = (200, 201, 202, 204),
    ) -> tuple[int, Json]:
        """The status and the JSON body. Raises RefusedByServer for a status not in ``expect``, Unreachable for none."""
        headers = {"Accept": "application/json"}
        if auth:
            headers["Authorization"] = f"Bearer {auth}"
        content = None
        if body is not None:
            content = orjson.dumps(body)
            headers["Content-Type"] = "application/json"
        known = {name: value for name, value in (query or {}).items() if value is not None}
        request = self._http.build_request(method, url, params=known or None, content=content, headers=headers)
        response = self._patiently(request)
        answer = _json(response)
        if response.status_code not in expect:
            raise RefusedByServer(response.status_code, answer, f"{method} {request.url.path}")
        return response.status_code, answer

    def _patiently(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(_TRIES):
            wait = min(0.2 * 2**attempt, _LONGEST_WAIT)
            try:
                response = self._http.send(request)
            except httpx.TransportError as error:
                if attempt == _TRIES - 1:
                    raise Unreachable(f"{request.url}: nobody answers ({error})") from error
            else:
                if response.status_code not in _PATIENCE or attempt == _TRIES - 1:
                    return response
                asked = response.headers.get("retry-after", "")
                wait = min(float(asked), _LONGEST_WAIT) if asked.isdigit() else wait
            self._sleep(wait)
        raise AssertionError("the last try returns or raises")


def _json(response: httpx.Response) -> Json:
    try:
        answer = orjson.loads(response.content or b"{}")
    except orjson.JSONDecodeError:
        return {"detail": response.text[:500]}
    return cast("Json", answer) if isinstance(answer, dict) else {"items": answer}
