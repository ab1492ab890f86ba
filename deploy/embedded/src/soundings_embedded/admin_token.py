"""When the admin token of a home must be renewed, so that no upgrade and no date locks its admin out."""

import base64
from collections.abc import Collection
from typing import Final, cast

import orjson
from joserfc.jwk import ECKey

from soundings.access.roles import EVERY_AGENCY, StaffRole

RENEW_DAYS: Final = 30
_DAY: Final = 86_400


def reason_to_renew(token: str | None, key: ECKey, revoked: Collection[str], now: float) -> str | None:
    """Why a token is no longer good as an admin token, in words; None when it is. ``now`` is in seconds since 1970."""
    if token is None:
        return "there was none"
    # The signature is not checked: this only decides about a renewal and grants nothing.
    header, claims, *_ = [_object(part) for part in [*token.split("."), "", ""]]
    if header is None or claims is None:
        return "it could not be read"
    roles, expires_at = claims.get("roles"), claims.get("exp")
    reasons = {
        "its key was withdrawn": header.get("kid") != key.kid,
        "it did not name the agencies that it reaches": claims.get("agency") != EVERY_AGENCY,
        "it was not an admin's": not isinstance(roles, list) or StaffRole.ADMIN.value not in roles,
        "it could not be revoked": not claims.get("jti"),
        "it was revoked": str(claims.get("jti")) in revoked,
        f"it had fewer than {RENEW_DAYS} days left": not isinstance(expires_at, int | float)
        or expires_at - now < RENEW_DAYS * _DAY,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _object(part: str) -> dict[str, object] | None:
    try:
        found: object = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return None
    return cast("dict[str, object]", found) if isinstance(found, dict) else None
