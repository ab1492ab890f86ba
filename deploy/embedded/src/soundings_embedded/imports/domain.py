"""How a row becomes an item: pure, so that the same row always gives the same item with the same id."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Columns
from datetime import datetime
from hashlib import sha256
from math import isfinite
from typing import Final, cast
from zoneinfo import ZoneInfo

from soundings_embedded.imports.errors import BadFile, BadRow
from soundings_embedded.imports.mapping import Mapping, Rule, Scalar
from soundings_embedded.imports.tables import Json, Row

_ALWAYS: Columns[str, tuple[str, ...]] = {"responses": ("answers",), "interactions": (), "tallies": ("bins",)}

_LARGEST: Final = 2**63 - 1
_DELIMITERS: Final = (";", "\t", "|", ",")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_DURATION = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")


class Reader:
    """Turns rows into items by one mapping, for one file whose columns are known."""

    def __init__(self, mapping: Mapping, columns: Iterable[str]) -> None:
        self._mapping = mapping
        self._rules = mapping.rules()
        self._zone = ZoneInfo(mapping.time_zone)
        self._absent = frozenset(text.casefold() for text in mapping.absent)
        self._seen: dict[str, int] = {}
        _check_columns(mapping, self._rules, set(columns))

    def item(self, row: Row) -> Json:
        """The item of a row; :class:`BadRow` names the field that cannot be read."""
        # A row that answers nothing is a response all the same, and a total of nothing is a zero.
        item: Json = {part: {} for part in _ALWAYS[self._mapping.kind]}
        for path, fixed in self._mapping.set.items():
            _put(item, path, fixed)
        for path, rule in self._rules.items():
            value = self._value(path, rule, row.cells)
            if value is not None:
                _put(item, path, value)
        item["id"] = self._id(row.cells)
        return item

    def _value(self, path: str, rule: Rule, row: Columns[str, str]) -> object:
        text = self._text(rule, row)
        if text is None:
            return rule.missing
        if rule.present is not None:
            return rule.present
        if rule.values is not None:
            return _translate(path, rule, text)
        return _read(path, rule, text, self._zone)

    def _text(self, rule: Rule, row: Columns[str, str]) -> str | None:
        if rule.column is not None:
            text = row[rule.column].strip()
        elif any(self._is_absent(row[name]) for name in _PLACEHOLDER.findall(rule.template or "")):
            return None
        else:
            text = _fill(rule.template or "", row)
        return None if self._is_absent(text) or text in rule.absent else text

    def _is_absent(self, text: str) -> bool:
        return text.strip().casefold() in self._absent

    def _id(self, row: Columns[str, str]) -> str:
        if self._mapping.id is not None:
            given = _fill(self._mapping.id, row)
            if not given.strip():
                raise BadRow("id", "is empty, so the record would be another one each time")
            return given
        digest = sha256("\x1f".join(f"{name}={row[name]}" for name in sorted(row)).encode()).hexdigest()[:32]
        again = self._seen.get(digest, 0)
        self._seen[digest] = again + 1
        return f"row-{digest}-{again}"


def _check_columns(mapping: Mapping, rules: Columns[str, Rule], columns: set[str]) -> None:
    wanted = {rule.column for rule in rules.values() if rule.column is not None}
    for template in [mapping.id or "", *(rule.template or "" for rule in rules.values())]:
        wanted |= set(_PLACEHOLDER.findall(template))
    missing = sorted(wanted - columns)
    if missing:
        there = f"the file has no column {', '.join(missing)}. It has: {', '.join(sorted(columns))}."
        joined = next((sign for sign in _DELIMITERS if len(columns) == 1 and sign in next(iter(columns))), None)
        raise BadFile(there if joined is None else f"{there} Is its delimiter {joined!r}? Then say so in the mapping.")


def _fill(template: str, row: Columns[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: row[found[1]].strip(), template)


def _put(item: Json, path: str, value: object) -> None:
    *parents, last = path.split(".")
    place = item
    for parent in parents:
        inner: object = place.setdefault(parent, {})
        if not isinstance(inner, dict):
            raise BadFile(f"{path}: {parent} is also given a value of its own.")
        place = cast("Json", inner)
    place[last] = value


def _translate(path: str, rule: Rule, text: str) -> Scalar:
    value = (rule.values or {}).get(text, rule.otherwise)
    if value is None:
        raise BadRow(path, f"{text!r} is not among the values that the mapping translates")
    return value


def _read(path: str, rule: Rule, text: str, zone: ZoneInfo) -> object:
    try:
        match rule.read_as:
            case "text":
                return text
            case "integer":
                return _whole(text)
            case "number":
                return _finite(text)
            case "list":
                return [part.strip() for part in text.split(rule.split) if part.strip()]
            case "duration":
                return _seconds(text)
            case "time":
                return _time(text, rule.formats, zone)
    except ValueError as error:
        raise BadRow(path, f"{text!r} is not a {rule.read_as}") from error


def _whole(text: str) -> int:
    """A number that JSON can hold; ValueError when it is none."""
    number = int(text)
    if abs(number) > _LARGEST:
        raise ValueError(text)
    return number


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    """Seconds of ``HH:MM:SS``, ``MM:SS`` or a plain number."""
    parts = _DURATION.fullmatch(text)
    if parts is None:
        return _finite(text)
    return int(parts[1] or 0) * 3600 + int(parts[2]) * 60 + float(parts[3])


def _time(text: str, formats: Iterable[str], zone: ZoneInfo) -> str:
    """An instant with its offset. A local time that comes twice is the first of the two."""
    for one in formats:
        try:
            at = datetime.strptime(text, one)  # noqa: DTZ007 - the zone is the mapping's
        except ValueError:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()
    raise ValueError(text)
