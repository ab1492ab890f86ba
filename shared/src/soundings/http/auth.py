"""Access over HTTP: every route is looked up in the policy table before its code runs, and denied where it is not."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import Request

from soundings.access.keys import PREFIX
from soundings.access.policy import Access, AuthScheme, SourceOrStaff, StaffRoles
from soundings.access.roles import ANONYMOUS, Principal
from soundings.access.tokens import TokenVerifier
from soundings.http.problems import ProblemException
from soundings.kernel.errors import FieldError, SoundingsError
from soundings.kernel.ids import is_slug

_REPEATED: Final[Mapping[str, frozenset[str]]] = {"catalogue.form_templates.fill": frozenset({"service", "language"})}
"""Parameters that may be given several times, by operation."""
Guard = Callable[[Request], Awaitable[None]]


class AccessForbidden(SoundingsError):
    """The caller is known and may not."""

    code = "forbidden"


def enforce_policy(policy: Mapping[str, Access], verifier: TokenVerifier) -> Guard:
    """A dependency for the whole app: puts the caller into ``request.state.principal`` or refuses."""

    async def enforce_route(request: Request) -> None:
        access = policy.get(request.scope["route"].name)
        # The endpoint itself checks source keys, because it needs the source's catalogue entry
        # anyway.
        if access is AuthScheme.SOURCE:
            return
        principal = await _authenticate_caller(request, verifier)
        request.state.principal = principal
        if access is AuthScheme.PUBLIC or (isinstance(access, SourceOrStaff) and principal is ANONYMOUS):
            return
        if not isinstance(access, StaffRoles | SourceOrStaff):
            raise ProblemException(403, "forbidden", "This operation is not in the policy table.")
        if principal is ANONYMOUS:
            raise ProblemException(
                401, "unauthorized", "This needs a staff token.", headers={"WWW-Authenticate": "Bearer"}
            )
        if not principal.has_any(access.roles):
            raise ProblemException(403, "forbidden", "Your roles do not allow this.")
        # A token without an agency claim must not fall back to all agencies.
        if principal.agency is None and not (isinstance(access, StaffRoles) and not access.needs_agency):
            raise ProblemException(403, "forbidden", "Your token names no agency; one with the claim agency is needed.")
        _check_repeated(request)

    return enforce_route


def _check_repeated(request: Request) -> None:
    """422 for a repeated parameter that takes one value: the intended one is ambiguous."""
    if not request.scope["query_string"]:
        return
    allowed = _REPEATED.get(request.scope["route"].name, frozenset[str]())
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name in seen and name not in allowed:
            fault = FieldError(name if is_slug(name) else "", "repeated", "is given twice")
            raise ProblemException(422, "invalid", "A parameter is given twice.", errors=[fault])
        seen.add(name)


def bearer_token(request: Request) -> str | None:
    """The secret of an ``Authorization: Bearer`` header, or None."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and secret else None


def current_principal(request: Request) -> Principal:
    """The caller; anonymous without a token."""
    principal: Principal = request.state.principal
    return principal


async def _authenticate_caller(request: Request, verifier: TokenVerifier) -> Principal:
    token = bearer_token(request)
    if token is None or token.startswith(PREFIX):  # a source key is not a staff token; its endpoints check it
        return ANONYMOUS
    return await verifier.verify_token(token)
