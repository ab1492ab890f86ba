"""Caller identification: an address becomes a pseudonym unless it is a placeholder for a hidden number."""

from typing import Final

from feedback_api.connectors.draft import DraftInteraction
from feedback_api.connectors.record_reader import FieldValue

# Placeholders of vendors for hidden numbers (266696687 spells ANONYMOUS on a telephone keypad).
_NOBODY: Final = frozenset(
    {
        "anonymous", "unknown", "unavailable", "restricted", "private", "blocked", "withheld", "no caller id",
        "+266696687", "266696687", "+anonymous", "tel:anonymous", "sip:anonymous@anonymous.invalid", "tel:", "+", "-",
    }
)  # fmt: skip


def set_caller(draft: DraftInteraction, found: FieldValue) -> None:
    """Set ``person`` from an address. Hidden and blank addresses are skipped, else they would merge many people."""
    value = found.value
    if isinstance(value, str) and value.strip().casefold() in _NOBODY | {""}:
        return
    draft.put_value("person", found)
