# ruff: noqa: E501 - lines are as long as the tools write them
"""Exports of survey tools are recognised, and their drafts import what they hold.

The files are made here in the layout of each tool.
"""

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from soundings.events.forms import FormBody
from soundings_embedded.__main__ import app
from soundings_embedded.imports.mapping import read_mapping
from soundings_embedded.imports.mapping_inference import FileDraft, draft_of
from soundings_embedded.imports.row_mapper import RowReader
from soundings_embedded.imports.table_readers import read_table

QUALTRICS = """\
StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,RecipientEmail,UserLanguage,Q1,Q2_1,Q2_2,Q3
Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,Recorded Date,Response ID,Recipient Email,User Language,"Overall, how satisfied?",What went well? - Selected Choice - Ease,What went well? - Selected Choice - Speed,Anything else?
"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}","{""ImportId"":""ip""}","{""ImportId"":""p""}","{""ImportId"":""d""}","{""ImportId"":""f""}","{""ImportId"":""r""}","{""ImportId"":""_recordId""}","{""ImportId"":""e""}","{""ImportId"":""l""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_1""}","{""ImportId"":""QID2_2""}","{""ImportId"":""QID3""}"
2026-03-01 10:00:00,2026-03-01 10:02:00,IP Address,10.1.2.3,100,120,True,2026-03-01 10:02:01,R_1,,EN,Very satisfied,Ease,,fine
2026-03-01 11:00:00,2026-03-01 11:02:00,IP Address,10.1.2.4,100,120,True,2026-03-01 11:02:01,R_2,,EN,Dissatisfied,Ease,Speed,"slow, and rude"
2026-03-01 12:00:00,2026-03-01 12:02:00,Survey Preview,10.1.2.4,100,120,True,2026-03-01 12:02:01,R_3,,ES-ES,Very satisfied,,Speed,
"""
SURVEYMONKEY = """\
Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,How satisfied were you?,What went well?,,,Other comments?
,,,,,,Response,Ease,Speed,"Staff, friendly",Open-Ended Response
118000000001,1,03/25/2026 10:00:00 AM,03/25/2026 10:01:00 AM,10.0.0.1,a@b.co,Very satisfied,Ease,,"Staff, friendly",good
118000000002,1,03/26/2026 10:00:00 PM,03/26/2026 10:01:00 PM,10.0.0.2,c@b.co,Neither satisfied nor dissatisfied,,Speed,,
"""
GOOGLE_FORMS = """\
Timestamp,How easy was it?,What went well?,Would you recommend us?
2026/09/04 5:40:00 PM UTC-4,Very easy,"Easy, fast;Staff",10
2026/12/04 5:41:00 PM UTC-5,Difficult,Staff,3
2026/12/05 5:41:00 PM UTC-5,Difficult,Staff;Easy,7
"""
MICROSOFT_FORMS = """\
ID,Start time,Completion time,Email,Name,Overall?,Pick
1,9/4/26 17:40:00,9/4/26 17:42:00,anonymous,,5 - Great,A;B;
2,9/14/26 17:40:00,9/14/26 17:42:00,anonymous,,1 - Bad,B;
3,9/14/26 18:40:00,9/14/26 18:42:00,anonymous,,1 - Bad,B;
"""
LIMESURVEY = """\
"id","submitdate","lastpage","startlanguage","seed","Q1. How satisfied?","Q2[ease]. What? [Ease]","Q2[speed]. What? [Speed]","Q3"
"1","2026-03-01 10:00:00","2","en","99","4","Yes","No","fine"
"2","","1","en_US","98","5","No","Yes",""
"""
CIRCULAR_A11 = """\
external_id,question_1,positive_effectiveness,positive_ease,negative_effectiveness,negative_ease,question_4
a,1,1,0,null,null,good
b,0,null,null,0,1,bad
"""
TOUCHPOINTS = """\
UUID,Satisfaction,Comment,Page,Referer,Created At,User Agent,IP Address
u1,5,hi,/a,,2026-03-01 10:00:00 UTC,Mozilla,10.0.0.1
u2,4,ho,/a,,2026-03-02 10:00:00 UTC,Mozilla,10.0.0.2
"""


def drafted(text: str, name: str = "Visit 2026.csv") -> FileDraft:
    return draft_of(text.encode(), ".csv", None, name, with_form=True)


def imported(text: str) -> list[dict[str, object]]:
    """The items that a draft, taken as it is, makes of the file it was made of."""
    mapping = read_mapping(drafted(text).mapping)
    table = read_table(text.encode(), ".csv", mapping.layout())
    reader = RowReader(mapping, table.columns)
    return [reader.item(row) for row in table.rows()]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (QUALTRICS, "Qualtrics"), (SURVEYMONKEY, "SurveyMonkey"), (GOOGLE_FORMS, "Google Forms"),
        (MICROSOFT_FORMS, "Microsoft Forms"), (LIMESURVEY, "LimeSurvey"), (CIRCULAR_A11, "OMB Circular A-11"),
        (TOUCHPOINTS, "Touchpoints"),
    ],
)  # fmt: skip
def test_a_tool_is_recognised_and_the_form_fits_its_columns(text: str, tool: str):
    draft = drafted(text)
    assert tool in draft.mapping.splitlines()[1]
    assert draft.form is not None
    forms = yaml.safe_load(draft.form)["forms"]
    form = FormBody.model_validate(forms["visit-2026"])
    asked = {question.id for question in form.questions}
    assert {path.removeprefix("answers.") for path in read_mapping(draft.mapping).fields if "answers." in path} == asked
    for item in imported(text):
        answers = item["answers"]
        assert isinstance(answers, dict)
        assert answers.keys() <= asked


