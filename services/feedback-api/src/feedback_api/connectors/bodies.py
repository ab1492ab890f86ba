"""From the bytes of a body to a vendor's records, out of whatever that vendor wraps them in."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from feedback_api.connectors.firehose import unwrapped
from feedback_api.intake.fields import is_list, is_object
from feedback_api.intake.reading import (
    JSON_TYPES,
    LINES_TYPES,
    Sent,
    TooLarge,
    Unreadable,
    UnsupportedType,
    bounded,
    media_type,
    parsed,
    read_items,
)

_JSON_KINDS: Final = JSON_TYPES | {"application/cloudevents+json", "application/cloudevents-batch+json"}
_CSV_TYPES: Final = frozenset({"text/csv", "application/csv"})
_COLUMNS_MAX: Final = 200
_CELLS_MAX: Final = 1_000_000


def read_records(vendor: str, body: bytes, content_type: str | None, rows_max: int) -> Sequence[object]:
    """The records in a body; raises Unreadable, TooLarge or UnsupportedType."""
    kind = media_type(content_type)
    if vendor == "generic-csv" and kind in _CSV_TYPES:
        return _rows(body, rows_max)
    if kind in _JSON_KINDS:
        value = parsed(body)
        found = list(value) if is_list(value) else [value]
        records = [record for one in found for record in _UNWRAP.get(vendor, _as_it_is)(one)]
        return bounded(Sent(records, single=not is_list(value) and len(records) == 1), len(body)).items
    if kind in LINES_TYPES:
        return read_items(body, content_type).items
    wanted = sorted(_JSON_KINDS | LINES_TYPES | (_CSV_TYPES if vendor == "generic-csv" else set[str]()))
    raise UnsupportedType(f"Send one of {', '.join(wanted)} as Content-Type.")


def _as_it_is(value: object) -> Sequence[object]:
    return (value,)


def _conversations(value: object) -> Sequence[object]:
    """A page of the analytics API holds a list of conversations, or only its total where it found none."""
    if not is_object(value) or "conversationId" in value:
        return (value,)
    inside = value.get("conversations")
    if is_list(inside):
        return inside
    return () if "totalHits" in value and inside is None else (value,)


_UNWRAP: Final[Mapping[str, Callable[[object], Sequence[object]]]] = {
    "amazon-connect": unwrapped,
    "genesys-cloud": _conversations,
}


def _rows(body: bytes, rows_max: int) -> Sequence[object]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The file is not UTF-8: byte {error.start} cannot be read.") from None
    if "\x00" in text:
        raise Unreadable("The file holds a NUL character.")
    delimiter = _delimiter(text)
    if text.count(delimiter) > _CELLS_MAX or text.count("\n") > 2 * rows_max + _COLUMNS_MAX:
        raise TooLarge(f"A file may hold {rows_max} rows and {_CELLS_MAX} cells at once. Send it in parts.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, list[str]())]
        _check(header)
        rows: list[object] = []
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(_record(header, row, reader.line_num))
            if len(rows) > rows_max:
                raise TooLarge(f"A file may hold {rows_max} rows at once. Send it in parts.")
    except csv.Error as error:
        raise Unreadable(f"The file is not CSV: {error} at line {reader.line_num}. Nothing was taken.") from None
    return rows


def _delimiter(text: str) -> str:
    """What stands between the cells, by the header: a comma, or a semicolon or tab where there are more of them."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _check(header: Sequence[str]) -> None:
    if not any(header):
        raise Unreadable("The first line must name the columns.")
    if len(header) > _COLUMNS_MAX:
        raise TooLarge(f"A file may have {_COLUMNS_MAX} columns; this one has {len(header)}.")
    twice = next((name for index, name in enumerate(header) if name and name in header[:index]), None)
    if twice is not None:
        raise Unreadable(f"The column {twice[:100]!r} stands in the header twice.")


def _record(header: Sequence[str], row: Sequence[str], line: int) -> dict[str, object]:
    if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
        raise Unreadable(f"Line {line} has {len(row)} cells, the header {len(header)}. Nothing was taken.")
    return {name: cell for name, cell in zip(header, row, strict=False) if name}
