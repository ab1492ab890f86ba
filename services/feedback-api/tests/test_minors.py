"""The doors beside a catalogue of a later minor version: they know what it says, and take the same as ever."""

from soundings.events.envelope import encode_event
from soundings.events.topics import CATALOGUE, INTERACTIONS, RESPONSES, TALLIES
from soundings.testing.memory_log import MemoryLog
from soundings.testing.schema_evolution import as_a_later_minor

from .conftest import CENTRE, DESK, SURVEY, FakeClock, Scribe, listening

SENT = [
    ("responses", {"id": "r", "form_id": "visit", "service_id": "airport", "answers": {"overall": 4}}, SURVEY),
    ("responses", {"id": "b", "form_id": "need", "channel": "website", "answers": {"met": 0, "why": "No bus."}}, DESK),
    ("interactions", {"id": "i", "kind": "call", "service_id": "cart", "channel": "phone", "outcome": "answered",
                      "started_at": "2026-03-01T10:00:00Z"}, CENTRE),
    ("tallies", {"service_id": "airport", "channel": "website", "measure": "cleanliness", "grain": "day",
                 "start": "2026-03-01", "bins": {"5": 3}, "revision": 1}, SURVEY),
]  # fmt: skip


async def taken(folder, change) -> list[object]:
    """What becomes of what is sent when the catalogue's records are changed like this."""
    log, scribe = MemoryLog(), Scribe()
    await log.ensure_topics([CATALOGUE, RESPONSES, INTERACTIONS, TALLIES])
    await log.append_records(CATALOGUE.name, [change(encode_event(event)) for event in scribe.town()])
    async with listening(folder, log.store, FakeClock(), scribe) as ear:
        answers = [await ear.send(path, item, key) for path, item, key in SENT]
        assert [answer.status_code for answer in answers] == [202] * len(SENT), [answer.text for answer in answers]
        return ear.events()


async def test_a_catalogue_of_a_later_minor_is_followed_without_a_loss(tmp_path):
    ours = await taken(tmp_path, lambda record: record)
    assert len(ours) == len(SENT)
    assert await taken(tmp_path, as_a_later_minor) == ours
