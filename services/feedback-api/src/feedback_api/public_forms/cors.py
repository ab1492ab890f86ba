"""CORS headers and origin check of the public form endpoints."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from feedback_api.catalogue_projection.read_models import SourceView
from soundings.access.policy import AuthScheme
from soundings.http.fast_path import FastPathRoute

PREFLIGHT: Final = {
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "content-type, idempotency-key, traceparent",
    "access-control-max-age": "86400",
}
_DEVICES: Final = (("ipad", "tablet"), ("tablet", "tablet"), ("mobi", "mobile"), ("android", "tablet"))


class PublicCorsRoute(FastPathRoute):
    """A route whose replies, errors included, any page may read. Only for public operations of the policy table.

    Requests carry no cookies, so only submission needs an origin check: see `may_send`.
    """

    required_scheme = AuthScheme.PUBLIC
    headers = (
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", b"etag, retry-after, x-request-id"),
        (b"cross-origin-resource-policy", b"cross-origin"),
    )


def may_send(request: Request, source: SourceView) -> bool:
    """Whether the page that sends is one of the source's, or our own; a request without Origin is not from a page."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    origin = origin.strip().lower()
    return origin in source.origins or _host_of(origin) == request.headers.get("host", "").strip().lower()


def device_class(request: Request) -> str | None:
    """The device class from the user agent, which itself is never stored."""
    agent = request.headers.get("user-agent", "").lower()
    if not agent.startswith("mozilla/"):
        return None
    return next((device for word, device in _DEVICES if word in agent), "desktop")


def _host_of(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc if parts.scheme in {"http", "https"} and parts.netloc else None
