"""Authentication of sources by API key, and authorisation by the source's accepted record types."""

import re
from typing import Final

from starlette.requests import Request

from feedback_api.catalogue_projection.consumer import CatalogueConsumer
from feedback_api.catalogue_projection.read_models import SourceView
from feedback_api.intake.context import CatalogueLookup, IntakeContext
from feedback_api.intake.errors import FORBIDDEN
from feedback_api.intake.ports import Accepted
from soundings.access.keys import hash_key
from soundings.http.auth import bearer_token
from soundings.http.problems import ProblemException
from soundings.kernel.clock import Clock
from soundings.telemetry.tracing import current_traceparent

_READY_SECONDS: Final = 2.0
_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class SourceAuthenticator:
    """Authenticates source keys against the catalogue projection. Waits until the projection is ready."""

    def __init__(self, directory: CatalogueLookup, follower: CatalogueConsumer, clock: Clock) -> None:
        self._directory = directory
        self._follower = follower
        self._clock = clock

    async def authenticate_sender(self, request: Request, accepted: Accepted | None = None) -> IntakeContext:
        """Who sends this request. 401 without a key that is known, 403 where the source may not send this kind."""
        return await self.sender_with(bearer_token(request), request, accepted)

    async def sender_with(
        self, secret: str | None, request: Request, accepted: Accepted | None = None
    ) -> IntakeContext:
        """As `authenticate_sender`, with a key from anywhere in the request."""
        await self._follower.wait_until_ready(_READY_SECONDS)
        sender = self.context_of(self._source_of_key(secret), request)
        if accepted is not None:
            must_accept(sender, accepted)
        return sender

    async def ready_catalogue(self) -> CatalogueLookup:
        """The catalogue's projection, once it has caught up."""
        await self._follower.wait_until_ready(_READY_SECONDS)
        return self._directory

    def context_of(self, source: SourceView, request: Request) -> IntakeContext:
        """A source that is known already as the sender of a request."""
        agency = self._directory.find_agency(source.agency_id)
        if agency is None:
            raise ProblemException(403, FORBIDDEN, "The agency of this source is not in force in the catalogue.")
        return IntakeContext(source, agency, self._clock(), _request_traceparent(request))

    def _source_of_key(self, secret: str | None) -> SourceView:
        if secret is None:
            raise _unauthorized_problem("Send the source's key as Authorization: Bearer snd_…")
        source_id = self._directory.source_of_key(hash_key(secret))
        if source_id is None:
            raise _unauthorized_problem("This key is not known, or it was revoked.")
        source = self._directory.find_source(source_id)
        if source is None:
            raise ProblemException(403, FORBIDDEN, "The source of this key has been retired.")
        return source


def must_accept(sender: IntakeContext, accepted: Accepted) -> None:
    """403 where the source may not send this kind."""
    if accepted not in sender.source.accepts:
        raise ProblemException(403, FORBIDDEN, f"This source may not send {accepted}.")


def _unauthorized_problem(detail: str) -> ProblemException:
    return ProblemException(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def _request_traceparent(request: Request) -> str | None:
    """The trace of this request: our own span where there is one, else what its sender gave."""
    own = current_traceparent()
    if own is not None:
        return own
    given = request.headers.get("traceparent")
    return given if given is not None and _TRACEPARENT.fullmatch(given) else None
