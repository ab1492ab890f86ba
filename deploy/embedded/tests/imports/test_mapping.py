"""A mapping says how a row becomes an item, and says clearly when it cannot."""

from pathlib import Path

import pytest

from soundings_embedded.imports.errors import BadFile, BadMapping, BadRow
from soundings_embedded.imports.mapping import ImportMapping, read_mapping
from soundings_embedded.imports.row_mapper import RowReader
from soundings_embedded.imports.table_readers import TableRow

EXAMPLES = Path(__file__).resolve().parents[4] / "docs" / "examples"


def mapping(fields: str, top: str = "") -> ImportMapping:
    return read_mapping(f'kind = "interactions"\n{top}\n[fields]\n{fields}')


def item_of(rules: ImportMapping, row: dict[str, str]) -> dict[str, object]:
    return RowReader(rules, row).item(TableRow(2, row))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_documented_examples_are_mappings(example: Path):
    assert read_mapping(example.read_text()).fields


def test_a_survey_row_with_codes_becomes_a_response():
    rules = read_mapping((EXAMPLES / "airport-2018.toml").read_text())
    row = {"RESPNUM": "7", "INTDATE": "3", "LANG": "2", "Q7ALL": "4", "Q9Restroom": "6", "NETPRO": " 11 "}
    assert item_of(rules, row) == {
        "id": "2018-7",
        "form_id": "airport-guest-survey",
        "channel": "in_person",
        "occurred_at": "2018-05-03T12:00:00-07:00",
        "language": "es",
        "answers": {"overall": 4},
    }


def test_a_row_that_answers_nothing_is_a_response_without_answers():
    rules = read_mapping((EXAMPLES / "airport-2016.toml").read_text())
    row = {"*RESPNUM": "1", "INTDATE": "05/11/2016 12:00:00 AM", "LANG": "1", "Q7ALL": "0", "Q9RESTROOM": "BLANK"}
    assert item_of(rules, row)["answers"] == {}


def test_a_word_for_no_answer_is_no_answer_in_any_case():
    rules = mapping("team = 'Team'", 'absent = ["", "BLANK"]')
    assert "team" not in item_of(rules, {"Team": " blank "})


def test_a_case_without_a_closing_time_is_open():
    rules = read_mapping((EXAMPLES / "311-recycling-cart.toml").read_text())
    row = {"CASE_ENQUIRY_ID": "1", "OPEN_DT": "01/02/2015 11:52:36 AM", "CLOSED_DT": "", "REASON": "Recycling"}
    item = item_of(rules, {**row, "Source": "Self Service"})
    assert item["outcome"] == "open"
    assert "ended_at" not in item
    assert item["started_at"] == "2015-01-02T11:52:36-05:00"
    assert item["topic"] == ["Recycling"]


def test_an_hour_that_comes_twice_is_read_as_the_first():
    rules = mapping("started_at = {column = 'at', read_as = 'time'}", 'time_zone = "America/New_York"')
    assert item_of(rules, {"at": "2015-11-01 01:30:00"})["started_at"] == "2015-11-01T01:30:00-04:00"


@pytest.mark.parametrize(("text", "seconds"), [("00:01:30", 90.0), ("2:05", 125.0), ("37.5", 37.5)])
def test_durations_are_read_as_seconds(text: str, seconds: float):
    assert item_of(mapping("talk_s = {column = 'talk', read_as = 'duration'}"), {"talk": text})["talk_s"] == seconds


def test_a_value_that_the_mapping_does_not_translate_is_an_error_of_its_row():
    rules = mapping("channel = {column = 'via', values = {p = 'phone'}}")
    with pytest.raises(BadRow, match="channel: 'fax' is not among"):
        item_of(rules, {"via": "fax"})


def test_a_number_that_is_none_names_its_field():
    with pytest.raises(BadRow, match="results: 'many' is not a integer"):
        item_of(mapping("results = {column = 'hits', read_as = 'integer'}"), {"hits": "many"})


def test_equal_rows_without_an_id_stay_apart_and_come_back_the_same():
    rules = mapping("team = 'Team'")
    first, second = (RowReader(rules, ["Team"]) for _ in range(2))
    ids = [first.item(TableRow(2, {"Team": "a"}))["id"], first.item(TableRow(2, {"Team": "a"}))["id"]]
    assert len(set(ids)) == 2
    assert [second.item(TableRow(2, {"Team": "a"}))["id"], second.item(TableRow(2, {"Team": "a"}))["id"]] == ids


def test_a_column_that_is_not_there_is_said_before_anything_is_sent():
    with pytest.raises(BadFile, match="no column Squad. It has: Team"):
        RowReader(mapping("team = 'Squad'"), ["Team"])
    with pytest.raises(BadFile, match="Is its delimiter ';'"):
        RowReader(mapping("team = 'Squad'"), ["Team;Squad"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind =", "not TOML"),
        ('kind = "letters"\n[fields]', "kind"),
        ('kind = "responses"\ntime_zone = "Mars/Base"\n[fields]', "time_zone"),
        ('kind = "responses"\n[fields]\nx = {read_as = "text"}', "either column or template"),
        ('kind = "responses"\n[fields]\nx = {column = "a", read_as = "colour"}', r"^fields\.x\.read_as: Input"),
        ('kind = "responses"\n[fields]\nx = {colum = "a"}', r"fields\.x\.colum: is not known here"),
        ('kind = "responses"\n[felds]\nx = "a"', "felds: is not known here"),
    ],
)
def test_a_wrong_mapping_names_the_place(text: str, says: str):
    with pytest.raises(BadMapping, match=says):
        read_mapping(text)
