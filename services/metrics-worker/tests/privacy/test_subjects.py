"""Which records a subject has: all of them, nobody else's, and none that was taken back."""

from metrics_worker.subjects.domain import SubjectRecord, is_subject
from metrics_worker.subjects.sql import SqlSubjectStore
from soundings.events.interaction import InteractionRecorded
from soundings.events.response import ResponseRetracted

from .conftest import NOW, Kept

JO = "v1:" + "a_%b-" * 8 + "xyz"
ANN = "v1:" + "aXYb-" * 8 + "xyz"


async def test_all_records_of_a_subject_are_found_in_stretches(kept: Kept, response):
    await kept.hear(
        *(response(f"r{number}", "Hello", subject=JO if number % 3 == 0 else ANN) for number in range(9)),
        response("nobody", f'"subject":"{JO}"'),
    )
    await kept.hear(ResponseRetracted(record_id="r3", source_id="survey", reason="sender", retracted_at=NOW))
    call = {"source_id": "centre", "agency_id": "sf", "time_zone": "UTC", "kind": "call", "outcome": "answered",
            "started_at": NOW, "received_at": NOW, "subject": JO}  # fmt: skip
    await kept.hear(
        InteractionRecorded.model_validate({**call, "record_id": "c1", "root_id": "c1"}),
        InteractionRecorded.model_validate({**call, "record_id": "c2", "root_id": "c1"}),
    )
    store = SqlSubjectStore(kept.database)
    found, after, stretches = [], 0, 0
    while after is not None:
        stretch = await store.subject_records(JO, after, 4)
        found += stretch.records
        after, stretches = stretch.next, stretches + 1
    assert found == [
        SubjectRecord("survey", "response", "r0", None, "sf"),
        SubjectRecord("survey", "response", "r6", None, "sf"),
        SubjectRecord("centre", "interaction", "c1", None, "sf"),
        SubjectRecord("centre", "interaction", "c2", "c1", "sf"),
    ]
    assert stretches >= 3


def test_only_pseudonyms_are_looked_for():
    assert is_subject("v1:" + "A" * 43)
    for text in ("", "jo@example.org", "v1:" + "A" * 42, "v0:" + "A" * 43, "v1:" + "%" * 43):
        assert not is_subject(text)
