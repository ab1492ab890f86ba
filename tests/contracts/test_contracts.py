"""The contracts as files: up to date, readable by the official parser, and safe from breaking changes."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from soundings.events import generate as events_generate
from soundings.events.base import EventData
from soundings.events.compatibility import breaking_changes
from soundings.events.envelope import EVENT_TYPES
from soundings.events.response import ResponseSubmitted

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "shared" / "contracts"


def run_artefacts(verb: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soundings.events.generate", verb, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_is_committed_is_what_the_models_say():
    done = run_artefacts("check", CONTRACTS)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("event", EVENT_TYPES, ids=lambda event: event.TYPE)
def test_every_example_holds_against_the_json_schema(event: type[EventData]):
    schema = json.loads((CONTRACTS / "schemas" / f"{event.TYPE}.json").read_text())
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    examples = list((CONTRACTS / "examples" / event.TYPE).glob("*.json"))
    assert examples
    for example in examples:
        data = json.loads(example.read_text())
        assert list(validator.iter_errors(data)) == []
        assert list(validator.iter_errors({**data, "from_a_newer_minor": 1})) == []


def test_an_example_with_a_wrong_value_is_refused(tmp_path: Path):
    folder = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, folder)
    example = folder / "examples" / ResponseSubmitted.TYPE / "1.json"
    example.write_text(json.dumps({**json.loads(example.read_text()), "channel": "pigeon"}))
    done = run_artefacts("check", folder)
    assert done.returncode == 1
    assert "channel" in done.stderr


def test_a_breaking_change_is_refused_and_nothing_is_written(tmp_path: Path):
    folder = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, folder)
    path = folder / "schemas" / f"{ResponseSubmitted.TYPE}.json"
    older = json.loads(path.read_text())
    older["properties"]["mood"] = {"type": "string"}  # as if the model had lost a field since the last commit
    path.write_text(json.dumps(older))
    done = run_artefacts("write", folder)
    assert done.returncode == 1
    assert "mood: was removed" in done.stderr
    assert json.loads(path.read_text()) == older


SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "kind": {"$ref": "#/$defs/Kind"}},
    "required": ["id"],
    "$defs": {"Kind": {"enum": ["call", "chat"], "type": "string"}},
}


def changed(**parts: object) -> dict[str, object]:
    return {**copy.deepcopy(SCHEMA), **parts}


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (changed(properties={"kind": {"$ref": "#/$defs/Kind"}}), "$.id: was removed"),
        (changed(required=["id", "kind"]), "$.kind: became required"),
        (changed(required=[]), "no longer required"),
        (changed(properties={**SCHEMA["properties"], "id": {"type": "integer"}}), "'string' became 'integer'"),
        (changed(**{"$defs": {"Kind": {"enum": ["call"], "type": "string"}}}), "$.kind.enum"),
        (changed(**{"$defs": {"Kind": {"enum": ["call", "chat", "fax"], "type": "string"}}}), "$.kind.enum"),
        (changed(properties={**SCHEMA["properties"], "id": {"type": "string", "maxLength": 3}}), "maxLength was added"),
    ],
)
def test_each_kind_of_breaking_change_is_named(new: dict[str, object], says: str):
    assert any(says in change for change in breaking_changes(SCHEMA, new))


def test_a_new_optional_field_and_other_words_break_nothing():
    new = changed(properties={**SCHEMA["properties"], "note": {"type": "string"}}, description="Said differently.")
    assert breaking_changes(SCHEMA, new) == []


def test_every_topic_and_event_stands_in_the_asyncapi_document():
    document = events_generate.asyncapi_document()
    assert document["asyncapi"] == "3.1.0"
    assert len(document["components"]["messages"]) == len(EVENT_TYPES)


@pytest.mark.needs_machine
def test_the_official_parser_accepts_the_document_without_a_word():
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("parse.mjs")), str(CONTRACTS / "asyncapi.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == {"version": "3.1.0", "channels": 6}
    assert done.returncode == 0
