"""Legal holds: while a source is held, nothing that it sent is erased."""

from typing import Final

from feedback_api.intake.context import CatalogueLookup
from feedback_api.intake.errors import invalid_field
from soundings.http.problems import ProblemException
from soundings.kernel.errors import InvalidInput

LEGAL_HOLD: Final = "legal_hold"
_DETAIL: Final = "a legal hold keeps everything of this source for now; ask the agency that holds it"


def is_held(source_id: str, directory: CatalogueLookup) -> bool:
    """Whether there is a legal hold on a source, which may be retired: the hold is on what it sent."""
    source = directory.registered_source(source_id)
    return source is not None and source.legal_hold


def held_problem() -> ProblemException:
    """The 409 reply to an erasure under legal hold."""
    return ProblemException(409, LEGAL_HOLD, f"Nothing was erased: {_DETAIL}.")


def held_refusal(field: str) -> InvalidInput:
    """The same for one item of a list."""
    return invalid_field(field, LEGAL_HOLD, _DETAIL)
