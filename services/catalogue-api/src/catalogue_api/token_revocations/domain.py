"""A revocation: which token, until when it matters, and who said so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, cast

from pydantic import ValidationError

from soundings.events.catalogue import TokenRevocation, TokenRevocationChanged
from soundings.http.problems import field_error_from_pydantic
from soundings.kernel.errors import InvalidInput

LONGEST: Final = timedelta(days=3653)
"""How long a revocation is kept where nobody says when the token expires: as long as any token we ever made."""


@dataclass(frozen=True, slots=True)
class RevokedToken:
    """``revision`` rises when the same token is revoked again for longer."""

    jti: str
    expires_at: datetime
    revision: int
    revoked_at: datetime
    revoked_by: str

    @property
    def id(self) -> str:
        return revocation_id(self.jti)

    def snapshot(self) -> TokenRevocationChanged:
        """The event that every service learns it from."""
        return TokenRevocationChanged(
            id=self.id,
            revision=self.revision,
            changed_at=self.revoked_at,
            body=TokenRevocation(jti=self.jti, expires_at=self.expires_at),
        )


def revocation_id(jti: str) -> str:
    """The id of a revocation on the log and in rows, where not every character can stand."""
    # A jti is chosen by the issuer and may hold any character; a hash is safe as a key on the log.
    return sha256(jti.encode("utf-8", "surrogatepass")).hexdigest()


def read_revocation(sent: object, now: datetime) -> TokenRevocation:
    """What a body ``{jti, expires_at?}`` asks for; ``expires_at`` is cut at the longest that is kept."""
    latest = now + LONGEST
    given = {"expires_at": latest, **cast("dict[str, object]", sent)} if isinstance(sent, dict) else sent
    try:
        asked = TokenRevocation.model_validate(given)
    except ValidationError as error:
        entries = error.errors(include_url=False, include_input=False, include_context=False)
        raise InvalidInput([field_error_from_pydantic(entry) for entry in entries]) from error
    # A revocation without bound would stay in the memory of every service for ever.
    return TokenRevocation(jti=asked.jti, expires_at=min(asked.expires_at, latest))
