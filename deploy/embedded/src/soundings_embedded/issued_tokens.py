"""The list of tokens that a home has issued: who has which, until when; never a token itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, cast

from soundings.access.tokens import NewToken
from soundings_embedded.private_files import append_private


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """One token that was issued; ``kid`` names the key that signed it, times are in seconds since 1970."""

    jti: str
    name: str
    roles: tuple[str, ...]
    agency: str | None
    issued_at: int
    expires_at: int
    kid: str

    @classmethod
    def of(cls, token: NewToken, kid: str) -> Self:
        roles = tuple(role.value for role in token.roles)
        return cls(token.jti, token.name, roles, token.agency, token.issued_at, token.expires_at, kid)

    @property
    def expires(self) -> datetime:
        return datetime.fromtimestamp(self.expires_at, UTC)


class IssuedTokens:
    """A file with one JSON object a line: a token when it is issued, its ``jti`` again when it is revoked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, token: IssuedToken) -> None:
        fields = {name: getattr(token, name) for name in token.__slots__}
        append_private(self._path, json.dumps(fields, default=list))

    def note_revoked(self, jti: str) -> None:
        append_private(self._path, json.dumps({"revoked": jti}))

    def all(self) -> Sequence[IssuedToken]:
        """Every token in the order of issue; lines that are cut off are passed over."""
        return [token for entry in self._entries() if (token := _token(entry)) is not None]

    def revoked(self) -> frozenset[str]:
        return frozenset(jti for entry in self._entries() if isinstance(jti := entry.get("revoked"), str))

    def find(self, jti: str) -> IssuedToken | None:
        return next((token for token in self.all() if token.jti == jti), None)

    def _entries(self) -> Sequence[dict[str, object]]:
        if not self._path.exists():
            return ()
        entries: list[dict[str, object]] = []
        for line in self._path.read_text("utf-8").splitlines():
            try:
                entry: object = json.loads(line)
            except ValueError:
                continue  # a write that the power cut short
            if isinstance(entry, dict):
                entries.append(cast("dict[str, object]", entry))
        return entries


def _token(entry: dict[str, object]) -> IssuedToken | None:
    if entry.keys() != set(IssuedToken.__slots__):
        return None
    agency, roles = entry["agency"], cast("list[object]", entry["roles"])
    return IssuedToken(
        jti=str(entry["jti"]),
        name=str(entry["name"]),
        roles=tuple(str(role) for role in roles),
        agency=None if agency is None else str(agency),
        issued_at=int(str(entry["issued_at"])),
        expires_at=int(str(entry["expires_at"])),
        kid=str(entry["kid"]),
    )
