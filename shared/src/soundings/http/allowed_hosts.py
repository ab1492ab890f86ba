"""The Host check: a request is answered only under a name that is ours, so that no foreign page can rebind its own."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from soundings.http.problems import problem_reply

HOSTS_VARIABLE: Final = "SOUNDINGS_ALLOWED_HOSTS"
URL_VARIABLE: Final = "SOUNDINGS_PUBLIC_URL"
HEALTH_PATHS: Final = frozenset({"/livez", "/readyz"})
"""Paths that probes ask by the address of a machine, which they know no name for."""
_HEADER: Final = re.compile(rb"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_NAME: Final = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")
_LOOPBACK: Final = "localhost"
_REMEMBERED: Final = 256
_DETAIL: Final = (
    f"This host name is not one that is served here. If it should be, set {URL_VARIABLE} to the address that people "
    f"use, or add the name to {HOSTS_VARIABLE} (soundings serve: --public-url)."
)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Loopback and these host names; ``*.name`` matches every subdomain, ``*`` all names. Ports are ignored."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: str, *urls: str | None, listens_on: str = "") -> Self:
        """The names in a list with commas or spaces, in public addresses, and of the address that is listened on.

        ValueError names what is no host name or address.
        """
        given = {one.lower().rstrip(".") for one in re.split(r"[,\s]+", names) if one}
        for url in urls:
            if url:
                given.add(_host_of(url))
        if _address(listens_on) is None or not ipaddress.ip_address(listens_on).is_unspecified:
            given.add(listens_on.lower())
        given.discard("")
        for one in given:
            if one != "*" and not _NAME.fullmatch(one.strip("[]")):
                raise ValueError(f"{HOSTS_VARIABLE} takes host names such as www.example.gov, not {one!r}")
        return cls(frozenset(one.strip("[]") for one in given))

    def allow(self, host: str) -> bool:
        """Whether a host name or address (without its port) is one of ours."""
        host = host.lower().rstrip(".")
        if host == _LOOPBACK or host in self.names or "*" in self.names:
            return True
        address = _address(host)
        if address is not None:
            return address.is_loopback
        return any(name.startswith("*.") and host.endswith(name[1:]) for name in self.names)


class HostCheck:
    """Middleware: 421 for a request whose Host is not allowed, 400 for one without a readable Host."""

    def __init__(self, app: ASGIApp, *, allowed: AllowedHosts) -> None:
        self._app = app
        self._allowed = allowed
        self._known: dict[bytes, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._passes(scope):
            await self._app(scope, receive, send)
            return
        readable = _HEADER.fullmatch(_header(scope["headers"]) or b"")
        if readable is None:
            refusal = problem_reply(400, "unreadable", "The request needs one readable Host header.")
        else:
            refusal = problem_reply(421, "misdirected", _DETAIL)
        await refusal(scope, receive, send)

    def _passes(self, scope: Scope) -> bool:
        header = _header(scope["headers"])
        if header is not None and (known := self._known.get(header)) is not None:
            passes = known
        else:
            passes = self._look_up(header)
        return passes or (scope["path"] in HEALTH_PATHS and _is_without_name(header))

    def _look_up(self, header: bytes | None) -> bool:
        found = _HEADER.fullmatch(header or b"")
        passes = found is not None and self._allowed.allow(found[1].decode("ascii").strip("[]"))
        if header is not None:
            # The Host header is chosen by clients, so the cache is bounded.
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[header] = passes
        return passes


def _header(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The Host header; None where there is none, and what no name can be where there are several."""
    found = [value for name, value in headers if name == b"host"]
    # Two Host headers are a request smuggling pattern; NUL matches no name.
    return None if not found else found[0] if len(found) == 1 else b"\0"


def _is_without_name(header: bytes | None) -> bool:
    """Whether a probe asked by an address, or without any Host (HTTP/1.0); a page of another site does neither."""
    if header is None:
        return True
    found = _HEADER.fullmatch(header)
    return found is not None and _address(found[1].decode("ascii").strip("[]")) is not None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in {"http", "https"} else None
    except ValueError:
        host = None
    if not host:
        raise ValueError(f"{URL_VARIABLE} must be an address such as https://feedback.example.gov, not {url!r}")
    return host.rstrip(".")
