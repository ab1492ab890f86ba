"""Cells that spreadsheets take for what they are: text stays text, and numbers stay numbers."""

from typing import Final

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The full-width signs too: some spreadsheets read them as the plain ones."""


def safe_cell(value: object) -> object:
    """The value of a cell: text that would be run as a formula gets an apostrophe; numbers are left alone."""
    # Only strings: a negative number begins with a minus too, and must stay a number.
    if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA):
        return "'" + value
    return value
