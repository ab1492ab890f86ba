"""Which sources a caller may look after: those of their agency, or all."""

from dataclasses import dataclass
from typing import Final

from soundings.access.roles import Principal

_EVERY: Final = "*"
_NOBODYS: Final = "~nobody"
"""No agency has this id, because it is no slug; only who reaches every agency reaches it."""


@dataclass(frozen=True, slots=True)
class AgencyReach:
    """``agency`` is whose sources are reached; None: every record, also those that tell no known source."""

    agency: str | None


def reach_of(principal: Principal) -> AgencyReach:
    """What a caller reaches. Without an agency that is nothing, unless the caller reaches every agency."""
    if principal.agency == _EVERY or (principal.agency != _NOBODYS and principal.can_act_for(_NOBODYS)):
        return AgencyReach(None)
    return AgencyReach(principal.agency or "")
