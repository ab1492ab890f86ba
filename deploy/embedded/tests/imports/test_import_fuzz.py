"""Whatever a file or a mapping holds: an item that can be sent, or a refusal that names the field or the place."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundings.client import Soundings
from soundings.testing.hypothesis_profile import example_count
from soundings_embedded.imports.checkpoint import ImportCheckpoint
from soundings_embedded.imports.errors import BadFile, BadMapping, BadRow
from soundings_embedded.imports.mapping import ImportMapping, read_mapping
from soundings_embedded.imports.mapping_inference import draft_mapping, layout_of
from soundings_embedded.imports.row_mapper import RowReader
from soundings_embedded.imports.table_readers import ImportTable, TableLayout, read_table
from soundings_embedded.imports.use_cases import AsItIs, ImportCallbacks, ImportFile, ItemReader, RejectedRow

from .test_draft import workbook

FUZZ = settings(
    max_examples=example_count(80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
KINDS = st.sampled_from(["responses", "interactions", "tallies"])
ODD = st.sampled_from(
    [
        "", "nan", "inf", "-inf", "1e999", "1_000", "٣", "9" * 30, "-9223372036854775809", "0001-01-01 00:00:00",
        "9999-12-31 23:59:59", "2026-03-08 02:30:00", "2026-02-30", "99:99:99", "1:2:3", "\x00", "\ud800", "=cmd()",
        ";;;", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00+99:00", '"', "é", "\r", "true",
    ]
)  # fmt: skip
TEXTS = ODD | st.text(max_size=8)
CELLS = TEXTS.filter(lambda text: "\ud800" not in text)
COLUMNS = ("a", "b", "id")
FIELDS = st.sampled_from(
    [
        "started_at",
        "talk_s",
        "results",
        "topic",
        "team",
        "answers.q",
        "answers",
        "bins.x",
        "total",
        "id",
        "",
        ".",
        "a.b.c",
    ]
)
FORMATS = st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%d %d", "%", "%Q", "", "%j %Z", "%U %Y", "%G"])
RULES = st.fixed_dictionaries(
    {"column": st.sampled_from(COLUMNS)},
    optional={
        "read_as": st.sampled_from(["text", "integer", "number", "time", "duration", "list"]),
        "formats": st.lists(FORMATS, max_size=3),
        "split": st.sampled_from([";", ",", "", "||"]),
        "absent": st.lists(CELLS, max_size=2),
        "missing": st.integers() | st.floats() | CELLS,
        "values": st.dictionaries(CELLS, CELLS | st.integers(), max_size=2),
    },
)
TEMPLATES = st.fixed_dictionaries({"template": st.sampled_from(["{a}-{b}", "{id}", "{{a}", "x", "{}", "{none}"])})
MAPPINGS = st.fixed_dictionaries(
    {"kind": KINDS, "fields": st.dictionaries(FIELDS, RULES | TEMPLATES | st.sampled_from(COLUMNS), max_size=4)},
    optional={
        "time_zone": st.sampled_from(["UTC", "America/New_York", "Mars/Base", "", "../etc"]),
        "delimiter": st.sampled_from([",", ";", "\t", '"', "\n", "\r", " ", "", ",,", "é", "\x00"]),
        "encoding": st.sampled_from(
            [
                "utf-8-sig",
                "latin-1",
                "utf-16",
                "idna",
                "undefined",
                "rot13",
                "x\x00",
                "punycode",
                "utf-7",
                "unicode_escape",
            ]
        ),
        "id": st.sampled_from(["{id}", "{a}{b}", "x", "", "{none}"]),
        "set": st.dictionaries(FIELDS, CELLS | st.integers() | st.floats(), max_size=2),
        "sheet": st.sampled_from(["Calls", "Other", ""]),
    },
)


def toml(value: object) -> str:
    """A value as TOML has it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)} = {toml(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case bool() | int():
            return str(value).lower()
        case float():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def as_csv(rows: list[list[str]], delimiter: str) -> str:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in [list(COLUMNS), *rows]]
    return "\r\n".join(map(delimiter.join, quoted))


class Door:
    """A listening door that takes whatever is JSON."""

    def __init__(self) -> None:
        self.kept: list[object] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        items = orjson.loads(request.content)
        self.kept += items
        return httpx.Response(202, json={"accepted": len(items), "rejected": []})


def bring_in(table: ImportTable, items: ItemReader, folder: Path) -> None:
    """Import it; every row is kept by the door, or refused with its line and its field."""
    door, refused = Door(), list[RejectedRow]()
    client = Soundings(http=httpx.Client(transport=httpx.MockTransport(door)), sleep=lambda _seconds: None)
    watcher = ImportCallbacks(refused.append, lambda _line: None)
    checkpoint = ImportCheckpoint(folder, b"x")
    done = ImportFile(client, "snd_x", "interactions", checkpoint=checkpoint, watcher=watcher).run(table, items)
    assert done.accepted == len(door.kept)
    assert done.accepted + done.rejected == sum(1 for _ in table.rows())
    assert len(refused) == done.rejected
    assert all(one.line > 0 and one.field and one.detail for one in refused)


def politely(work: Callable[[], None]) -> None:
    """Do it; what cannot be done is said in a sentence."""
    with suppress(BadFile, BadMapping, BadRow):
        work()


@FUZZ
@given(said=MAPPINGS, rows=st.lists(st.lists(CELLS, min_size=0, max_size=5), max_size=4))
def test_any_mapping_of_any_csv_gives_items_or_says_what_is_wrong(said, rows, tmp_path: Path):
    def work() -> None:
        mapping: ImportMapping = read_mapping("\n".join(f"{name} = {toml(part)}" for name, part in said.items()))
        layout = TableLayout(mapping.delimiter, mapping.encoding, mapping.sheet)
        raw = as_csv(rows, mapping.delimiter).encode("utf-8")
        table = read_table(raw, ".csv", layout)
        bring_in(table, RowReader(mapping, table.columns), tmp_path)

    politely(work)


MAPPED = read_mapping(
    'kind = "interactions"\n[fields]\n'
    'started_at = {column = "a", read_as = "time"}\ntalk_s = {column = "b", read_as = "duration"}\n'
    'results = {column = "a", read_as = "integer"}\ncost = {column = "b", read_as = "number"}\nteam = "a"\n'
)


@FUZZ
@given(rows=st.lists(st.lists(CELLS, max_size=4), max_size=5))
def test_every_row_of_a_csv_is_taken_or_names_its_field(rows, tmp_path: Path):
    table = read_table(as_csv(rows, ",").encode(), ".csv", TableLayout())
    bring_in(table, RowReader(MAPPED, table.columns), tmp_path)


@FUZZ
@given(raw=st.binary(max_size=120) | st.text(alphabet='ab,;"\r\n\x00é', max_size=60).map(str.encode), kind=KINDS)
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".xlsx"])
def test_any_bytes_are_a_table_or_no_table(suffix, raw, kind, tmp_path: Path):
    def work() -> None:
        table = read_table(raw, suffix, layout_of(raw))
        mapping = read_mapping(draft_mapping(table, kind, "file", layout_of(raw)))
        bring_in(table, RowReader(mapping, table.columns), tmp_path)

    politely(work)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


