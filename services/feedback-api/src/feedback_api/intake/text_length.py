"""How much text an item or a list holds: what is long is not read on the event loop, what is too long not at all."""

from collections.abc import Iterable
from typing import Final

from feedback_api.intake.body_parser import TooLarge
from feedback_api.intake.field_readers import is_list, is_object

# Characters of text from which an item is checked on a thread.
LONG_TEXT: Final = 400
# Characters of text in one request, all items together.
REQUEST_TEXT_MAX: Final = 4_000_000


def text_length(value: object) -> int:
    """Characters in all text values of a JSON value; names of fields do not count, and nothing is recursive."""
    total = 0
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            total += len(one)
        elif is_object(one):
            waiting += one.values()
        elif is_list(one):
            waiting += one
    return total


def check_text_length(items: Iterable[object]) -> None:
    """Raise TooLarge where a request holds more text than is read for one."""
    total = sum(map(text_length, items))
    if total > REQUEST_TEXT_MAX:
        raise TooLarge(
            f"All items of a request may hold {REQUEST_TEXT_MAX} characters of text together; these hold {total}. "
            "Send them in parts."
        )
