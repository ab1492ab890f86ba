"""Rows as spreadsheets and people spoil them: nothing is merged, moved or dropped without a word."""

from collections.abc import Iterable
from datetime import datetime

import pytest

from soundings_embedded.imports.errors import BadFile, BadMapping, BadRow
from soundings_embedded.imports.mapping import read_mapping
from soundings_embedded.imports.row_mapper import ContentClashes, RowReader
from soundings_embedded.imports.table_readers import TableLayout, csv_table, read_table

from .test_draft import workbook


def reader(text: str, fields: str, *, kind: str = "responses", extra: str = "") -> tuple[RowReader, list[object]]:
    mapping = read_mapping(f'kind = "{kind}"\ntime_zone = "America/New_York"\n{extra}\n[fields]\n{fields}\n')
    table = read_table(text.encode(), ".csv", mapping.layout())
    made = RowReader(mapping, table.columns)
    return made, [made.item(row) for row in table.rows()]


def items(text: str, fields: str, **more: str) -> list[dict[str, object]]:
    return reader(text, fields, **more)[1]  # type: ignore[return-value]


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(BadFile, match=r"two columns are called 'Score', the 2\. and the 3\."):
        csv_table("Id,Score,Score\n1,5,1\n")
    row = "".join(f'<c r="{place}1" t="inlineStr"><is><t>Score</t></is></c>' for place in "AB")
    with pytest.raises(BadFile, match="duplicate"):
        read_table(workbook(f'<row r="1">{row}</row>'), ".xlsx", TableLayout())


@pytest.mark.parametrize("row", ["1,a,2", "1", "1,2,", '1,"a,b",2'])
def test_a_row_with_more_or_fewer_cells_than_the_header_is_refused_by_its_line(row: str):
    table = csv_table(f"Id,Score\n{row}\n2,4\n")
    first, second = table.rows()
    assert first.line == 2
    assert first.fault is not None
    assert second.cells == {"Id": "2", "Score": "4"}
    with pytest.raises(BadRow, match="the header 2"):
        RowReader(read_mapping('kind = "responses"\n[fields]\nx = "Score"\n'), table.columns).item(first)


def test_a_column_more_changes_no_id_that_is_made_from_the_mapped_ones():
    fields = 'x = "Score"'
    ids = [one["id"] for one in items("Score\n5\n5\n3\n", fields)]
    assert len(set(ids)) == 3
    assert [one["id"] for one in items("Note,Score\n,5\n,5\nhi,3\n", fields)] == ids


def test_a_tally_without_an_id_keeps_the_one_that_follows_from_what_it_counts():
    assert "id" not in items("m,n\n2026-01-01,5\n", 'start = "m"\n"bins.x" = "n"', kind="tallies")[0]


@pytest.mark.parametrize(
    ("kind", "rows", "clash"),
    [
        ("responses", [{"id": "2.02603E+11", "a": 1}, {"id": "2.02603E+11", "a": 2}], True),
        ("responses", [{"id": "a", "a": 1}, {"id": "a", "a": 2, "revision": 1}], False),
        ("interactions", [{"id": "a", "root_id": "r", "a": 1}, {"id": "a", "root_id": "s", "a": 2}], False),
        ("interactions", [{"id": "a", "a": 1}, {"id": "a", "root_id": "a", "a": 2}], True),
        ("tallies", [{"measure": "m", "bins": {"x": 1}}, {"measure": "m", "bins": {"x": 2}}], True),
        ("tallies", [{"measure": "m", "start": "b"}, {"measure": "m", "start": "c"}], False),
    ],
)
def test_rows_of_one_id_that_say_different_things_are_told_by_their_lines(kind, rows, clash):
    clashes = ContentClashes(kind)
    assert clashes.repeats(rows[0], 2) is False
    assert clashes.repeats(rows[0], 3) is True
    if clash:
        with pytest.raises(BadRow, match="stands in line 2 already"):
            clashes.repeats(rows[1], 4)
    else:
        assert clashes.repeats(rows[1], 4) is False


@pytest.mark.parametrize(("text", "number"), [("4.0", 4), ("+4", 4), ("4", 4), ("-7.00", -7)])
def test_whole_numbers(text: str, number: int):
    assert items(f"a\n{text}\n", 'x = { column = "a", read_as = "integer" }')[0]["x"] == number


