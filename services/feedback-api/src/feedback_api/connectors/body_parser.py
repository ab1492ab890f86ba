"""Body parser of the connectors: JSON, JSON lines and CSV, with the vendor's envelope removed."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from feedback_api.connectors.amazon_firehose import unwrap_delivery
from feedback_api.connectors.record_reader import UnreadRow
from feedback_api.intake.body_parser import (
    JSON_TYPES,
    LINES_TYPES,
    ParsedBody,
    TooLarge,
    UnreadableBody,
    UnsupportedType,
    check_batch_bounds,
    media_type,
    parse_body,
    read_items,
)
from feedback_api.intake.field_readers import is_list, is_object

_JSON_KINDS: Final = JSON_TYPES | {"application/cloudevents+json", "application/cloudevents-batch+json"}
_CSV_TYPES: Final = frozenset({"text/csv", "application/csv"})
_COLUMNS_MAX: Final = 200
_CELLS_MAX: Final = 1_000_000
# Characters of one row, however many lines it has.
_ROW_MAX: Final = 256 * 1024
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_CHARSETS: Final = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1251",
     "cp1252", "cp1253", "cp1254", "cp437", "cp850", "mac-roman", "shift_jis", "cp932", "gbk", "gb18030", "big5",
     "euc_kr", "cp949"}
)  # fmt: skip
_SEPARATOR: Final = re.compile(r'"?sep=([;,\t|])"?[;,\t]*', re.IGNORECASE)


def read_records(vendor: str, body: bytes, content_type: str | None, rows_max: int) -> Sequence[object]:
    """The records in a body. Raises UnreadableBody, TooLarge or UnsupportedType."""
    kind = media_type(content_type)
    if vendor == "generic-csv" and kind in _CSV_TYPES:
        return _csv_rows(_decode_text(body, content_type), rows_max)
    if kind in _JSON_KINDS:
        value = parse_body(body)
        found = list(value) if is_list(value) else [value]
        records = [record for one in found for record in _UNWRAP.get(vendor, _as_it_is)(one)]
        return check_batch_bounds(ParsedBody(records, single=not is_list(value) and len(records) == 1), len(body)).items
    if kind in LINES_TYPES:
        return read_items(body, content_type).items
    wanted = sorted(_JSON_KINDS | LINES_TYPES | (_CSV_TYPES if vendor == "generic-csv" else set[str]()))
    raise UnsupportedType(f"Send one of {', '.join(wanted)} as Content-Type.")


def _as_it_is(value: object) -> Sequence[object]:
    return (value,)


def _genesys_conversations(value: object) -> Sequence[object]:
    """The conversations in a page of the analytics API; a page without results holds only ``totalHits``."""
    if not is_object(value) or "conversationId" in value:
        return (value,)
    inside = value.get("conversations")
    if is_list(inside):
        return inside
    return () if "totalHits" in value and inside is None else (value,)


_UNWRAP: Final[Mapping[str, Callable[[object], Sequence[object]]]] = {
    "amazon-connect": unwrap_delivery,
    "genesys-cloud": _genesys_conversations,
}


def _decode_text(body: bytes, content_type: str | None) -> str:
    """The decoded text: by byte order mark, else the ``charset`` parameter, else UTF-8."""
    said = _CHARSET.search(content_type or "")
    marked = next((encoding for mark, encoding in _MARKS if body.startswith(mark)), None)
    encoding = marked or ("utf-8" if said is None else said[1])
    try:
        known = codecs.lookup(encoding.removesuffix("-sig")).name
    except LookupError:
        known = ""
    if known not in _CHARSETS:
        raise UnsupportedType(f"The charset {encoding} is not known here; utf-8 and windows-1252 are.")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        hint = "" if said or marked else " Say what it is: Content-Type: text/csv; charset=windows-1252, for example."
        raise UnreadableBody(f"The file is not {encoding.upper()}: byte {error.start} cannot be read.{hint}") from None
    if "\x00" in text:
        raise UnreadableBody("The file holds a NUL character.")
    return text


class _BoundedLines:
    """Line iterator that bounds the length of a CSV row, which may span lines. Call ``end_row`` after each row."""

    def __init__(self, text: str) -> None:
        self._stream = io.StringIO(text, newline="")
        self._row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_ROW_MAX + 1)
        if not line:
            raise StopIteration
        self._row += len(line)
        if self._row > _ROW_MAX:
            raise TooLarge(f"A row of a file may have {_ROW_MAX} characters.")
        return line

    def end_row(self) -> None:
        self._row = 0


def _csv_rows(text: str, rows_max: int) -> Sequence[object]:
    first, _, rest = text.partition("\n")
    said = _SEPARATOR.fullmatch(first.rstrip("\r"))
    text, above = (text, 0) if said is None else (rest, 1)
    delimiter = _detect_delimiter(text) if said is None else said[1]
    if text.count(delimiter) > _CELLS_MAX or text.count("\n") > 2 * rows_max + _COLUMNS_MAX:
        raise TooLarge(f"A file may hold {rows_max} rows and {_CELLS_MAX} cells at once. Send it in parts.")
    lines = _BoundedLines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, list[str]())]
        lines.end_row()
        _check_header(header)
        rows: list[object] = []
        for row in reader:
            lines.end_row()
            if any(cell.strip() for cell in row):
                rows.append(_row_record(header, row, reader.line_num + above))
            if len(rows) > rows_max:
                raise TooLarge(f"A file may hold {rows_max} rows at once. Send it in parts.")
    except csv.Error as error:
        line = reader.line_num + above
        raise UnreadableBody(f"The file is not CSV: {error} at line {line}. Nothing was taken.") from None
    return rows


def _detect_delimiter(text: str) -> str:
    """The cell delimiter: the most frequent of comma, semicolon and tab in the header line."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _check_header(header: Sequence[str]) -> None:
    if not any(header):
        raise UnreadableBody("The first line must name the columns.")
    if len(header) > _COLUMNS_MAX:
        raise TooLarge(f"A file may have {_COLUMNS_MAX} columns; this one has {len(header)}.")
    twice = next((name for index, name in enumerate(header) if name and name in header[:index]), None)
    if twice is not None:
        raise UnreadableBody(f"The column {twice[:100]!r} stands in the header twice.")


def _row_record(header: Sequence[str], row: Sequence[str], line: int) -> object:
    if len(row) != len(header):
        return UnreadRow(f"line {line} has {len(row)} cells, the header {len(header)}: which is which cannot be told")
    return {name: cell for name, cell in zip(header, row, strict=True) if name}
