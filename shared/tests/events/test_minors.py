"""Binaries of different minor versions read each other: what is added within a major is optional, and ignored."""

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from soundings.events.base import EventData
from soundings.events.envelope import EVENT_TYPES, decode_event, encode_event
from soundings.log.port import LogRecord, StoredRecord
from soundings.testing.schema_evolution import LATER, as_a_later_minor, as_an_earlier_minor, later_version

EXAMPLES = [
    pytest.param(event, file, id=f"{event.TYPE}/{file.stem}")
    for event in EVENT_TYPES
    for file in sorted((Path(__file__).parents[2] / "contracts" / "examples" / event.TYPE).glob("*.json"))
]


def read(record: LogRecord) -> EventData:
    return decode_event(StoredRecord("any", 0, 0, record.key, record.value, record.headers, 0))


def written(event: type[EventData], file: Path) -> LogRecord:
    """The example on the log, its text as it was committed."""
    text = file.read_bytes()
    return LogRecord(b"any", text, (("ce_type", event.TYPE.encode()),))


@pytest.mark.parametrize(("event", "file"), EXAMPLES)
def test_events_of_a_later_minor_say_the_same_to_us(event, file):
    record = written(event, file)
    newer = as_a_later_minor(record)
    assert newer.value.count(b"added_later_still") >= 1
    assert read(newer) == read(record)
    assert encode_event(read(newer)) == encode_event(read(record))


@pytest.mark.parametrize(("event", "file"), EXAMPLES)
def test_events_of_an_earlier_minor_are_read_with_what_stands_for_a_missing_field(event, file):
    record = written(event, file)
    whole = read(record)
    for older in as_an_earlier_minor(record):
        event_read = read(older)
        (missing,) = json.loads(record.value).keys() - json.loads(older.value).keys()
        assert event_read.event_id() == whole.model_copy(update={missing: getattr(event_read, missing)}).event_id()
        assert event_read.model_dump(exclude={missing}) == whole.model_dump(exclude={missing})


@pytest.mark.parametrize(("event", "file"), EXAMPLES)
def test_producers_cannot_write_fields_that_the_contract_does_not_have(event, file):
    body = json.loads(file.read_text())
    event.model_validate_json(json.dumps(body))
    with pytest.raises(ValidationError) as refused:
        event.model_validate_json(json.dumps(later_version(event.TYPE, body)))
    forbidden = [fault["loc"] for fault in refused.value.errors() if fault["type"] == "extra_forbidden"]
    assert {(name,) for name in LATER} <= set(forbidden)
    assert {place[-1] for place in forbidden} == set(LATER)


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model and all that it is made of."""
    found, left = {model}, [field.annotation for field in model.model_fields.values()]
    while left:
        part = left.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            found |= models(part)
        left += get_args(part)
    return found


@pytest.mark.parametrize("event", EVENT_TYPES, ids=lambda event: event.TYPE)
def test_every_part_of_an_event_forbids_unknown_fields(event):
    assert {part.__name__ for part in models(event) if part.model_config.get("extra") != "forbid"} == set()
