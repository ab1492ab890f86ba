"""How the text of a cell becomes a value: numbers, durations, lists, and choices with a column for each option."""

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Final

from soundings_embedded.imports.errors import BadRow
from soundings_embedded.imports.mapping import FieldRule, Scalar

_LARGEST: Final = 2**63 - 1
_WHOLE: Final = re.compile(r"([+-]?[0-9]{1,19})(?:\.0{0,20})?")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_DURATION: Final = re.compile(r"(?:([0-9]{1,6}):)?([0-9]{1,5}):([0-9]{2}(?:\.[0-9]{1,9})?)")
_SIXTY: Final = 60


def whole_number(text: str) -> int:
    """A number that JSON can hold; ``4.0`` is one, ``1_0`` is not. ValueError when it is none."""
    found = _WHOLE.fullmatch(text)
    number = int(found[1]) if found else _LARGEST + 1
    if abs(number) > _LARGEST:
        raise ValueError(text)
    return number


def finite_number(text: str) -> float:
    """A decimal number; ValueError when it is none, or too large."""
    number = float(text) if _NUMBER.fullmatch(text) else float("inf")
    if not isfinite(number):
        raise ValueError(text)
    return number


def duration_seconds(text: str) -> float:
    """Seconds of ``HH:MM:SS``, ``MM:SS`` or a plain number."""
    parts = _DURATION.fullmatch(text)
    if parts is None:
        return finite_number(text)
    seconds = float(parts[3])
    if seconds >= _SIXTY or (parts[1] is not None and int(parts[2]) >= _SIXTY):
        raise ValueError(text)
    return (int(parts[1] or 0) * _SIXTY + int(parts[2])) * _SIXTY + seconds


class ValueTranslation:
    """The ``values`` of a rule: exact texts first, then whatever their case."""

    def __init__(self, path: str, rule: FieldRule) -> None:
        self._path = path
        self._values: Mapping[str, Scalar] = rule.values or {}
        folded: dict[str, Scalar] = {}
        for text, value in self._values.items():
            folded.setdefault(text.strip().casefold(), value)
        self._folded = folded
        self._otherwise = rule.otherwise
        self._longest_first = sorted(self._values, key=len, reverse=True)
        self.replaced = 0
        """How many texts ``otherwise`` has replaced."""

    def of(self, text: str) -> Scalar:
        """The value of a text; BadRow where the mapping knows none."""
        value = self._values.get(text)
        if value is None:
            value = self._folded.get(text.casefold())
        if value is None:
            if self._otherwise is None:
                raise BadRow(self._path, f"{text!r} is not among the values that the mapping translates")
            self.replaced += 1
            value = self._otherwise
        return value

    def labels(self, text: str, split: str) -> list[str]:
        """The labels in a cell. A label may hold what separates labels, where ``values`` knows it."""
        parts: list[str] = []
        at, step = 0, len(split)
        while at <= len(text):
            end = self._known_end(text, at, split)
            if end is None:
                end = text.find(split, at)
                end = len(text) if end < 0 else end
            parts.append(text[at:end].strip())
            at = end + step
        return [part for part in parts if part]

    def _known_end(self, text: str, at: int, split: str) -> int | None:
        """Where a label that is known and begins at a place ends."""
        while at < len(text) and text[at] == " ":
            at += 1
        for label in self._longest_first:
            if split in label and text.startswith(label, at):
                end = at + len(label)
                if end == len(text) or text.startswith(split, end):
                    return end
        return None


def split_list(text: str, split: str) -> list[str]:
    return [part.strip() for part in text.split(split) if part.strip()]


def without_repeats(values: Iterable[Scalar]) -> list[Scalar]:
    return list(dict.fromkeys(values))


class OptionColumns:
    """A choice whose options have a column each: ticked, not ticked, or not asked at all."""

    def __init__(self, path: str, rule: FieldRule) -> None:
        self._path = path
        self._options = rule.options or {}
        self._unticked = frozenset(text.casefold() for text in rule.unticked)
        self._not_asked = frozenset(text.casefold() for text in rule.not_asked)

    def read(self, cells: Mapping[str, str], absent: frozenset[str]) -> list[str] | None:
        """The codes that are ticked; None where the question was not asked."""
        ticked: list[str] = []
        asked = False
        for code, column in self._options.items():
            text = cells[column].strip()
            folded = text.casefold()
            if not text or folded in absent or folded in self._not_asked:
                continue
            asked = True
            if folded in self._unticked:
                continue
            if _NUMBER.fullmatch(text) and text not in {"1", "1.0", code}:
                raise BadRow(self._path, f"{text!r} in {column!r} is neither ticked (1) nor not ticked (0)")
            ticked.append(code)
        return ticked if asked else None
