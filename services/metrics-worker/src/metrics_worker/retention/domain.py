"""How long the text of a source lives, and which dead letters must go."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from soundings.kernel.clock import epoch_ms
from soundings.kernel.ids import hash_key128
from soundings.log.port import Headers

_DAY_MS: Final = 86_400_000
_EVENT: Final = re.compile(r"(response|funnel|interaction|tally):(.*):(?:review-)?(?:[0-9]+|retracted)", re.DOTALL)
_FREE_TEXT: Final = frozenset({"comments", "page", "query", "team", "transferred_to", "attributes"})
_SOURCE: Final = "/sources/"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How many days the text of a source lives (None: for good). Nothing of it goes while there is a legal hold."""

    text_days: int | None = None
    legal_hold: bool = False


Rules = Mapping[str, RetentionRule]
"""What holds for each source, by its id."""


def retention_cutoffs(rules: Rules, now_ms: int) -> Mapping[str, int]:
    """For each source whose text is to go, the instant (epoch ms) before which it is."""
    return {
        source: now_ms - keeping.text_days * _DAY_MS
        for source, keeping in rules.items()
        if keeping.text_days is not None and not keeping.legal_hold
    }


@dataclass(frozen=True, slots=True)
class ExpirableDeadLetter:
    """What is needed of a dead letter to know whether it must go; ``at`` is when it was refused, in epoch ms."""

    id: int
    headers: Headers
    at: int

    @property
    def source_id(self) -> str | None:
        """The source that sent it, as far as its headers tell."""
        source = self._header_value("ce_source")
        return source.removeprefix(_SOURCE) if source.startswith(_SOURCE) else None

    @property
    def record_key(self) -> bytes | None:
        """The key of the fact that it speaks of; None where its headers do not tell."""
        source, event = self.source_id, _EVENT.fullmatch(self._header_value("ce_id"))
        if source is None or event is None:
            return None
        kind, record_id = event.groups()
        if kind != "interaction":
            return hash_key128(kind, source, record_id)
        return hash_key128(kind, source, self._header_value("ce_rootid") or record_id, record_id)

    def _header_value(self, name: str) -> str:
        found = next((value for header, value in self.headers if header == name), b"")
        return found.decode("utf-8", "replace")


def overdue_letters(letters: Iterable[ExpirableDeadLetter], rules: Rules, now_ms: int, longest_ms: int) -> list[int]:
    """The letters that are too old: older than their source's text may be, or than any dead letter may be."""
    ends = retention_cutoffs(rules, now_ms)
    oldest = now_ms - longest_ms
    found: list[int] = []
    for letter in letters:
        source = letter.source_id or ""
        if not rules.get(source, RetentionRule()).legal_hold and letter.at < max(oldest, ends.get(source, oldest)):
            found.append(letter.id)
    return found


@dataclass(frozen=True, slots=True)
class ParkedText:
    """A parked record whose free text may be due: who sent it, when the log got it (epoch ms), and its bytes."""

    id: int
    source: str
    at: int
    value: bytes | None


def due_at(record: ParkedText) -> int:
    """From which instant (epoch ms) the text of a parked record is as old as its source's rule says."""
    try:
        data = json.loads(record.value or b"")
    except (ValueError, RecursionError):
        return record.at
    said = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    told = said.get("occurred_at", said.get("started_at"))
    try:
        return min(record.at, epoch_ms(datetime.fromisoformat(str(told))))
    except (ValueError, OverflowError, TypeError):
        return record.at


def without_text(value: bytes | None) -> bytes | None:
    """The bytes of a parked record without free text; None when they cannot be read, so that nothing of them may stay.

    What it counts, once it is folded, is the same.
    """
    try:
        data = json.loads(value or b"")
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    said = cast("dict[str, object]", data)
    return json.dumps({name: part for name, part in said.items() if name not in _FREE_TEXT}).encode()
