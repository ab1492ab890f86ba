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
