"""The roles of staff and internal clients, and who a caller turns out to be."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role; every staff role includes viewer, and admin includes all of them."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADVOCATE = "advocate"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: ``agency`` is None where the caller may act for every agency. Nobody in particular has no roles."""

    name: str
    roles: frozenset[Role]
    agency: str | None = None

    def has(self, role: Role) -> bool:
        """Whether the caller has the role, by name or because a wider one includes it."""
        return role in self.roles or Role.ADMIN in self.roles or (role is Role.VIEWER and bool(self.roles))

    def has_any(self, roles: frozenset[Role]) -> bool:
        return any(self.has(role) for role in roles)

    def reaches(self, agency_id: str) -> bool:
        """Whether the caller may act for this agency."""
        return self.agency is None or self.agency == agency_id


ANONYMOUS = Principal("anonymous", frozenset(), "")