@pytest.mark.parametrize("text", ["1_0", "4.5", "٣", "1e3", "0x10"])
def test_what_only_a_programming_language_takes_for_a_whole_number_is_none(text: str):
    with pytest.raises(BadRow, match="is not a integer"):
        items(f"a\n{text}\n", 'x = { column = "a", read_as = "integer" }')


@pytest.mark.parametrize("text", ["1_0", "inf", "nan", "٣.5", "1,5"])
def test_nor_for_a_number(text: str):
    with pytest.raises(BadRow, match="is not a number"):
        items(f'a\n"{text}"\n', 'x = { column = "a", read_as = "number" }')


def test_a_locale_is_a_language():
    assert items("a\nen_US\n", 'language = "a"')[0]["language"] == "en-US"


OPTIONS = '"answers.d" = { options = { ease = "d_ease", staff = "d_staff" } }'


@pytest.mark.parametrize(
    ("cells", "chosen"),
    [
        ("1,0", ["ease"]), ("0,0", []), ("null,null", None), ("null,1", ["staff"]), (",", None), ("ease,", ["ease"]),
        ("Yes,No", ["ease"]), ("TRUE,FALSE", ["ease"]), ("x,x", ["ease", "staff"]), ("1.0,0.0", ["ease"]),
    ],
)  # fmt: skip
def test_a_column_for_each_option(cells: str, chosen: list[str] | None):
    answers = items(f"d_ease,d_staff\n{cells}\n", OPTIONS)[0]["answers"]
    assert answers == ({} if chosen is None else {"d": chosen})


def test_a_number_that_is_no_tick_is_refused():
    with pytest.raises(BadRow, match="neither ticked"):
        items("d_ease,d_staff\n3,0\n", OPTIONS)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Easy, fast, Staff", ["ease", "staff"]), ("Staff, Easy, fast", ["staff", "ease"]), ("Staff", ["staff"]),
        ("staff", ["staff"]), ("Staff, Staff", ["staff"]),
    ],
)  # fmt: skip
def test_labels_in_one_cell_are_translated_each_also_those_that_hold_a_comma(cell: str, said: list[str]):
    rule = 'x = { column = "a", read_as = "list", split = ", ", values = { "Easy, fast" = "ease", Staff = "staff" } }'
    assert items(f'a\n"{cell}"\n', rule)[0]["x"] == said


def test_a_label_that_nothing_translates_is_an_error():
    with pytest.raises(BadRow, match="'Other' is not among"):
        items("a\nStaff;Other\n", 'x = { column = "a", read_as = "list", values = { Staff = "staff" } }')


def test_a_list_out_of_several_columns_is_made_of_those_that_say_something():
    rule = 'x = { template = "{a};{b};{c}", read_as = "list" }'
    assert [one.get("x") for one in items("a,b,c\n1,,3\n,2,\n,,\n", rule)] == [["1", "3"], ["2"], None]


def test_what_is_taken_for_no_answer_is_counted():
    made, rows = reader("a,b\nNone,1\nNA,2\nnone,3\n", 'x = "a"\ny = "b"', extra='absent = ["", "NA", "none"]')
    assert dict(made.left_out) == {("x", "none"): 2, ("x", "na"): 1}
    assert [one.get("x") for one in rows] == [None, None, None]  # type: ignore[attr-defined]
    made, _ = reader("a,b\nNone,1\n", 'x = { column = "a", values = { y = 1 }, otherwise = 0 }')
    assert dict(made.replaced) == {"x": 1}
    assert made.unused == ["b"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "café"), ("utf-8-sig", "café"), ("utf-16", "café"), ("utf-16-le", "café"), ("utf-32", "café"),
        ("cp1252", "café – “fine” €"), ("mac_roman", "café – “fine”"), ("cp850", "café à la crème"),
    ],
)  # fmt: skip
def test_a_draft_tells_the_encoding_of_a_file(encoding: str, text: str):
    from soundings_embedded.imports.mapping_inference import layout_of

    raw = f"Id;Said\r\n1;{text}\r\n".encode(encoding)
    layout = layout_of(raw)
    assert [row.cells["Said"] for row in read_table(raw, ".csv", layout).rows()] == [text]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_outranks_what_the_mapping_says(encoding: str):
    table = read_table("Id,Said\n1,é\n".encode(encoding), ".csv", TableLayout(encoding="cp1252"))
    assert [dict(row.cells) for row in table.rows()] == [{"Id": "1", "Said": "é"}]


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n"])
def test_the_line_with_which_excel_names_its_delimiter_is_no_header(first: str):
    table = read_table(f"{first}Id;Said\r\n1;x\r\n".encode(), ".csv", TableLayout())
    assert [(row.line, dict(row.cells)) for row in table.rows()] == [(3, {"Id": "1", "Said": "x"})]


