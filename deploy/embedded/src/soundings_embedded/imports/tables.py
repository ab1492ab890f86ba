"""Files as tables of texts: CSV, JSON Lines and Excel, each with named columns and rows that know their line."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Final, cast

import orjson

from soundings_embedded.imports.errors import BadFile

Json = dict[str, object]

_NEVER_CLOSED: Final = "unexpected end of data"
_TOO_LONG: Final = "field larger than field limit"

EXCEL: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
LINES: Final = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file, and the line on which it ends; ``whole`` is the object of a line of JSON."""

    line: int
    cells: Mapping[str, str]
    whole: Json = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns, the rows as often as one asks for them, and the number of lines."""

    columns: Sequence[str]
    rows: Callable[[], Iterator[Row]]
    lines: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read: for CSV its delimiter and encoding, for Excel the sheet (the first where None)."""

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    sheet: str | None = None


def read_table(raw: bytes, suffix: str, layout: Layout) -> Table:
    """The table in a file, told by its suffix: Excel, lines of JSON, or else CSV. Raises BadFile."""
    if suffix.lower() in EXCEL:
        return _excel(raw, layout.sheet)
    try:
        text = raw.decode(layout.encoding)
        text.encode()  # some encodings have signs that nobody can be sent
    except (ValueError, LookupError) as error:
        hint = 'Set `encoding` in the mapping; files of Excel on Windows are often "cp1252".'
        raise BadFile(f"the file is not {layout.encoding}: {error}. {hint}") from error
    return _lines(text) if suffix.lower() in LINES else csv_table(text, layout.delimiter)


def csv_table(text: str, delimiter: str = ",") -> Table:
    """A CSV text, with column names and cells freed from the spaces around them."""
    _must_be_whole(text, delimiter)
    try:
        header = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter), None)
    except csv.Error as error:
        raise BadFile(f"line 1 is not CSV: {error}") from error
    if not header:
        raise BadFile("the file is empty; its first line must name the columns")
    return Table([name.strip() for name in header], lambda: _csv_rows(text, delimiter), text.count("\n") + 1)


def _must_be_whole(text: str, delimiter: str) -> None:
    """Raises BadFile where a quotation mark is never closed, which would make one cell of all that follows."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error as error:
        if str(error) == _NEVER_CLOSED:
            raise BadFile(f"the row that begins in line {line} has a quotation mark that is never closed") from error
        if str(error).startswith(_TOO_LONG):
            raise BadFile(f"the row that begins in line {line} has a cell that is too long: {error}") from error


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield Row(reader.line_num, {(name or "").strip(): _cell(value) for name, value in row.items()})
    except csv.Error as error:  # a quotation mark that nothing closes is found at the largest cell
        raise BadFile(f"line {reader.line_num} is not CSV: {error}") from error


def _cell(value: str | list[str] | None) -> str:
    if isinstance(value, list):  # more cells than columns
        return ",".join(value)
    return value or ""


def _lines(text: str) -> Table:
    """Lines of JSON; a field within an object is a column of its own, as ``outer.inner``."""
    found = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not found:
        raise BadFile("the file is empty; each line must hold a JSON object")
    names: dict[str, None] = {}
    for number, line in found:
        names.update(dict.fromkeys(_flat(_object(number, line))))
    return Table(list(names), lambda: (_json_row(number, line, names) for number, line in found), len(found))


def _object(number: int, line: str) -> Json:
    try:
        value: object = orjson.loads(line)
        orjson.dumps(value)  # or it would be refused with all that it is sent with
    except (orjson.JSONDecodeError, TypeError) as error:
        raise BadFile(f"line {number} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadFile(f"line {number} is not a JSON object")
    return cast("Json", value)


def _json_row(number: int, line: str, names: Mapping[str, None]) -> Row:
    whole = _object(number, line)
    flat = _flat(whole)
    return Row(number, {name: flat.get(name, "") for name in names}, whole)


def _flat(value: Json, prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat |= _flat(cast("Json", inner), f"{prefix}{name}.")
        elif isinstance(inner, list):
            flat[prefix + name] = ";".join(_plain(one) for one in cast("list[object]", inner))
        else:
            flat[prefix + name] = _plain(inner)
    return flat


def _excel(raw: bytes, sheet: str | None) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(raw))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise BadFile(f"the workbook has no sheet {sheet!r}. It has: {', '.join(names)}.")
        grid = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise BadFile(f"the workbook cannot be read: {error}") from error
    header = [_plain(name).strip() for name in grid[0]] if grid else []
    if not any(header):
        raise BadFile("the sheet is empty; its first row must name the columns")
    return Table([name for name in header if name], lambda: _excel_rows(header, grid), len(grid))


def _excel_rows(header: Sequence[str], grid: Sequence[Sequence[object]]) -> Iterator[Row]:
    for number, cells in enumerate(grid[1:], start=2):
        texts = [_plain(cell) for cell in cells]
        if any(texts):
            yield Row(number, {name: text for name, text in zip(header, texts, strict=False) if name})


def _plain(value: object) -> str:
    """A value as the text that a CSV file would have for it."""
    match value:
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case float() if value.is_integer():
            text = str(int(value))
        case datetime():
            text = value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            text = value.isoformat()
        case timedelta():
            whole = round(value.total_seconds())
            text = f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
        case _:
            text = str(value)
    return text
