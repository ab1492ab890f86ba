"""Authentication of connector requests: by source key or by vendor signature."""

from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass

from starlette.requests import Request

from feedback_api.catalogue_projection.read_models import SourceView
from feedback_api.connectors.amazon_firehose import KEY_HEADER
from feedback_api.connectors.zendesk_signature import fault_of_signature, is_signed
from feedback_api.intake.body_parser import BATCH_MAX_BYTES, SINGLE_MAX_BYTES
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import FORBIDDEN
from feedback_api.intake.source_auth import SourceAuthenticator, must_accept
from feedback_api.secrets.secret_box import SecretBox
from soundings.access.roles import Principal
from soundings.http.auth import AccessForbidden, bearer_token
from soundings.http.problems import ProblemException
from soundings.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class ConnectorAuthenticator:
    """Authenticates connector requests and resolves their source."""

    authenticator: SourceAuthenticator
    seals: SecretBox
    clock: Clock

    async def authenticate_sender(self, request: Request, source_id: str, vendor: str, body: bytes) -> IntakeContext:
        """The source that a request comes from: by its key, or, without one, by the vendor's signature.

        401 where neither holds, 403 where the key is another source's or the source may not send interactions.
        """
        secret = bearer_token(request) or _basic_password(request) or request.headers.get(KEY_HEADER)
        if secret is None and vendor == "zendesk" and is_signed(request.headers):
            return await self._verify_signature(request, source_id, vendor, body)
        sender = await self.authenticator.sender_with(secret, request, "interactions")
        if sender.source.id != source_id:
            raise ProblemException(403, FORBIDDEN, "This key belongs to another source than the address names.")
        return sender

    async def body_limit(self, request: Request, vendor: str) -> int:
        """Maximum body size in bytes, decided from the headers before the body is read.

        A key is verified at once (401). A signature covers the body, so the body is read first, with a smaller limit.
        """
        secret = bearer_token(request) or _basic_password(request) or request.headers.get(KEY_HEADER)
        if secret is None and vendor == "zendesk" and is_signed(request.headers):
            return SINGLE_MAX_BYTES
        await self.authenticator.sender_with(secret, request)
        return BATCH_MAX_BYTES

    async def source_for(self, caller: Principal, source_id: str) -> SourceView:
        """A source of the caller's agency. 404 where it is not in force, AccessForbidden for another agency."""
        source = (await self.authenticator.ready_catalogue()).find_source(source_id)
        if source is None:
            raise ProblemException(404, "not_found", "There is no such source in force.")
        if not caller.can_act_for(source.agency_id):
            raise AccessForbidden("This source belongs to another agency.")
        return source

    async def _verify_signature(self, request: Request, source_id: str, vendor: str, body: bytes) -> IntakeContext:
        source = (await self.authenticator.ready_catalogue()).find_source(source_id)
        connector = None if source is None else source.connectors.get(vendor)
        sealed = None if connector is None else connector.signing_secret
        secret = None if sealed is None else self.seals.open_secret(sealed, source_id, vendor)
        if source is None or secret is None:
            raise _not_proven("This source has no signing secret that can be used; seal it again and store it.")
        fault = fault_of_signature(request.headers, body, secret, self.clock())
        if fault is not None:
            raise _not_proven(fault)
        sender = self.authenticator.context_of(source, request)
        must_accept(sender, "interactions")
        return sender


def _not_proven(detail: str) -> ProblemException:
    return ProblemException(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def _basic_password(request: Request) -> str | None:
    """The password of HTTP Basic authentication, for vendors without bearer tokens. The user name is ignored."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, found, password = b64decode(given.strip(), validate=True).decode("utf-8").partition(":")
    except (NotBase64, ValueError):
        return None
    return password if found and password else None
