"""Paths of a service that are also served at the root of the embedded application."""

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send


class RootAlias(BaseRoute):
    """Gives requests whose path begins in one of these ways to a service, with the path as it is."""

    def __init__(self, beginnings: tuple[str, ...], service: ASGIApp) -> None:
        self._beginnings = beginnings
        self._service = service

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope["type"] == "http" and scope["path"].startswith(self._beginnings)
        return (Match.FULL, {}) if ours else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._service(scope, receive, send)
