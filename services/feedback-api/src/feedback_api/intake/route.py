"""The route of a door that tells its caller by the source's key and reads its own body."""

from collections.abc import Callable, Coroutine

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from soundings.access.policy import POLICY, Door


class SourceRoute(APIRoute):
    """Calls its endpoint with nothing but the request. Only for operations that the policy table opens to sources.

    The dependencies of the app look for staff tokens, which such a door has no use for, and solving them costs about as
    much as checking a whole response does.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        """The endpoint itself; ValueError where the policy table asks for anything but a source's key."""
        if POLICY.get(self.name) is not Door.SOURCE:
            raise ValueError(f"{self.name} is not a source's door in the policy table")
        endpoint: Callable[[Request], Coroutine[None, None, Response]] = self.endpoint
        return endpoint
