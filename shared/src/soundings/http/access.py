"""Access over HTTP: every route is looked up in the policy table before its code runs, and denied where it is not."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import Request

from soundings.access.keys import PREFIX
from soundings.access.policy import Access, Door, SourceOrStaff, Staff
from soundings.access.roles import ANONYMOUS, Principal
from soundings.access.tokens import TokenVerifier
from soundings.http.problems import Problem
from soundings.kernel.errors import SoundingsError

Guard = Callable[[Request], Awaitable[None]]


class Forbidden(SoundingsError):
    """The caller is known and may not."""

    code = "forbidden"


def guard(policy: Mapping[str, Access], verifier: TokenVerifier) -> Guard:
    """A dependency for the whole app: puts the caller into ``request.state.principal`` or refuses."""

    async def enforce(request: Request) -> None:
        access = policy.get(request.scope["route"].name)
        if access is Door.SOURCE:
            return
        principal = await _caller(request, verifier)
        request.state.principal = principal
        if access is Door.PUBLIC or (isinstance(access, SourceOrStaff) and principal is ANONYMOUS):
            return
        if not isinstance(access, Staff | SourceOrStaff):
            raise Problem(403, "forbidden", "This operation is not in the policy table.")
        if principal is ANONYMOUS:
            raise Problem(401, "unauthorized", "This needs a staff token.", headers={"WWW-Authenticate": "Bearer"})
        if not principal.has_any(access.roles):
            raise Problem(403, "forbidden", "Your roles do not allow this.")
        if principal.agency is None and not (isinstance(access, Staff) and not access.needs_agency):
            raise Problem(403, "forbidden", "Your token names no agency; one with the claim agency is needed.")

    return enforce


def bearer(request: Request) -> str | None:
    """The secret of an ``Authorization: Bearer`` header, or None."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and secret else None


def caller(request: Request) -> Principal:
    """Who calls; nobody in particular where no token was given."""
    principal: Principal = request.state.principal
    return principal


async def _caller(request: Request, verifier: TokenVerifier) -> Principal:
    token = bearer(request)
    if token is None or token.startswith(PREFIX):  # a source's key is nobody's token; the doors that know it check it
        return ANONYMOUS
    return await verifier.verify(token)
