"""Why a question is not answered."""

from typing import ClassVar

from soundings.kernel.errors import Fault, Refused, SoundingsError


class UnknownMetric(SoundingsError):
    """No formula has this id."""

    code: ClassVar[str] = "not_found"


class ForeignAgency(SoundingsError):
    """The caller's token is for another agency."""

    code: ClassVar[str] = "forbidden"


def refused(field: str, code: str, detail: str) -> Refused:
    """A question that breaks its contract in one parameter."""
    return Refused([Fault(field, code, detail)])


def numbered(error: Refused, number: int) -> Refused:
    """The same refusal of one of several questions: its fields stand under the question's number."""
    return Refused([Fault(f"{number}.{fault.field}", fault.code, fault.detail) for fault in error.faults])
