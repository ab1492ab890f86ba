"""Which pages may send to a form, and what browsers are told about it."""

from collections.abc import Callable, Coroutine
from typing import Final
from urllib.parse import urlsplit

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from feedback_api.projection.views import SourceView
from soundings.access.policy import POLICY, Door

PREFLIGHT: Final = {
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "content-type, idempotency-key, traceparent",
    "access-control-max-age": "86400",
}
_OPEN: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"etag, retry-after, x-request-id"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_DEVICES: Final = (("ipad", "tablet"), ("tablet", "tablet"), ("mobi", "mobile"), ("android", "tablet"))


class OpenRoute(APIRoute):
    """A route whose answers, refusals too, any page may read.

    No cookies travel here, so there is nothing to protect from other pages but the form itself: see `may_send`.
    Its endpoint is called with the request and the parts of the path and nothing else: the dependencies of the app look
    for staff tokens, which an open door has no use for, and solving them costs as much as checking an answer does.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        """The endpoint itself; ValueError where the policy table does not open it to the public."""
        if POLICY.get(self.name) is not Door.PUBLIC:
            raise ValueError(f"{self.name} is not a public door in the policy table")
        endpoint: Callable[..., Coroutine[None, None, Response]] = self.endpoint

        async def call(request: Request) -> Response:
            return await endpoint(request=request, **request.path_params)

        return call

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_OPEN]
            await send(message)

        await super().handle(scope, receive, send_open)


def may_send(request: Request, source: SourceView) -> bool:
    """Whether the page that sends is one of the source's, or our own; a request without Origin is not from a page."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    origin = origin.strip().lower()
    return origin in source.origins or _host(origin) == request.headers.get("host", "").strip().lower()


def device_class(request: Request) -> str | None:
    """The class of device that the user agent tells of; the user agent itself is never kept."""
    agent = request.headers.get("user-agent", "").lower()
    if not agent.startswith("mozilla/"):
        return None
    return next((device for word, device in _DEVICES if word in agent), "desktop")


def _host(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc if parts.scheme in {"http", "https"} and parts.netloc else None
