"""One record of a subject, with the fields that an erasure needs to name it."""

import json
import re
from dataclasses import dataclass
from typing import Final, cast

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
class SubjectRecordPage:
    """The records among the facts that were looked through, and where to go on; None at the end."""

    records: tuple[SubjectRecord, ...]
    next: int | None


def is_subject(text: str) -> bool:
    """Whether a text has the shape of a pseudonym."""
    return _SUBJECT.fullmatch(text) is not None


def parked_record(value: bytes, subject: str) -> SubjectRecord | None:
    """The record in the bytes of a parked event, when it is one of the subject; None too for what cannot be read."""
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    said = cast("dict[str, object]", data)
    names = ("source_id", "record_id", "agency_id")
    source, id_, agency = (str(said.get(name, "")) for name in names)
    if said.get("subject") != subject or not (source and id_ and agency):
        return None
    root = said.get("root_id")
    kind = "response" if root is None else "interaction"
    return SubjectRecord(source, kind, id_, None if root in {None, id_} else str(root), agency)
