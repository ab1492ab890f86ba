"""Files as tables of texts: CSV, JSON Lines and Excel, each with named columns and rows that know their line.

Files are read as streams, more than once where that is needed; what is held in memory is bounded, whatever they hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, Final, Literal

from soundings_embedded.imports.errors import BadFile

Json = dict[str, object]
FileContent = bytes | Callable[[], BinaryIO]
"""The bytes of a file, or what opens it; every pass over the file opens it again."""
HeaderNames = Literal["first", "joined"]

EXCEL: Final = frozenset({".xlsx", ".xlsm"})
OTHER_WORKBOOKS: Final = frozenset({".xls", ".xlsb", ".ods", ".numbers"})
LINES: Final = frozenset({".jsonl", ".ndjson"})
MOST_COLUMNS: Final = 4_096
MOST_ROWS: Final = 5_000_000
MOST_HEADER_ROWS: Final = 5


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the file, and the line on which it ends; ``whole`` is the object of a line of JSON.

    ``fault`` is why the row cannot be read; its cells mean nothing then.
    """

    line: int
    cells: Mapping[str, str]
    whole: Json = field(default_factory=dict[str, object])
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ImportTable:
    """The names of the columns, the rows as often as one asks for them, and the number of lines.

    ``headers`` are the rows above the records as they stand in the file.
    """

    columns: Sequence[str]
    rows: Callable[[], Iterator[TableRow]]
    lines: int
    headers: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a file is to be read: for CSV its delimiter and encoding, for Excel the sheet (the first where None).

    ``header_rows`` stand above the records. Columns are named by the ``first`` of them, or by the first two ``joined``.
    """

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    sheet: str | None = None
    header_rows: int = 1
    names: HeaderNames = "first"


def open_content(content: FileContent) -> BinaryIO:
    """A new stream of the file from its beginning."""
    return BytesIO(content) if isinstance(content, bytes) else content()


def read_table(content: FileContent, suffix: str, layout: TableLayout) -> ImportTable:
    """The table in a file, chosen by its suffix: Excel, lines of JSON, or else CSV. Raises BadFile."""
    from soundings_embedded.imports import csv_tables, json_lines, workbooks

    suffix = suffix.lower()
    if suffix in OTHER_WORKBOOKS:
        raise BadFile(f"workbooks of the kind {suffix} are not read; save it as .xlsx or CSV.")
    if suffix in EXCEL:
        return workbooks.workbook_table(content, layout)
    if suffix in LINES:
        return json_lines.json_table(content, layout.encoding)
    return csv_tables.table_of_csv(content, layout)


def csv_table(text: str, delimiter: str = ",") -> ImportTable:
    """The table in a CSV text."""
    return read_table(text.encode("utf-8", "surrogatepass"), ".csv", TableLayout(delimiter))


def column_names(rows: Sequence[Sequence[str]], names: HeaderNames) -> list[str]:
    """The names of the columns by the rows of the header; an unnamed one is named by its index.

    ``joined`` is for tools that put the options of a question into columns of their own: the question is above the
    first of them only, and the options in the second row. Raises BadFile where two columns have one name.
    """
    width = max(map(len, rows), default=0)
    first = [_cell(rows[0], at) for at in range(width)]
    found = _joined(first, rows[1]) if names == "joined" and len(rows) > 1 else first
    named = [name or f"column {at}" for at, name in enumerate(found, start=1)]
    if len(named) > MOST_COLUMNS:
        raise BadFile(f"the header names {len(named)} columns; at most {MOST_COLUMNS} are read.")
    places: dict[str, int] = {}
    for at, name in enumerate(named, start=1):
        if name in places:
            raise BadFile(
                f"two columns are called {name[:100]!r}, the {places[name]}. and the {at}.: which one is meant cannot "
                "be told, a duplicate name is refused. Rename one of them."
            )
        places[name] = at
    return named


_GENERAL: Final = frozenset({"response", "open-ended response"})
"""What stands below a question that has one column only."""


def _joined(first: Sequence[str], second: Sequence[str]) -> list[str]:
    names: list[str] = []
    question = ""
    for at, name in enumerate(first):
        question = name or question
        option = _cell(second, at)
        plain = not option or (name and option.casefold() in _GENERAL)
        names.append(question if plain and name else f"{question} / {option}" if option else "")
    return names


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""