def test_qualtrics_has_three_rows_above_the_answers():
    first, second, third = imported(QUALTRICS)
    assert first == {
        "id": "R_1", "form_id": "visit-2026", "language": "EN", "occurred_at": "2026-03-01T10:02:01+00:00",
        "answers": {"q1": 5, "q2": ["1"], "q3": "fine"},
    }  # fmt: skip
    assert (second["answers"], third["answers"]) == (
        {"q1": 2, "q2": ["1", "2"], "q3": "slow, and rude"},
        {"q1": 5, "q2": ["2"]},
    )


def test_surveymonkey_has_options_in_columns_without_a_name():
    first, second = imported(SURVEYMONKEY)
    assert first["answers"] == {
        "how-satisfied-were-you": 5, "what-went-well": ["ease", "staff-friendly"], "other-comments": "good",
    }  # fmt: skip
    assert first["occurred_at"] == "2026-03-25T10:01:00+00:00"
    assert second["answers"] == {"how-satisfied-were-you": 3, "what-went-well": ["speed"]}


def test_google_forms_writes_the_offset_behind_the_time_and_labels_into_one_cell():
    first, second, _ = imported(GOOGLE_FORMS)
    assert (first["occurred_at"], second["occurred_at"]) == ("2026-09-04T17:40:00-04:00", "2026-12-04T17:41:00-05:00")
    assert first["answers"] == {
        "how-easy-was-it": 5,
        "what-went-well": ["easy-fast", "staff"],
        "would-you-recommend-us": 10,
    }


def test_microsoft_forms_calls_everybody_anonymous():
    first, *_ = imported(MICROSOFT_FORMS)
    assert first == {
        "id": "1", "form_id": "visit-2026", "occurred_at": "2026-09-04T17:42:00+00:00",
        "answers": {"overall": 5, "pick": ["a", "b"]},
    }  # fmt: skip


def test_limesurvey_writes_yes_and_no_for_options_and_locales_for_languages():
    first, second = imported(LIMESURVEY)
    assert first["answers"] == {"q1-how-satisfied": 4, "q2": ["ease"], "q3": "fine"}
    assert (second["language"], second["answers"]) == ("en-US", {"q1-how-satisfied": 5, "q2": ["speed"]})


def test_the_layout_of_the_oversight_office_tells_not_chosen_from_not_asked():
    first, second = imported(CIRCULAR_A11)
    assert first["answers"] == {"question-1": 1, "positive": ["effectiveness"], "question-4": "good"}
    assert second["answers"] == {"question-1": 0, "negative": ["ease"], "question-4": "bad"}
    form = drafted(CIRCULAR_A11).form or ""
    assert "id: positive, type: multi_choice, measure: positive_drivers" in form


def test_columns_of_people_are_warned_of_and_are_no_questions():
    draft = drafted("Id,When,Contact,From,Score\n1,2026-03-01,a@b.gov,10.0.0.1,5\n2,2026-03-02,c@d.gov,2001:db8::1,4\n")
    assert '# WARNING: "Contact" looks like e-mail addresses' in draft.mapping
    assert '# WARNING: "From" looks like IP addresses' in draft.mapping
    assert draft.form is not None
    assert "contact" not in draft.form
    assert list(read_mapping(draft.mapping).fields) == ["occurred_at", "answers.score"]


def test_words_that_may_be_answers_are_asked_about_and_not_taken_away():
    draft = drafted("Id,When,Kids,Wait\n1,2026-03-01,None,-\n2,2026-03-02,one,00:01:00\n3,2026-03-03,None,00:02:00\n")
    assert read_mapping(draft.mapping).absent == ("",)
    assert '"None" in "Kids" 2 times' in draft.mapping
    assert '# Where they mean "no value" write: absent = ["", "None", "-"]' in draft.mapping


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("25-09-2026", "%d-%m-%Y"), ("25.09.2026 14:00", "%d.%m.%Y %H:%M"), ("9/25/26 5:00 PM", "%m/%d/%y %I:%M %p"),
        ("Sep 25, 2026", "%b %d, %Y"), ("2026-09-25T10:00:00.5Z", "%Y-%m-%dT%H:%M:%S.%f%z"),
        ("2026-09-25 10:00:00 EDT", "%Y-%m-%d %H:%M:%S %Z"),
    ],
)  # fmt: skip
def test_the_time_column_has_the_format_of_its_cells(cell: str, form: str):
    draft = drafted(f'Nr,วันที่,คะแนน\n1,"{cell}",5\n2,"{cell}",4\n')
    assert f'occurred_at = {{ column = "วันที่", read_as = "time", formats = ["{form}"] }}' in draft.mapping


def test_questions_in_other_scripts_have_names_that_differ():
    found = re.findall(r'"(answers\.[^"]+)"', drafted("รหัส,คะแนน,ความเห็น\n1,5,ดี\n2,4,ดีมาก\n").mapping)
    assert len(found) == len(set(found)) == 3


def test_the_command_writes_the_form_to_a_file(tmp_path: Path):
    file, form = tmp_path / "visit.csv", tmp_path / "visit.yaml"
    file.write_text(GOOGLE_FORMS)
    done = CliRunner().invoke(app, ["import", "--draft", str(file), "--form", str(form)])
    assert done.exit_code == 0, done.output
    assert read_mapping(done.output).set == {"form_id": "visit"}
    assert "visit" in yaml.safe_load(form.read_text())["forms"]
