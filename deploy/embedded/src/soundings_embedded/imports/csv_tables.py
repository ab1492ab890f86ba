"""CSV: rows of cells below one or several rows of names."""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from soundings_embedded.imports.errors import BadFile
from soundings_embedded.imports.table_readers import (
    MOST_ROWS,
    FileContent,
    ImportTable,
    TableLayout,
    TableRow,
    column_names,
)
from soundings_embedded.imports.text_files import TextLines, open_lines

_NEVER_CLOSED: Final = "unexpected end of data"
_TOO_LONG: Final = "field larger than field limit"
_SEPARATOR: Final = re.compile(r'"?sep=([^"\r\n])"?[;,\t]*\r?\n?', re.IGNORECASE)
"""The first line with which Excel tells itself what stands between the cells."""


def table_of_csv(content: FileContent, layout: TableLayout) -> ImportTable:
    """The table in a CSV file; a first line ``sep=;`` outranks the delimiter that is given. Raises BadFile."""
    said = separator_line(content, layout.encoding)
    delimiter, skipped = (layout.delimiter, 0) if said is None else (said, 1)
    headers, lines = _must_be_whole(content, layout, delimiter, skipped)
    if not headers or not any(headers[0]):
        raise BadFile("the file is empty; its first line must name the columns")
    if len(headers) < layout.header_rows:
        raise BadFile(f"the file has {len(headers)} lines; the mapping says that {layout.header_rows} are its header.")
    names = column_names(headers, layout.names)

    def rows() -> Iterator[TableRow]:
        return _rows(content, layout, delimiter, skipped, names)

    return ImportTable(names, rows, lines, headers)


def separator_line(content: FileContent, encoding: str) -> str | None:
    """The delimiter declared by a first line ``sep=…``; None where there is none."""
    with open_lines(content, encoding) as lines:
        found = _SEPARATOR.fullmatch(next(lines, ""))
    return None if found is None else found[1]


def _must_be_whole(
    content: FileContent, layout: TableLayout, delimiter: str, skipped: int
) -> tuple[Sequence[Sequence[str]], int]:
    """The rows of the header and the number of lines.

    BadFile where a quotation mark is never closed, which would make one cell of all that follows.
    """
    headers: list[list[str]] = []
    rows, begins = 0, 1
    with open_lines(content, layout.encoding) as lines:
        _skip(lines, skipped)
        # strict: an unclosed quotation mark would otherwise swallow the rest of the file.
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            begins = lines.number + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                _raise_bad_file(error, begins)
                row = []
            if row is None:
                return headers, lines.number
            lines.end_row()
            rows += 1
            if len(headers) < layout.header_rows:
                headers.append([name.strip() for name in row])
            if rows > MOST_ROWS:
                raise BadFile(f"the file has more than {MOST_ROWS:,} rows. Import it in parts.")


def _raise_bad_file(error: csv.Error, begins: int) -> None:
    """BadFile where an error makes rows unreadable; what is merely quoted in an odd way can be read."""
    if str(error) == _NEVER_CLOSED:
        raise BadFile(f"the row that begins in line {begins} has a quotation mark that is never closed") from error
    if str(error).startswith(_TOO_LONG):
        raise BadFile(f"the row that begins in line {begins} has a cell that is too long: {error}") from error


def _rows(
    content: FileContent, layout: TableLayout, delimiter: str, skipped: int, names: Sequence[str]
) -> Iterator[TableRow]:
    width = len(names)
    with open_lines(content, layout.encoding) as lines:
        _skip(lines, skipped)
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            for number, cells in enumerate(reader):
                lines.end_row()
                if number < layout.header_rows or not cells:
                    continue
                if len(cells) == width:
                    yield TableRow(lines.number, dict(zip(names, cells, strict=True)))
                else:
                    yield TableRow(lines.number, {}, fault=ragged_row_fault(len(cells), width))
        except csv.Error as error:  # a quotation mark that nothing closes is found at the largest cell
            raise BadFile(f"line {lines.number} is not CSV: {error}") from error


def ragged_row_fault(cells: int, width: int) -> str:
    """What is wrong with a row that has another number of cells than the header."""
    odd = "a delimiter within a cell that is not quoted moves all cells after it" if cells > width else "is it cut off?"
    return f"has {cells} cells, the header {width}: {odd}"


def _skip(lines: TextLines, count: int) -> None:
    for _ in range(count):
        next(lines, None)
        lines.end_row()
