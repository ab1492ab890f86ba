"""Running systems and a small catalogue for the scenarios."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from soundings.client import Soundings
from tests.e2e.running import Running


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path / "home")
    one.start()
    yield one
    one.stop()


def declare(client: Soundings) -> str:
    """An agency with one service, one form and one source; the source's key."""
    client.put("agencies", "town", {"name": {"en": "Town"}, "time_zone": "America/New_York"})
    client.put("departments", "hall", {"agency_id": "town", "name": {"en": "Town hall"}})
    service = {
        "agency_id": "town",
        "department_id": "hall",
        "name": {"en": "Permits"},
        "channels": ["website", "phone"],
    }
    client.put("services", "permits", service)
    client.put(
        "sources",
        "everything",
        {
            "agency_id": "town",
            "name": "Everything",
            "kind": "test",
            "service_ids": ["permits"],
            "accepts": ["responses", "interactions", "tallies"],
            "default_channel": "website",
        },
    )
    client.put(
        "forms",
        "short",
        {
            "agency_id": "town",
            "service_ids": ["permits"],
            "source_id": "everything",
            "title": {"en": "How was it?"},
            "questions": [
                {"id": "overall", "type": "likert", "measure": "satisfaction", "text": {"en": "Overall?"}},
                {"id": "comment", "type": "long_text", "text": {"en": "Anything else?"}},
            ],
        },
    )
    client.publish("short")
    return client.new_key("everything")
