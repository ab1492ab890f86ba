"""Text in files: encodings as spreadsheets and survey tools write them, and lines of bounded length."""

import codecs
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import pairwise
from typing import Final, TextIO

from soundings_embedded.imports.errors import BadFile
from soundings_embedded.imports.table_readers import FileContent, open_content

LONGEST_LINE: Final = 4 * 1024 * 1024
"""Characters of one line, and of one row that goes over several lines."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""
_SAMPLE: Final = 1024 * 1024
_NOT_UTF8: Final = ("cp1252", "mac_roman", "cp850")
_PUNCTUATION: Final = frozenset("‘’“”«»–—…€£°§·•¿¡ªº´`\u00a0")
_SURE: Final = frozenset({"utf-8", "utf-16", "utf-32", "cp1252", "mac-roman", "cp850", "iso8859-1", "ascii"})
"""Encodings that cannot give what no other encoding can hold."""


def mark_of(head: bytes) -> str | None:
    """The encoding of a byte order mark; None without one."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def guess_encoding(content: FileContent) -> str:
    """The probable encoding: from the byte order mark, UTF-8, UTF-16 without a mark, or a legacy code page of Excel."""
    with open_content(content) as stream:
        # A sample suffices for a guess; errors further on are found while reading.
        head = stream.read(_SAMPLE)
    if (marked := mark_of(head)) is not None:
        return marked
    if b"\x00" in head:
        return "utf-16-be" if head[:2].startswith(b"\x00") else "utf-16-le"
    try:
        # Incremental: the sample may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return max(_NOT_UTF8, key=lambda encoding: _plausibility(head, encoding))
    return "utf-8-sig"


def _plausibility(head: bytes, encoding: str) -> int:
    """A score of a decoding: letters and usual punctuation add to it; other signs and inner capitals subtract."""
    text = head.decode(encoding, "replace")
    strange = [sign for sign in text if sign > "\x7f"]
    points = sum(1 if sign.isalpha() and sign < "\u0180" else 1 if sign in _PUNCTUATION else -3 for sign in strange)
    capitals = sum(a.islower() and b > "\x7f" and b.isupper() for a, b in pairwise(text))
    return points - 2 * capitals


class TextLines:
    """The lines of a text with their ends, for a reader of rows: ``end_row`` after each row that it has read."""

    def __init__(self, stream: TextIO, encoding: str) -> None:
        self._stream = stream
        self._check = codecs.lookup(encoding.removesuffix("-sig")).name not in _SURE
        self._row = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line; BadFile where it, or the row that it belongs to, is too long or holds what no text holds."""
        # Bounded, or a file without line ends would be read into memory as a whole.
        line = self._stream.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._row += len(line)
        if self._row > LONGEST_LINE:
            raise BadFile(f"line {self.number} is too long: a row may have {LONGEST_LINE:,} characters.")
        if self.number == 1 and "\x00" in line:
            hint = 'Is the file UTF-16? Then set encoding = "utf-16-le" in the mapping.'
            raise BadFile(f"the first line holds the character NUL. {hint}")
        if self._check:
            line.encode()
        return line

    def end_row(self) -> None:
        """A row is complete."""
        self._row = 0


@contextmanager
def open_lines(content: FileContent, encoding: str) -> Generator[TextLines]:
    """The lines of a file; a byte order mark outranks the encoding that is given. BadFile where it is not text."""
    with open_content(content) as stream:
        head = stream.read(4)
        stream.seek(0)
        marked = mark_of(head) or encoding
        try:
            yield TextLines(TextIOWrapper(stream, marked, newline=""), marked)
        except (ValueError, LookupError) as error:
            hint = 'Set `encoding` in the mapping; files of Excel on Windows are often "cp1252".'
            raise BadFile(f"the file is not {marked}: {error}. {hint}") from error
