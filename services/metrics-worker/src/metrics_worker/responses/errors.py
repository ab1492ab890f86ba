"""Why voices are not given."""

from collections.abc import Iterable
from typing import ClassVar

from soundings.kernel.errors import FieldError, InvalidInput, SoundingsError


class UnknownResponse(SoundingsError):
    """No response with this id is there for the caller: never sent, taken back, or of another agency."""

    code: ClassVar[str] = "not_found"


class AmbiguousResponse(SoundingsError):
    """Several sources sent a response with this id."""

    code: ClassVar[str] = "conflict"

    def __init__(self, sources: Iterable[str]) -> None:
        super().__init__(f"several sources sent this id; name one as source: {', '.join(sorted(sources))}")


class ResponseAgencyDenied(SoundingsError):
    """The caller's token is for another agency."""

    code: ClassVar[str] = "forbidden"


def invalid_parameter(field: str, code: str, detail: str) -> InvalidInput:
    """A search that breaks its contract in one parameter."""
    return InvalidInput([FieldError(field, code, detail)])
