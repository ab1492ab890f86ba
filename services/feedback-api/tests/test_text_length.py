"""Long texts are read beside the event loop, and a request may not hold more than is read for one."""

import threading

import pytest

from feedback_api.intake.body_parser import TooLarge
from feedback_api.intake.ports import Accepted, ParsedItem, RecordKind
from feedback_api.intake.text_length import LONG_TEXT, REQUEST_TEXT_MAX, check_text_length, text_length
from feedback_api.intake.use_cases import IncomingItem, take_fairly
from feedback_api.responses.question_validators import TEXT_MAX
from soundings.log.port import LogRecord

from .conftest import Listening, Scribe, form


class Watched:
    """A kind that notes on which thread it was asked."""

    accepted_as: Accepted = "responses"
    topic = "watched"
    receipt_kind: RecordKind | None = None

    def __init__(self) -> None:
        self.threads: list[int] = []

    def parse(self, item, sender, given_id) -> ParsedItem:  # noqa: ARG002 - the port's shape
        self.threads.append(threading.get_ident())
        return ParsedItem("r-1", None, LogRecord(b"key", b"value"))


def test_all_text_values_of_an_item_count_and_names_do_not():
    assert text_length({"a": "12", "b": {"c": ["345", 6, None]}, "long name": True}) == 5
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    assert text_length(deep) == 1


async def test_a_long_item_is_read_on_a_thread_and_a_short_one_is_not():
    kind = Watched()
    await take_fairly(IncomingItem(kind, {"comment": "x" * LONG_TEXT}), None)
    await take_fairly(IncomingItem(kind, {"comment": "x" * LONG_TEXT, "more": "x"}), None)
    here = threading.get_ident()
    assert [thread == here for thread in kind.threads] == [True, False]


def test_a_request_with_too_much_text_is_refused_with_the_limit():
    check_text_length(["x" * REQUEST_TEXT_MAX])
    with pytest.raises(TooLarge, match=str(REQUEST_TEXT_MAX)):
        check_text_length(["x" * REQUEST_TEXT_MAX, {"a": "x"}])


async def test_a_response_with_too_much_text_is_refused_with_its_field(ear: Listening, scribe: Scribe):
    questions = [{"id": f"q{n}", "type": "long_text", "text": {"en": "?"}} for n in range(8)]
    await ear.publish(*scribe.form("long", form(questions, ["airport"]), 1))
    answers = {f"q{n}": "word " * 1999 for n in range(8)}
    given = await ear.send("responses", {"form_id": "long", "service_id": "airport", "answers": answers})
    assert given.status_code == 422
    (fault,) = given.json()["errors"]
    assert (fault["field"], fault["code"]) == ("answers.q5", "too_long")
    assert str(TEXT_MAX) in fault["detail"]