def test_lines_may_end_as_on_old_macs():
    assert [dict(row.cells) for row in csv_table("Id,Said\r1,x\r").rows()] == [{"Id": "1", "Said": "x"}]


@pytest.mark.parametrize(
    ("text", "form", "at"),
    [
        ("2026/09/04 5:40:00 PM UTC-4", "%Y/%m/%d %I:%M:%S %p %Z", "2026-09-04T17:40:00-04:00"),
        ("2026/09/04 5:40:00 PM GMT+5:30", "%Y/%m/%d %I:%M:%S %p %Z", "2026-09-04T17:40:00+05:30"),
        ("Tue Feb 13 12:58:16 WIB 2018", "%a %b %d %H:%M:%S %Z %Y", "2018-02-13T12:58:16+07:00"),
        ("2026-03-01 10:00:00 EST", "%Y-%m-%d %H:%M:%S %Z", "2026-03-01T10:00:00-05:00"),
        ("2026-03-01 10:00:00 Europe/Paris", "%Y-%m-%d %H:%M:%S %Z", "2026-03-01T10:00:00+01:00"),
        ("2026-03-01 10:00:00 UTC", "%Y-%m-%d %H:%M:%S %Z", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01 10:00:00 IST", "%Y-%m-%d %H:%M:%S %Z", "2026-03-01T10:00:00+05:30"),
        ("Fri Sep 04 2026 17:40:00 GMT-0400 (Eastern Daylight Time)", "%a %b %d %Y %H:%M:%S %Z",
         "2026-09-04T17:40:00-04:00"),
        ("2026-03-01T10:00:00.123Z", "%Y-%m-%dT%H:%M:%S.%f%z", "2026-03-01T10:00:00.123000+00:00"),
    ],
)  # fmt: skip
def test_zones_as_they_are_written_behind_a_time(text: str, form: str, at: str):
    rule = f'at = {{ column = "a", read_as = "time", formats = ["{form}"] }}'
    assert items(f"a\n{text}\n", rule, extra='zones = { IST = "+05:30" }')[0]["at"] == at


def test_a_zone_that_means_several_is_refused_until_the_mapping_says_which():
    with pytest.raises(BadRow, match="is not a time"):
        items("a\n2026-03-01 10:00:00 IST\n", 'at = { column = "a", read_as = "time" }')
    with pytest.raises(BadMapping, match="neither an offset"):
        read_mapping('kind = "responses"\nzones = { IST = "somewhere" }\n[fields]\nx = "a"\n')


def ends(rows: Iterable[dict[str, object]]) -> list[float]:
    """Seconds from the start to the end of each call."""
    found: list[float] = []
    for one in rows:
        started, ended = (datetime.fromisoformat(str(one[name])) for name in ("started_at", "ended_at"))
        found.append((ended - started).total_seconds())
    return found


CLOCKS = (
    'started_at = { template = "{Date} {Start}", read_as = "time" }\n'
    'ended_at = { template = "{Date} {End}", read_as = "time" }'
)


def test_a_call_over_midnight_from_one_date_and_two_clocks_ends_on_the_next_day():
    rows = "Date,Start,End\n2026-03-10,23:58:00,00:04:00\n2026-03-10,10:00:00,10:05:00\n2026-03-10,10:00:00,09:00:00\n"
    assert ends(items(rows, CLOCKS, kind="interactions")) == [360, 300, -3600]


def test_an_end_with_a_date_of_its_own_is_never_moved():
    fields = 'started_at = { column = "S", read_as = "time" }\nended_at = { column = "E", read_as = "time" }'
    rows = "S,E\n2026-03-10 23:58:00,2026-03-10 00:04:00\n"
    assert ends(items(rows, fields, kind="interactions"))[0] < 0


@pytest.mark.parametrize(
    ("start", "end", "seconds"), [("01:50", "01:10", 1200), ("01:10", "01:50", 2400), ("00:50", "01:10", 1200)]
)
def test_in_the_night_when_clocks_go_back_an_end_is_not_before_its_start(start: str, end: str, seconds: int):
    fields = 'started_at = { column = "S", read_as = "time" }\nended_at = { column = "E", read_as = "time" }'
    rows = f"S,E\n2026-11-01 {start},2026-11-01 {end}\n"
    assert ends(items(rows, fields, kind="interactions")) == [seconds]
