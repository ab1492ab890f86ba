"""A first mapping made from the columns of a file can be read as it is, and finds what has a usual name."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from soundings.testing.hypothesis_profile import example_count
from soundings_embedded.__main__ import app
from soundings_embedded.imports.errors import BadFile
from soundings_embedded.imports.mapping import read_mapping
from soundings_embedded.imports.mapping_inference import draft_mapping
from soundings_embedded.imports.row_mapper import RowReader
from soundings_embedded.imports.table_readers import TableLayout, csv_table, read_table
from soundings_embedded.imports.use_cases import AsItIs

CALLS = (
    "CALL ID,TIMESTAMP,CAMPAIGN,AGENT,DISPOSITION,QUEUE WAIT TIME,TALK TIME\n"
    "1,03/25/2026 10:00:00,Carts,Maria,Resolved,00:00:30,00:04:00\n"
    "2,03/26/2026 10:10:00,Carts,Sam,Abandon,00:02:00,\n"
    "3,03/26/2026 10:20:00,Carts,Sam,Resolved,00:00:10,00:01:40\n"
)
SURVEY = "RESPNUM;Date;Q1 Overall;Comment\n1;2026-03-01;5;good\n2;2026-03-02;4;bad\n3;2026-03-02;4;\n"


def test_a_call_log_is_known_by_its_columns_and_its_draft_imports():
    table = csv_table(CALLS)
    mapping = read_mapping(draft_mapping(table, None, "calls.csv"))
    assert mapping.kind == "interactions"
    first = RowReader(mapping, table.columns).item(next(iter(table.rows())))
    assert first == {
        "id": "1", "kind": "call", "started_at": "2026-03-25T10:00:00+00:00", "wait_s": 30.0, "talk_s": 240.0,
        "outcome": "resolved", "team": "Carts",
    }  # fmt: skip


def test_questions_of_a_survey_are_offered_as_comments_with_what_is_in_them():
    draft = draft_mapping(csv_table(SURVEY, ";"), None, "survey.csv", TableLayout(";"))
    mapping = read_mapping(draft)
    assert (mapping.kind, mapping.delimiter, mapping.id) == ("responses", ";", "{RESPNUM}")
    assert '# "answers.q1-overall" = { column = "Q1 Overall", read_as = "integer" }   # integer: 4, 5' in draft


@settings(max_examples=example_count(100), deadline=None)
@given(
    names=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6),
    cells=st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=5),
    kind=st.sampled_from([None, "responses", "interactions", "tallies"]),
)
def test_any_file_gives_a_draft_that_can_be_read(names, cells, kind):
    lines = [json.dumps(dict(zip(names, row, strict=False))) for row in cells] or ['{"a": 1}']
    read_mapping(draft_mapping(read_table("\n".join(lines).encode(), ".jsonl", TableLayout()), kind, 'a "file"\n'))


def test_lines_of_json_are_rows_with_dotted_columns_or_items_as_they_are():
    raw = b'{"id": "a", "answers": {"overall": 4, "missed": ["x", "y"]}}\n\n{"answers": {}, "page": "/"}\n'
    table = read_table(raw, ".jsonl", TableLayout())
    assert list(table.columns) == ["id", "answers.overall", "answers.missed", "page"]
    first, second = table.rows()
    assert first.cells == {"id": "a", "answers.overall": "4", "answers.missed": "x;y", "page": ""}
    as_they_are = AsItIs()
    assert as_they_are.item(first) == {"id": "a", "answers": {"overall": 4, "missed": ["x", "y"]}}
    assert str(as_they_are.item(second)["id"]).startswith("row-")
    with pytest.raises(BadFile, match="line 2 is not JSON"):
        read_table(b"{}\n{", ".jsonl", TableLayout())


def workbook(rows: str) -> bytes:
    """The smallest Excel file with one sheet of these rows."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="Calls" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>",
    }
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return file.getvalue()


def test_a_sheet_of_excel_is_a_table():
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t> CALL ID </t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Wait</t></is></c></row>'
        '<row r="2"><c r="A2"><v>17</v></c><c r="B2"><v>1.5</v></c></row>'
        '<row r="3"/><row r="4"><c r="A4" t="b"><v>1</v></c></row>'
    )
    table = read_table(workbook(rows), ".xlsx", TableLayout())
    assert list(table.columns) == ["CALL ID", "Wait"]
    assert [(row.line, dict(row.cells)) for row in table.rows()] == [
        (2, {"CALL ID": "17", "Wait": "1.5"}),
        (4, {"CALL ID": "true", "Wait": ""}),
    ]
    with pytest.raises(BadFile, match="no sheet 'Other'"):
        read_table(workbook(rows), ".xlsx", TableLayout(sheet="Other"))
    with pytest.raises(BadFile, match="cannot be read"):
        read_table(b"not a workbook", ".xlsx", TableLayout())


def test_the_command_writes_the_draft_of_a_file(tmp_path: Path):
    file = tmp_path / "calls.csv"
    file.write_text(CALLS)
    done = CliRunner().invoke(app, ["import", "--draft", str(file)])
    assert done.exit_code == 0, done.output
    assert read_mapping(done.output).kind == "interactions"
    assert CliRunner().invoke(app, ["import", "responses", str(file), "--key", "snd_x"]).exit_code == 2


def test_a_file_as_excel_writes_it_on_windows_is_drafted_with_its_encoding_and_imports(tmp_path: Path):
    file = tmp_path / "survey.csv"
    file.write_bytes("RESPNUM;Date;Comment\n1;2026-11-01;café\n".encode("cp1252"))
    done = CliRunner().invoke(app, ["import", "responses", "--draft", str(file)])
    assert done.exit_code == 0, done.output
    mapping = read_mapping(done.output)
    assert (mapping.encoding, mapping.delimiter) == ("cp1252", ";")
    table = read_table(file.read_bytes(), ".csv", TableLayout(mapping.delimiter, mapping.encoding))
    assert [row.cells["Comment"] for row in table.rows()] == ["café"]
    with pytest.raises(BadFile, match='often "cp1252"'):
        read_table(file.read_bytes(), ".csv", TableLayout())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('id,said\n1,"fine"\n2,"never\nclosed,\n3,x\n', "begins in line 3 has a quotation mark that is never closed"),
        ("id,said\n1," + "x" * 200_000 + "\n", "begins in line 2 has a cell that is too long"),
        ("", "the file is empty"),
    ],
)
def test_a_file_that_would_be_misread_is_refused_before_anything_is_sent(text: str, says: str):
    with pytest.raises(BadFile, match=says):
        csv_table(text)
