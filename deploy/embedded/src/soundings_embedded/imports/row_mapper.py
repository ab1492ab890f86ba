"""How a row becomes an item: pure, so that the same row always gives the same item with the same id."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Columns
from functools import partial
from hashlib import blake2b, sha256
from typing import Final, cast
from zoneinfo import ZoneInfo

import orjson

from soundings_embedded.imports.errors import BadFile, BadRow
from soundings_embedded.imports.field_readers import (
    OptionColumns,
    ValueTranslation,
    duration_seconds,
    finite_number,
    split_list,
    whole_number,
    without_repeats,
)
from soundings_embedded.imports.mapping import FieldRule, ImportMapping, Kind, fill_template, placeholders
from soundings_embedded.imports.table_readers import Json, TableRow
from soundings_embedded.imports.time_readers import CellTime, TimeReader, later_than

_ALWAYS: Columns[str, tuple[str, ...]] = {"responses": ("answers",), "interactions": (), "tallies": ("bins",)}
_DELIMITERS: Final = (";", "\t", "|", ",")
_IN_ORDER: Final = ("started_at", "enqueued_at", "answered_at", "ended_at")
_TALLY: Final = ("service_id", "channel", "measure", "version", "grain", "start")
_HALF: Final = 64

Cells = Columns[str, str]
ReadText = Callable[[str], object]


class RowReader:
    """Turns rows into items by one mapping, for one file whose columns are known.

    ``left_out`` counts texts, by field, that the mapping takes for no value although they are not blank.
    """

    def __init__(self, mapping: ImportMapping, columns: Iterable[str]) -> None:
        self._mapping = mapping
        self._zone = ZoneInfo(mapping.time_zone)
        self._absent = frozenset(text.strip().casefold() for text in mapping.absent)
        rules = mapping.rules()
        there = list(columns)
        _check_columns(mapping, rules, set(there))
        self._fields = [_Field(path, rule, self._absent, self._times(rule)) for path, rule in rules.items()]
        self._ordered = _ordered(self._fields) if mapping.kind == "interactions" else []
        self._mapped = sorted({name for rule in rules.values() for name in rule.columns()})
        used = {*self._mapped, *placeholders(mapping.id)}
        self.unused: Sequence[str] = [name for name in there if name not in used]
        """Columns of the file that the mapping does not speak of."""
        self._seen: dict[bytes, int] = {}

    @property
    def left_out(self) -> Columns[tuple[str, str], int]:
        """How often each text was taken for no value in each field."""
        return {(one.path, text): count for one in self._fields for text, count in one.left_out.items()}

    @property
    def replaced(self) -> Columns[str, int]:
        """How many texts of each field ``otherwise`` has replaced."""
        return {one.path: one.replaced for one in self._fields if one.replaced}

    def item(self, row: TableRow) -> Json:
        """The item of a row; :class:`BadRow` names the field that cannot be read."""
        must_be_readable(row)
        # A row that answers nothing is a response all the same, and a total of nothing is a zero.
        item: Json = {part: {} for part in _ALWAYS[self._mapping.kind]}
        for path, fixed in self._mapping.set.items():
            _put(item, path.split("."), fixed)
        times: dict[str, CellTime] = {}
        for one in self._fields:
            value = one.value(row.cells)
            if isinstance(value, CellTime):
                times[one.path] = value
                value = value.as_text()
            if value is not None:
                _put(item, one.parts, value)
        if len(times) > 1:
            self._put_in_order(item, times)
        record_id = self._id(row.cells)
        if record_id is not None:
            item["id"] = record_id
        return item

    def _times(self, rule: FieldRule) -> TimeReader:
        return TimeReader(rule.formats, self._zone, self._mapping.zones)

    def _put_in_order(self, item: Json, times: dict[str, CellTime]) -> None:
        """Later times of a contact do not lie before earlier ones, where the file leaves a choice."""
        latest: CellTime | None = None
        for one, shares_date in self._ordered:
            time = times.get(one.path)
            if time is None:
                continue
            if latest is not None:
                settled = later_than(time, latest, shares_date=shares_date)
                if settled is not time:
                    item[one.path] = settled.as_text()
                time = settled
            latest = time if latest is None or time.seconds > latest.seconds else latest

    def _id(self, cells: Cells) -> str | None:
        """The id by the mapping, or else by what the mapped columns say; a tally's follows from what it counts."""
        if self._mapping.id is not None:
            given = fill_template(self._mapping.id, cells)
            if not given.strip():
                raise BadRow("id", "is empty, so the record would be another one each time")
            return given
        if self._mapping.kind == "tallies":
            return None
        # Derived from the content, so that a second import of the file yields the same ids; equal
        # rows are numbered.
        said = "\x1f".join(f"{name}={cells[name].strip()}" for name in self._mapped)
        digest = blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16)
        again = self._seen.get(digest.digest(), 0)
        self._seen[digest.digest()] = again + 1
        return f"row-{digest.hexdigest()}-{again}"


