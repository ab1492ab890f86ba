"""Constructors of InvalidInput: the field, a stable code, and a sentence that says what to change."""

from collections.abc import Collection, Iterable
from typing import Final

from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.ids import is_slug

# The code of what is well formed but not this source's right: 403 where it comes alone.
FORBIDDEN: Final = "forbidden"


def invalid_field(field: str, code: str, detail: str) -> InvalidInput:
    """A refusal for one fault."""
    return InvalidInput((FieldError(field, code, detail),))


def missing_field(field: str) -> InvalidInput:
    return invalid_field(field, "missing", f"{field} is required")


def wrong_type(field: str, wanted: str) -> InvalidInput:
    return invalid_field(field, "wrong_type", f"must be {wanted}")


def not_one_of(field: str, allowed: Iterable[str]) -> InvalidInput:
    return invalid_field(field, "unknown_value", f"must be one of {', '.join(sorted(allowed))}")


def unknown_field(names: Iterable[object], allowed: Collection[str]) -> InvalidInput:
    """For the first name that is not allowed; what is no slug is not repeated, because it may hold anything."""
    name = next(str(name) for name in names if name not in allowed)
    return invalid_field(
        shown_text(name), "unknown_field", f"is not a field here; there are {', '.join(sorted(allowed))}"
    )


def shown_text(name: str, *, of: str = "") -> str:
    """The path of a field that is safe to repeat in a reply: only the parent where the name is no slug."""
    if not is_slug(name):
        return of
    return f"{of}.{name}" if of else name
