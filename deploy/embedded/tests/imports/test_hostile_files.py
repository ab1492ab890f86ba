"""Files that were made to exhaust a reader are refused while little of them is in memory."""

import tracemalloc
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from soundings_embedded.imports import workbook_limits
from soundings_embedded.imports.errors import BadFile
from soundings_embedded.imports.table_readers import TableLayout, read_table
from soundings_embedded.imports.text_files import LONGEST_LINE

from .test_draft import workbook

MEBIBYTE = 1024 * 1024


def with_part(book: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one part more, or another one in its place."""
    file = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Id</t></is></c></row>'
SHEET = "xl/worksheets/sheet1.xml"
OPENING = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "XFD2", "ZZZ9999999"])
def test_one_cell_in_a_far_corner_does_not_make_a_grid_of_everything_before_it(place: str):
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    book = workbook(f'{HEADER}<row r="{row}"><c r="{place}"><v>1</v></c></row>')
    assert len(book) < 5000
    with pytest.raises(BadFile, match=r"too many|almost empty"):
        read_table(book, ".xlsx", TableLayout())


def test_places_that_are_counted_instead_of_named_are_bounded_too():
    book = workbook(f'{HEADER}<row r="1048576"><c><v>1</v></c></row>')
    with pytest.raises(BadFile, match="almost empty"):
        read_table(book, ".xlsx", TableLayout())


def test_a_part_that_unpacks_to_more_than_the_limit_is_refused_while_it_is_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook_limits, "MOST_UNPACKED", 8 * MEBIBYTE)
    book = with_part(workbook(HEADER), "xl/media/image1.png", b"\0" * (64 * MEBIBYTE))
    tracemalloc.start()
    try:
        with pytest.raises(BadFile, match="unpacks to more than"):
            read_table(book, ".xlsx", TableLayout())
        assert tracemalloc.get_traced_memory()[1] < 8 * MEBIBYTE
    finally:
        tracemalloc.stop()


def test_entities_are_refused_wherever_they_are_declared():
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    for name in (SHEET, "xl/sharedStrings.xml", "docProps/app.xml"):
        with pytest.raises(BadFile, match="document type"):
            read_table(with_part(workbook(HEADER), name, laughs + b"<x>&b;</x>"), ".xlsx", TableLayout())


def test_one_long_text_that_many_cells_share_counts_each_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook_limits, "MOST_TEXT", MEBIBYTE)
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 30))
    book = with_part(workbook(HEADER), SHEET, OPENING + cells + b"</sheetData></worksheet>")
    shared = b"<sst><si><t>" + b"x" * 100_000 + b"</t></si></sst>"
    with pytest.raises(BadFile, match="million characters"):
        read_table(with_part(book, "xl/sharedStrings.xml", shared), ".xlsx", TableLayout())


def test_formatted_empty_cells_far_off_do_no_harm():
    book = workbook(f'{HEADER}<row r="2"><c r="A2"><v>7</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert [row.cells["Id"] for row in read_table(book, ".xlsx", TableLayout()).rows()] == ["7"]


@pytest.mark.parametrize("suffix", [".xls", ".xlsb", ".ods"])
def test_workbooks_whose_size_cannot_be_told_before_are_not_read(suffix: str):
    with pytest.raises(BadFile, match=r"save it as \.xlsx or CSV"):
        read_table(b"anything", suffix, TableLayout())


@pytest.mark.parametrize(
    ("content", "suffix", "says"),
    [
        (b"a,b\n" + b"x" * (LONGEST_LINE + 10), ".csv", "too long"),
        (b"a,b\n1," + b'"x\n' * 1000 + b'y"' * 3 + b"z" * 200_000, ".csv", "too long"),
        (b"," * 3_000_000 + b"\n1\n", ".csv", "columns"),
        (b'{"a": "' + b"x" * (LONGEST_LINE + 10) + b'"}', ".jsonl", "too long"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, ".jsonl", "objects within objects"),
        (b"\n".join(b'{"k%d": 1}' % n for n in range(5000)), ".jsonl", "fields"),
    ],
    ids=["line", "cell", "columns", "json line", "nested", "json fields"],
)
def test_text_without_an_end_is_refused(content: bytes, suffix: str, says: str):
    with pytest.raises(BadFile, match=says):
        read_table(content, suffix, TableLayout())


def test_rows_of_json_cost_what_they_hold_and_not_all_columns_of_the_file():
    lines = b"\n".join(b'{"k%d": 1}' % (n % 4000) for n in range(20_000))
    table = read_table(lines, ".jsonl", TableLayout())
    tracemalloc.start()
    try:
        assert sum(1 for _ in table.rows()) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 2 * MEBIBYTE
    finally:
        tracemalloc.stop()


def test_a_long_file_is_read_as_a_stream():
    content = b"Id,Said\n" + b"".join(b"%d,something that somebody said\n" % n for n in range(100_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_table(lambda: BytesIO(content), ".csv", TableLayout()).rows()) == 100_000
        assert tracemalloc.get_traced_memory()[1] < 2 * MEBIBYTE
    finally:
        tracemalloc.stop()
