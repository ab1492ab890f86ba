"""Fast-path routes for high-traffic endpoints.

They are declared as FastAPI routes (OpenAPI, policy table), but `FastPathMiddleware` calls the endpoint directly,
without dependency resolution and the other middleware layers. Errors go through the same problem handlers. See ADR 13.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import ClassVar

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundings.access.policy import POLICY, AuthScheme
from soundings.http.problems import OnError
from soundings.kernel.errors import SoundingsError

RawHeaders = Sequence[tuple[bytes, bytes]]


class FastPathRoute(APIRoute):
    """A route whose endpoint is called with the request and the parts of its path, by name, and nothing else.

    Staff tokens are not evaluated here. A subclass declares in `required_scheme` what the policy table must have for
    its operations, and authenticates the caller itself.
    """

    required_scheme: ClassVar[AuthScheme]
    headers: ClassVar[RawHeaders] = ()
    """What every answer carries, refusals too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        """The endpoint itself. Raises ValueError where the policy table has another scheme for the operation."""
        if POLICY.get(self.name) is not self.required_scheme:
            raise ValueError(f"{self.name} does not have the scheme {self.required_scheme.value} in the policy table")
        return self.handle_request

    async def handle_request(self, request: Request) -> Response:
        """Call the endpoint for a request whose path was matched."""
        endpoint: Callable[..., Coroutine[None, None, Response]] = self.endpoint
        return await endpoint(request=request, **request.path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The framework's way, for what the direct one has left to it: methods that there are not, for example."""
        await super().handle(scope, receive, self.telemetry_sender(send))

    def telemetry_sender(self, send: Send) -> Send:
        """Sends an answer with the headers of this kind of route."""
        if not self.headers:
            return send

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        return send_with_headers


def _set_span_route(scope: Scope, route: FastPathRoute) -> None:
    """Let the span of a request name its route, as the framework does; a mount has written ``/prefix/{path}``."""
    telemetry = scope.get("fastapi.telemetry")
    if telemetry is not None:
        telemetry.route = (telemetry.route or "").removesuffix("/{path}") + route.path_format


class FastPathMiddleware:
    """Takes requests to direct routes; leaves all others to the framework."""

    def __init__(self, app: ASGIApp, *, routes: Iterable[BaseRoute], on_error: OnError) -> None:
        self._app = app
        # A linear scan: there are few fast-path routes, and a dictionary cannot match path
        # parameters.
        self._routes = [(route, frozenset(route.methods or ())) for route in routes if isinstance(route, FastPathRoute)]
        self._on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._find_route(scope) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        _set_span_route(scope, route)
        request = Request(scope, receive, send)
        try:
            response = await route.handle_request(request)
        except (SoundingsError, HTTPException) as error:
            response = await self._on_error(request, error)
        await response(scope, receive, route.telemetry_sender(send))

    def _find_route(self, scope: Scope) -> FastPathRoute | None:
        """The route of a request; the parts of its path are in the scope."""
        # Mounted in the embedded mode the path has the prefix of the mount.
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        for route, methods in self._routes:
            if scope["method"] in methods and (match := route.path_regex.match(path)) is not None:
                parts = match.groupdict().items()
                scope["path_params"] = {name: route.param_convertors[name].convert(part) for name, part in parts}
                return route
        return None
