"""The roles of staff and internal clients, and who a caller turns out to be."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class StaffRole(StrEnum):
    """A role; every staff role includes viewer, and admin includes all of them."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADVOCATE = "advocate"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF = frozenset(StaffRole)
EVERY_AGENCY: Final = "*"
"""The ``agency`` of a token that reaches all of them. No agency has this id, because it is not a slug."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: ``agency`` is the one that the caller may act for, ``*`` for every one, None for none.

    An anonymous caller has no roles. ``departments`` are those that the token names; without any there is no limit
    within the agency.
    """

    name: str
    roles: frozenset[StaffRole]
    agency: str | None = None
    departments: frozenset[str] = frozenset()

    def has_role(self, role: StaffRole) -> bool:
        """Whether the caller has the role, by name or because a wider one includes it."""
        # Admin includes all roles; every staff role includes viewer.
        return role in self.roles or StaffRole.ADMIN in self.roles or (role is StaffRole.VIEWER and bool(self.roles))

    def has_any(self, roles: frozenset[StaffRole]) -> bool:
        return any(self.has_role(role) for role in roles)

    @property
    def reaches_every_agency(self) -> bool:
        """Whether the caller may act for all agencies."""
        return self.agency == EVERY_AGENCY

    def can_act_for(self, agency_id: str) -> bool:
        """Whether the caller may act for this agency."""
        return self.reaches_every_agency or (self.agency is not None and self.agency == agency_id)


ANONYMOUS = Principal("anonymous", frozenset())
