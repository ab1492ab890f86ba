"""What is compared of a record, and what a comparison can say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import orjson

from metrics_worker.aggregation.facts import EMPTY, RETRACTED, TEST, Kind, StoredFact
from metrics_worker.aggregation.timestamps import instant_ms

KINDS: Final[Mapping[str, Kind]] = {"responses": "response", "interactions": "interaction", "tallies": "tally"}
"""The kind of fact by the plural that the endpoints for records use."""

State = Literal["known", "equal", "different", "retracted"]

_CIRCUMSTANCES: Final = frozenset(
    # When and how a record came, and what the catalogue made of it; a sender states none of these.
    {"received_at", "time_clamped", "spam_score", "spam_reasons", "agency_id", "time_zone", "form_version", "stage",
     "scores", "measure_version", "scale"}
)  # fmt: skip
_WORDS: Final = frozenset({"page", "query", "team", "transferred_to", "attributes"})
"""Free text, which retention takes out of a stored record."""


@dataclass(frozen=True, slots=True)
class AskedRecord:
    """A record by its id; ``event`` is the JSON of its event where contents are to be compared."""

    index: int
    record_id: str
    root_id: str | None
    event: bytes | None


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record that is stored already: its place in the question, its stored revision, how the contents compare."""

    index: int
    state: State
    revision: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A record as it is compared: its fact, what was said, and whether retention may have taken free text out."""

    fact: StoredFact
    comments: Mapping[str, str]
    without_words: bool = False


@dataclass(frozen=True, slots=True)
class ComparedRecords:
    """The records that are stored; ``lag_events`` events wait to be folded, None where the log does not answer."""

    records: Sequence[FoundRecord]
    lag_events: int | None


def has_arrived(fact: StoredFact) -> bool:
    """Whether a record came, or was taken back; one that was only reviewed has not come yet."""
    return not fact.state & EMPTY or bool(fact.state & RETRACTED)


def equal_statements(stored: Statement, sent: Statement) -> bool:
    """Whether two records under one id say the same."""
    before, after = stored.fact, sent.fact
    if (before.service, before.channel, before.state & TEST) != (after.service, after.channel, after.state & TEST):
        return False
    was, now = _data(before), _data(after)
    if before.kind != "tally" and not _same_time(before, was, after, now):
        return False
    left_out = _CIRCUMSTANCES | (_WORDS if stored.without_words else frozenset[str]())
    if not _same_subject(was.pop("subject", None), now.pop("subject", None)):
        return False
    if {k: v for k, v in was.items() if k not in left_out} != {k: v for k, v in now.items() if k not in left_out}:
        return False
    return stored.without_words or stored.comments == sent.comments


def _data(fact: StoredFact) -> dict[str, object]:
    data: dict[str, object] = orjson.loads(fact.data or "{}")
    return data


def _same_time(before: StoredFact, was: Mapping[str, object], after: StoredFact, now: Mapping[str, object]) -> bool:
    """The same instant; records without a time of their own have that of their arrival, which differs each time."""
    if before.occurred_at == after.occurred_at:
        return True
    return _is_of_arrival(before, was) and _is_of_arrival(after, now)


def _is_of_arrival(fact: StoredFact, data: Mapping[str, object]) -> bool:
    return instant_ms(str(data.get("received_at"))) == fact.occurred_at


def _same_subject(before: object, after: object) -> bool:
    """Pseudonyms under keys of two versions (``v1:``, ``v2:``) cannot be compared and count as the same."""
    if before is None or after is None:
        return before is after
    return before == after or str(before).partition(":")[0] != str(after).partition(":")[0]
