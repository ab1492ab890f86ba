"""The root of every error that Soundings raises on purpose.

A domain error states a fact, carries a stable ``code`` and knows no HTTP; each service has one table from codes to
problems (see :mod:`soundings.http.problems`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class SoundingsError(Exception):
    """Something that Soundings refuses or cannot do. ``code`` is stable; the message is for people."""

    code: ClassVar[str] = "error"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: ``field`` is a dotted path, ``code`` is stable, ``detail`` is for people."""

    field: str
    code: str
    detail: str


class InvalidInput(SoundingsError):
    """An item that breaks its contract; ``faults`` names every field that is wrong, the first one first."""

    code: ClassVar[str] = "invalid"

    def __init__(self, faults: Sequence[FieldError]) -> None:
        super().__init__(
            "; ".join(f"{fault.field}: {fault.detail}" if fault.field else fault.detail for fault in faults)
        )
        self.faults = tuple(faults)


def safe_error_reason(error: BaseException) -> str:
    """Why something failed, for logs and health: our own words, or else the type, since others quote what they got."""
    return str(error) if isinstance(error, SoundingsError) else type(error).__name__


class ServiceUnavailable(SoundingsError):
    """Something that is needed is away for a while; ``retry_after`` says in whole seconds when to try again."""

    code: ClassVar[str] = "unavailable"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
