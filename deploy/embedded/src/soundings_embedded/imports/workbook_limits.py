"""What an Excel workbook may be before anything of it is loaded: unpacked size, cells, text, no entities.

A workbook is a zip of XML. A few kilobytes of it can unpack to gigabytes, name one cell in the last corner of a sheet
(which a reader answers with a grid of everything before it), or let a million cells share one long text.
"""

import re
from dataclasses import dataclass, field
from typing import IO, BinaryIO, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from soundings_embedded.imports.errors import BadFile

MOST_UNPACKED: Final = 256 * 1024 * 1024
MOST_CELLS: Final = 10_000_000
"""Rows × columns up to the last cell, empty ones included."""
MOST_SPARSE: Final = 1_000_000
"""A sheet with a larger grid must be filled to a fiftieth at least."""
_LEAST_FILLED: Final = 50
MOST_COLUMNS_OF_A_SHEET: Final = 4_096
MOST_TEXT: Final = 256 * 1024 * 1024
"""Characters in all cells of a sheet, texts that cells share counted each time."""
_MOST_PARTS: Final = 10_000
_CHUNK: Final = 64 * 1024
_CELL: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_BIG: Final = "save the sheet that you need as CSV"


def check_workbook(stream: BinaryIO) -> None:
    """Raises BadFile where a workbook is none, or would need more than a bounded amount of memory."""
    try:
        with ZipFile(stream) as book:
            _Parts(book).check(_names(book))
    except (BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise BadFile(f"the workbook cannot be read: {error}") from error
    except expat.ExpatError as error:
        raise BadFile(f"the workbook cannot be read: its XML is broken ({error})") from error
    except Exception as error:
        if type(error).__module__ in {"zlib", "lzma"}:
            raise BadFile(f"the workbook cannot be read: {error}") from error
        raise


def _names(book: ZipFile) -> list[str]:
    """The names of the parts, the texts that cells share first."""
    names = [one.filename for one in book.infolist() if not one.is_dir()]
    if len(names) > _MOST_PARTS or len(set(names)) != len(names):
        raise BadFile("the workbook cannot be read: it has too many parts, or two of one name")
    # Shared strings first, because the checks of the sheets need their lengths.
    return sorted(names, key=lambda name: "sharedstrings" not in name.lower())


class _Parts:
    """The parts of one workbook; texts that cells share are looked at before the sheets."""

    def __init__(self, book: ZipFile) -> None:
        self._book = book
        self._unpacked = 0
        self._shared: list[int] = []

    def check(self, names: list[str]) -> None:
        for name in names:
            with self._book.open(name) as part:
                self._check_part(name, part)

    def _check_part(self, name: str, part: IO[bytes]) -> None:
        head = self._read(part)
        if not _is_xml(head):
            while self._read(part):
                pass
            return
        scan = _Scan(name, self._shared)
        parser = scan.parser()
        while head:
            parser.Parse(head, False)  # noqa: FBT003 - the parser takes no names
            head = self._read(part)
        parser.Parse(b"", True)  # noqa: FBT003

    def _read(self, part: IO[bytes]) -> bytes:
        chunk = part.read(_CHUNK)
        self._unpacked += len(chunk)
        # Sizes in a ZIP directory can lie, so the bytes that really come out are counted.
        if self._unpacked > MOST_UNPACKED:
            raise BadFile(f"the workbook unpacks to more than {MOST_UNPACKED // 2**20} MiB; {_BIG}.")
        return chunk


def _is_xml(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<")


@dataclass(slots=True)
class _Scan:
    """Looks at one part of XML, whatever it is called: a sheet, the shared texts, or any other."""

    name: str
    shared: list[int]
    root: str = ""
    row: int = 0
    column: int = 0
    last_row: int = 0
    last_column: int = 0
    filled: int = 0
    text: int = 0
    is_shared: bool = False
    index: str = ""
    open: list[str] = field(default_factory=list[str])

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        return parser

    def _refuse_doctype(self, *_: object) -> None:
        raise BadFile(f"the workbook cannot be read: {self.name} declares a document type, where entities can hide.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.root = self.root or name
        if self.root == "worksheet":
            self._start_in_sheet(name, attributes)
        elif self.root == "sst" and name == "si":
            self.shared.append(0)
            if len(self.shared) > MOST_CELLS:
                raise BadFile(f"the workbook has more than {MOST_CELLS:,} texts; {_BIG}.")

    def _start_in_sheet(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row, self.column = self.row + 1, 0
            given = attributes.get("r", "")
            if given.isascii() and given.isdigit() and len(given) <= 9:  # noqa: PLR2004 - fits any reader's numbers
                self.row = int(given)
        elif name == "c":
            self.column += 1
            place = _CELL.fullmatch(attributes.get("r", "").upper())
            if place is not None:
                self.column, self.row = _number_of(place[1]), int(place[2])
            self.is_shared, self.index = attributes.get("t") == "s", ""
        elif name in {"v", "is", "f"}:
            self._fill(counts=name != "f")
        self.open.append(name)

    def _fill(self, *, counts: bool) -> None:
        """A cell that holds something reaches as far as its place."""
        self.filled += counts
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        grid = self.last_row * self.last_column
        if self.last_column > MOST_COLUMNS_OF_A_SHEET or grid > MOST_CELLS:
            raise BadFile(f"{self._far()}: {self.last_row:,} rows × {self.last_column:,} columns are too many; {_BIG}.")

    def _far(self) -> str:
        return f"the workbook has a cell in row {self.row}, column {self.column} ({self.name})"

    def _characters(self, text: str) -> None:
        if self.root == "sst":
            if self.shared:
                self.shared[-1] += len(text)
        elif self.root == "worksheet" and self.open:
            self.text += len(text)
            if self.is_shared and self.open[-1] == "v" and len(self.index) < 10:  # noqa: PLR2004 - of ten millions
                self.index += text
            self._check_text()

    def _check_text(self) -> None:
        if self.text > MOST_TEXT:
            raise BadFile(f"the cells of {self.name} hold more than {MOST_TEXT // 2**20} million characters; {_BIG}.")

    def _end(self, name: str) -> None:
        if self.root != "worksheet":
            return
        name = name.rpartition(":")[2]
        if self.open:
            self.open.pop()
        if name == "v" and self.is_shared:
            number = self.index.strip()
            if number.isascii() and number.isdigit() and int(number) < len(self.shared):
                self.text += self.shared[int(number)]
                self._check_text()
            self.index = ""
        elif name == "worksheet":
            self._check_filling()

    def _check_filling(self) -> None:
        grid = self.last_row * self.last_column
        if grid > MOST_SPARSE and self.filled * _LEAST_FILLED < grid:
            raise BadFile(
                f"{self.name} reaches to row {self.last_row:,} and column {self.last_column:,} and is almost empty: "
                "is there a cell far off? Delete it, or save the sheet as CSV."
            )


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