class AsItIs:
    """Lines of JSON that are items already; one without an id gets one made from what it says."""

    left_out: Columns[tuple[str, str], int] = {}
    replaced: Columns[str, int] = {}
    unused: Sequence[str] = ()

    def __init__(self, kind: Kind = "responses") -> None:
        self._kind = kind
        self._seen: dict[str, int] = {}

    def item(self, row: TableRow) -> Json:
        """The object of the line; a tally's id follows from what it counts."""
        must_be_readable(row)
        if row.whole.get("id") is not None or self._kind == "tallies":
            return row.whole
        digest = sha256(repr(sorted(row.cells.items())).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        again = self._seen.get(digest, 0)
        self._seen[digest] = again + 1
        return {**row.whole, "id": f"row-{digest}-{again}"}


class ContentClashes:
    """Finds rows of one file that say different things under one id: one of them would be lost without a word.

    Spreadsheets make such ids of long numbers (``2.02603E+11``).
    """

    def __init__(self, kind: Kind) -> None:
        self._kind: Kind = kind
        self._seen: dict[int, int] = {}

    def repeats(self, item: Json, line: int) -> bool:
        """Whether an earlier row is the same; BadRow where it has the same id and revision and says something else."""
        key = _short_hash([item.get("revision"), *self._identity(item)])
        content = _short_hash(item)
        # One integer for hash and line: a million rows would need a lot of memory as tuples.
        known = self._seen.setdefault(key, content << _HALF | line)
        if known == content << _HALF | line:
            return False
        if known >> _HALF != content:
            earlier = known & (1 << _HALF) - 1
            raise BadRow(
                "id",
                f"{_named(item)} stands in line {earlier} already, with other content: rows of one id would be one "
                "record. Did a spreadsheet shorten the ids, as in 2.02603E+11?",
            )
        return True

    def _identity(self, item: Json) -> Sequence[object]:
        own = item.get("id")
        match self._kind:
            case "responses":
                return (own,)
            case "interactions":
                return (item.get("root_id", own), own)
            case "tallies":
                return (own,) if own is not None else [item.get(name) for name in _TALLY]


def must_be_readable(row: TableRow) -> None:
    """Raises BadRow where a row could not be split into cells."""
    if row.fault is not None:
        raise BadRow("row", row.fault)


def _named(item: Json) -> str:
    own = item.get("id")
    return "what is counted" if own is None else f"{str(own)[:100]!r}"


def _short_hash(value: object) -> int:
    # Sorted keys: the order of columns must not change the hash.
    said = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(blake2b(said, digest_size=_HALF // 8).digest(), "big")


class _Field:
    """One field of the item with the way from the cells of a row to its value."""

    def __init__(self, path: str, rule: FieldRule, absent: frozenset[str], times: TimeReader) -> None:
        self.path = path
        self.parts = path.split(".")
        self.rule = rule
        self.left_out: Counter[str] = Counter()
        self._absent = absent
        self._here = frozenset(rule.absent)
        self._columns = placeholders(rule.template)
        self._options = None if rule.options is None else OptionColumns(path, rule)
        self._translation = None if rule.values is None else ValueTranslation(path, rule)
        self._is_language = path == "language"
        self._read = self._reader(times)

    @property
    def replaced(self) -> int:
        return 0 if self._translation is None else self._translation.replaced

    def value(self, cells: Cells) -> object:
        """The value in a row, a time as `CellTime`; None where there is none."""
        if self._options is not None:
            chosen = self._options.read(cells, self._absent)
            return self.rule.missing if chosen is None else chosen
        text = self._text(cells)
        if text is None:
            return self.rule.missing
        if self.rule.present is not None:
            return self.rule.present
        value = self._read(text)
        # `en_US` is how operating systems write it.
        return value.replace("_", "-") if self._is_language and isinstance(value, str) else value

    def _text(self, cells: Cells) -> str | None:
        if self.rule.column is not None:
            text = cells[self.rule.column].strip()
        elif self.rule.read_as == "list":
            text = self._filled(cells)
        elif any(self._is_absent(cells[name].strip()) for name in self._columns):
            return None
        else:
            text = fill_template(self.rule.template or "", cells)
        return None if self._is_absent(text) else text

    def _filled(self, cells: Cells) -> str:
        """A list is made of those columns that say something."""
        present = {name: "" if self._is_absent(cells[name].strip()) else cells[name] for name in self._columns}
        text = fill_template(self.rule.template or "", present)
        return text if any(text.split(self.rule.split)) else ""

    def _is_absent(self, text: str) -> bool:
        if not text:
            return True
        folded = text.casefold()
        if folded not in self._absent and text not in self._here:
            return False
        self.left_out[folded if folded in self._absent else text] += 1
        return True

    def _reader(self, times: TimeReader) -> ReadText:
        rule, translation = self.rule, self._translation
        if rule.read_as == "list":
            return partial(_read_list, rule.split, translation, self._here)
        if translation is not None:
            return translation.of
        match rule.read_as:
            case "integer":
                read: ReadText = whole_number
            case "number":
                read = finite_number
            case "duration":
                read = duration_seconds
            case "time":
                read = times.read
            case _:
                return str
        return partial(_named_read, self.path, rule.read_as, read)


def _named_read(path: str, kind: str, read: ReadText, text: str) -> object:
    try:
        return read(text)
    except (ValueError, OverflowError) as error:
        raise BadRow(path, f"{text!r} is not a {kind}") from error


def _read_list(split: str, translation: ValueTranslation | None, absent: frozenset[str], text: str) -> object:
    if translation is None:
        return without_repeats(part for part in split_list(text, split) if part not in absent)
    labels = (label for label in translation.labels(text, split) if label not in absent)
    return without_repeats(translation.of(label) for label in labels)


def _ordered(fields: Sequence[_Field]) -> list[tuple[_Field, bool]]:
    """The times of a contact in their order, each with whether it takes its date from the column of an earlier one."""
    by_path = {one.path: one for one in fields}
    found: list[tuple[_Field, bool]] = []
    dates: set[str] = set()
    for path in _IN_ORDER:
        if (one := by_path.get(path)) is not None:
            columns = set(placeholders(one.rule.template))
            found.append((one, bool(columns & dates)))
            dates |= columns
    return found


def _check_columns(mapping: ImportMapping, rules: Columns[str, FieldRule], columns: set[str]) -> None:
    wanted = {name for rule in rules.values() for name in rule.columns()} | set(placeholders(mapping.id))
    missing = sorted(wanted - columns)
    if missing:
        there = f"the file has no column {', '.join(missing)}. It has: {', '.join(sorted(columns))}."
        joined = next((sign for sign in _DELIMITERS if len(columns) == 1 and sign in next(iter(columns))), None)
        raise BadFile(there if joined is None else f"{there} Is its delimiter {joined!r}? Then say so in the mapping.")


def _put(item: Json, path: Sequence[str], value: object) -> None:
    *parents, last = path
    place = item
    for parent in parents:
        inner: object = place.setdefault(parent, {})
        if not isinstance(inner, dict):
            raise BadFile(f"{'.'.join(path)}: {parent} is also given a value of its own.")
        place = cast("Json", inner)
    place[last] = value
