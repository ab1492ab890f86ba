"""One record of a subject, as whoever erases it must name it."""

import re
from dataclasses import dataclass
from typing import Final

_SUBJECT: Final = re.compile(r"v[1-9][0-9]{0,3}:[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """``root_id`` is set where an interaction belongs to another root than itself."""

    source_id: str
    kind: str
    id: str
    root_id: str | None
    agency_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """The records among the facts that were looked through, and where to go on; None at the end."""

    records: tuple[SubjectRecord, ...]
    next: int | None


def is_subject(text: str) -> bool:
    """Whether a text has the shape of a pseudonym."""
    return _SUBJECT.fullmatch(text) is not None
