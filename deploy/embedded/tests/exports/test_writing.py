"""Exports hold every record, and no cell of them runs in a spreadsheet."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundings.testing.hypothesis_profile import example_count
from soundings_embedded.exports.csv_safety import safe_cell
from soundings_embedded.exports.writers import write_records

RECORDS = [
    {"id": "r1", "answers": {"overall": 4, "missed": ["a", "b"]}, "comments": {"why": "=1+1"}, "low": -0.5},
    {"id": "-r2", "answers": {}, "touchpoint": None, "comments": {"why": "+49"}},
]


def exported(path: Path) -> list[dict[str, str]]:
    seen: list[int] = []
    assert write_records(iter(RECORDS), path, seen.append) == 2
    assert seen == [1, 2]
    return list(csv.DictReader(StringIO(path.read_text("utf-8"))))


def test_text_that_looks_like_a_formula_stays_text_and_numbers_stay_numbers(tmp_path: Path):
    first, second = exported(tmp_path / "said.csv")
    assert (first["comments.why"], first["answers.overall"], first["answers.missed"]) == ("'=1+1", "4", "a;b")
    assert first["low"] == "-0.5"
    assert (second["id"], second["comments.why"], second["low"]) == ("'-r2", "'+49", "")


def test_lines_of_json_hold_the_records_as_they_are(tmp_path: Path):
    path = tmp_path / "said.jsonl"
    write_records(iter(RECORDS), path, lambda _count: None)
    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == RECORDS


def test_an_export_that_breaks_off_leaves_no_file(tmp_path: Path):
    def broken():
        yield RECORDS[0]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_records(broken(), tmp_path / "said.csv", lambda _count: None)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=example_count(200), deadline=None)
@given(st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "\n"]), st.text(max_size=10))
def test_no_text_begins_as_a_formula_does(start, rest):
    assert not str(safe_cell(start + rest)).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
