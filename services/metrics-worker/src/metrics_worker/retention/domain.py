"""How long the text of a source lives, and which dead letters must go."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from soundings.kernel.ids import key128
from soundings.log.port import Headers

_DAY_MS: Final = 86_400_000
_EVENT: Final = re.compile(r"(response|funnel|interaction|tally):(.*):(?:review-)?(?:[0-9]+|retracted)", re.DOTALL)
_SOURCE: Final = "/sources/"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many days the text of a source lives (None: for good). Nothing of it goes while there is a legal hold."""

    text_days: int | None = None
    legal_hold: bool = False


Rules = Mapping[str, Keeping]
"""What holds for each source, by its id."""


def cutoffs(rules: Rules, now_ms: int) -> Mapping[str, int]:
    """For each source whose text is to go, the instant (epoch ms) before which it is."""
    return {
        source: now_ms - keeping.text_days * _DAY_MS
        for source, keeping in rules.items()
        if keeping.text_days is not None and not keeping.legal_hold
    }


@dataclass(frozen=True, slots=True)
class Letter:
    """What is needed of a dead letter to know whether it must go; ``at`` is when it was refused, in epoch ms."""

    id: int
    headers: Headers
    at: int

    @property
    def source(self) -> str | None:
        """The source that sent it, as far as its headers tell."""
        source = self._header("ce_source")
        return source.removeprefix(_SOURCE) if source.startswith(_SOURCE) else None

    @property
    def record_key(self) -> bytes | None:
        """The key of the fact that it speaks of; None where its headers do not tell."""
        source, event = self.source, _EVENT.fullmatch(self._header("ce_id"))
        if source is None or event is None:
            return None
        kind, record_id = event.groups()
        if kind != "interaction":
            return key128(kind, source, record_id)
        return key128(kind, source, self._header("ce_rootid") or record_id, record_id)

    def _header(self, name: str) -> str:
        found = next((value for header, value in self.headers if header == name), b"")
        return found.decode("utf-8", "replace")


def overdue(letters: Iterable[Letter], rules: Rules, now_ms: int, longest_ms: int) -> list[int]:
    """The letters that are too old: older than their source's text may be, or than any dead letter may be."""
    ends = cutoffs(rules, now_ms)
    oldest = now_ms - longest_ms
    found: list[int] = []
    for letter in letters:
        source = letter.source or ""
        if not rules.get(source, Keeping()).legal_hold and letter.at < max(oldest, ends.get(source, oldest)):
            found.append(letter.id)
    return found