@FUZZ
@given(lines=st.lists(st.dictionaries(st.sampled_from(COLUMNS) | TEXTS, JSON, max_size=4), min_size=1, max_size=4))
def test_any_lines_of_json_are_taken_or_name_their_field(lines, tmp_path: Path):
    def work() -> None:
        table = read_table("\n".join(map(json.dumps, lines)).encode(), ".jsonl", TableLayout())
        bring_in(table, AsItIs(), tmp_path)
        bring_in(table, RowReader(MAPPED, table.columns), tmp_path)

    politely(work)


CONTENT = st.sampled_from(
    ["<v>1</v>", "<v>1e999</v>", "<v>nan</v>", "<v>-1</v>", "<v></v>", "<is><t>2026-03-01</t></is>", "<v>45000.5</v>",
     "<f>1/0</f><v>#DIV/0!</v>", "<is><t>&#x1F600;</t></is>", "<v>9999999999</v>"]
)  # fmt: skip
TYPES = st.sampled_from(["", ' t="inlineStr"', ' t="b"', ' t="e"', ' t="s"', ' t="d"', ' t="str"', ' s="3"', ' t="zz"'])
PLACES = st.sampled_from(["A1", "B1", "C1", "A2", "B2", "C3", "A0", "", "XFD1", "a1", "1A"])


@FUZZ
@given(cells=st.lists(st.tuples(PLACES, TYPES, CONTENT), max_size=6), flips=st.lists(st.integers(0, 5000), max_size=3))
def test_any_sheet_of_excel_is_a_table_or_no_table(cells, flips, tmp_path: Path):
    rows = "".join(f'<row><c r="{place}"{kind}>{content}</c></row>' for place, kind, content in cells)
    raw = bytearray(workbook('<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>' + rows))
    for flip in flips:
        raw[flip % len(raw)] ^= 0x41

    def work() -> None:
        table = read_table(bytes(raw), ".xlsx", TableLayout())
        mapping = read_mapping(draft_mapping(table, "interactions", "file.xlsx"))
        bring_in(table, RowReader(mapping, table.columns), tmp_path)

    politely(work)


@pytest.mark.parametrize(
    ("raw", "suffix", "says"),
    [
        (b"a,b\n" + b"x" * 200_000 + b",1\n", ".csv", "line"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", ".jsonl", "line 1"),
    ],
    ids=["a cell without an end", "a list in a list in a list"],
)
def test_what_no_reader_can_hold_is_refused_by_its_line(raw: bytes, suffix: str, says: str):
    with pytest.raises(BadFile, match=says):
        list(read_table(raw, suffix, TableLayout()).rows())


@FUZZ
@given(at=st.datetimes(), zone=st.sampled_from(["UTC", "America/New_York", "Pacific/Kiritimati"]))
def test_every_local_time_is_read_with_an_offset(at: datetime, zone: str):
    mapping = read_mapping(
        f'kind = "interactions"\ntime_zone = "{zone}"\n[fields]\nstarted_at = {{column = "a", read_as = "time"}}\n'
    )
    text = at.strftime("%Y-%m-%d %H:%M:%S")
    table = read_table(f"a\n{text}\n".encode(), ".csv", TableLayout())
    (row,) = table.rows()
    with suppress(BadRow):
        said = RowReader(mapping, ["a"]).item(row)["started_at"]
        assert datetime.fromisoformat(str(said)).replace(tzinfo=None) == at.replace(microsecond=0)
