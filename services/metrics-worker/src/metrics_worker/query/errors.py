"""Why a question is not answered."""

from typing import ClassVar

from soundings.kernel.errors import FieldError, InvalidInput, SoundingsError


class UnknownMetric(SoundingsError):
    """No formula has this id."""

    code: ClassVar[str] = "not_found"


class ForeignAgency(SoundingsError):
    """The caller's token is for another agency."""

    code: ClassVar[str] = "forbidden"


def invalid_parameter(field: str, code: str, detail: str) -> InvalidInput:
    """A question that breaks its contract in one parameter."""
    return InvalidInput([FieldError(field, code, detail)])


def numbered_error(error: InvalidInput, number: int) -> InvalidInput:
    """The same refusal of one of several questions: its fields stand under the question's number."""
    return InvalidInput([FieldError(f"{number}.{fault.field}", fault.code, fault.detail) for fault in error.faults])
