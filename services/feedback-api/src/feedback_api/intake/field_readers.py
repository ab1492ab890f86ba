"""Field readers: each returns a validated value, None where absent or null, or raises InvalidInput."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeGuard

from feedback_api.intake.errors import invalid_field, missing_field, not_one_of, wrong_type
from soundings.kernel.ids import RECORD_ID_MAX, is_slug

Item = Mapping[str, object]
Redact = Callable[[str], str]

# The largest count, amount of money or cost that is taken: sums of nine millions of them still fit 64 bits.
COUNT_MAX: Final = 10**12
# The largest total of durations that is taken: in milliseconds, sums of a million of them still fit 64 bits.
TOTAL_SECONDS_MAX: Final = 9 * 10**9
# The longest duration of one contact that is taken: a hundred years, as the event's contract has it.
DURATION_SECONDS_MAX: Final = 3_200_000_000
REVISION_MAX: Final = 2**63 - 1
_NOT_IN_IDS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DIGITS: Final = re.compile(r"[0-9]")
_DIGITS_MAX: Final = 4
_PLACEHOLDER_MAX: Final = len("[date-of-birth]")


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Whether a JSON value is an object, whose names are always text."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)


def read_identifier(item: Item, field: str) -> str | None:
    """An id as the sender gave it: 1 to 200 characters, none of them a control character; kept as it is."""
    value = item.get(field)
    return None if value is None else checked_id(value, field)


def checked_id(value: object, field: str) -> str:
    """The id, or a refusal of ``field``."""
    if not isinstance(value, str):
        raise wrong_type(field, "text")
    if not 0 < len(value) <= RECORD_ID_MAX:
        raise invalid_field(field, "wrong_length", f"must have 1 to {RECORD_ID_MAX} characters")
    if _NOT_IN_IDS.search(value):
        raise invalid_field(field, "not_allowed_character", "must not hold control characters")
    return value


def read_reference(item: Item, field: str) -> str | None:
    """An id of the catalogue, not yet looked up."""
    value = item.get(field)
    if value is not None and not isinstance(value, str):
        raise wrong_type(field, "text")
    return value


def read_choice(item: Item, field: str, allowed: Mapping[str, str]) -> str | None:
    """One of a closed set (given as a mapping from each member to itself)."""
    value = item.get(field)
    if value is None:
        return None
    found = allowed.get(value) if isinstance(value, str) else None
    if found is None:
        raise not_one_of(field, allowed)
    return found


def required_choice(item: Item, field: str, allowed: Mapping[str, str]) -> str:
    value = read_choice(item, field, allowed)
    if value is None:
        raise missing_field(field)
    return value


def read_flag(item: Item, field: str) -> bool:
    """True or false; false where absent."""
    value = item.get(field)
    if value is None or value is False:
        return False
    if value is not True:
        raise wrong_type(field, "true or false")
    return True


def whole_number(item: Item, field: str, low: int, high: int) -> int | None:
    """A whole number within bounds; ``4.0`` is one, ``true`` is not."""
    value = item.get(field)
    return None if value is None else checked_whole(value, field, low, high)


def checked_whole(value: object, field: str, low: int, high: int) -> int:
    """The whole number, or a refusal of ``field``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(field, "a whole number")
    if not low <= value <= high:
        raise invalid_field(field, "out_of_range", f"must be from {low} to {high}")
    return value


def read_number(item: Item, field: str, low: float, high: float) -> float | None:
    """A number within bounds."""
    value = item.get(field)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong_type(field, "a number")
    if not low <= value <= high:
        raise invalid_field(field, "out_of_range", f"must be from {low:g} to {high:g}")
    return float(value)


def read_revision(item: Item) -> int | None:
    """A revision: 64 bits, not negative. A number that JSON cannot carry exactly (a float) is refused."""
    value = item.get("revision")
    if isinstance(value, float):
        raise wrong_type("revision", f"a whole number from 0 to {REVISION_MAX}")
    return whole_number(item, "revision", 0, REVISION_MAX)


def read_text(item: Item, field: str, limit: int) -> str | None:
    """Text as it was sent, not yet redacted; None where it is blank."""
    value = item.get(field)
    if value is None:
        return None
    return checked_text(value, field, limit) or None


def checked_text(value: object, field: str, limit: int) -> str:
    """Text without leading and trailing space and with plain line ends, or a refusal of ``field``.

    A NUL is refused: no text needs it, and not every store can hold it. All other characters are kept.
    """
    if not isinstance(value, str):
        raise wrong_type(field, "text")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = value.strip()
    if len(value) > limit:
        raise invalid_field(field, "too_long", f"has {len(value)} characters; at most {limit} are taken")
    if "\x00" in value:
        raise invalid_field(field, "not_allowed_character", "must not hold a NUL character")
    return value


def read_label(item: Item, field: str, limit: int, redact: Redact) -> str | None:
    """A short name such as a team or a topic: kept where it is a slug, else redacted."""
    value = read_text(item, field, limit)
    return None if value is None else clean_text(value, limit, redact)


def clean_text(value: str, limit: int, redact: Redact) -> str:
    """Redacted text within its limit. A slug is kept unless it has enough digits to be a personal number."""
    if is_slug(value) and len(_DIGITS.findall(value)) <= _DIGITS_MAX:
        return value
    return truncate_redacted(redact(value), limit)


def truncate_redacted(text: str, limit: int) -> str:
    """Redacted text cut to ``limit`` characters, never inside a placeholder.

    Placeholders may be longer than the text they replace. Cutting avoids a rejection for text within the limit.
    """
    if len(text) <= limit:
        return text
    kept = text[:limit]
    start = kept.rfind("[", max(0, limit - _PLACEHOLDER_MAX))
    if start > 0 and "]" not in kept[start:]:
        kept = kept[:start]
    return kept.rstrip()
