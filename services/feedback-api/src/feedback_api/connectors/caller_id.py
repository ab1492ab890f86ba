"""Who made contact: an address that becomes a pseudonym, unless it stands for nobody in particular."""

from typing import Final

from feedback_api.connectors.draft import DraftInteraction
from feedback_api.connectors.record_reader import FieldValue

_NOBODY: Final = frozenset(
    {
        "anonymous", "unknown", "unavailable", "restricted", "private", "blocked", "withheld", "no caller id",
        "+266696687", "266696687", "+anonymous", "tel:anonymous", "sip:anonymous@anonymous.invalid", "tel:", "+", "-",
    }
)  # fmt: skip
"""What vendors write where a caller hides the number (266696687 spells ANONYMOUS on a telephone)."""


def set_caller(draft: DraftInteraction, found: FieldValue) -> None:
    """The person of a record; hidden and blank addresses would make one person of many, and are left out."""
    value = found.value
    if isinstance(value, str) and value.strip().casefold() in _NOBODY | {""}:
        return
    draft.put_value("person", found)
