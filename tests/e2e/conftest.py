"""Running systems and a small catalogue for the scenarios."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from soundings.client import Soundings
from tests.e2e.running import Embedded, Running

ACCEPTED = 202
_CLUSTER_MARKS = (pytest.mark.needs_machine, pytest.mark.slow)
BOTH_MODES = ["embedded", pytest.param("cluster", marks=_CLUSTER_MARKS)]
"""For what either mode does in a way of its own: `@pytest.mark.parametrize("running", BOTH_MODES, indirect=True)`."""
MODES = ["embedded", pytest.param("cluster", marks=[*_CLUSTER_MARKS, pytest.mark.full])]
"""For what both modes do by the same code."""


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Embedded]:
    one = Embedded(tmp_path / "home")
    one.start()
    yield one
    one.close()


@pytest.fixture(params=MODES)
def running(request: pytest.FixtureRequest) -> Running:
    """A running system, in either way to run it."""
    one: Running = request.getfixturevalue(request.param)
    return one if one.runs else one.start()


def new_town() -> str:
    """The name of a town that no other scenario knows."""
    return f"town-{uuid4().hex[:8]}"


def until_known(running: Running, key: str, path: str = "responses") -> None:
    """Wait until the listening service has read of a source's key."""
    end = time.monotonic() + 60
    headers = {"Authorization": f"Bearer {key}"}
    while httpx.post(f"{running.feedback}/v1/{path}", json=[], headers=headers).status_code != ACCEPTED:
        assert time.monotonic() < end, "the key did not become known in a minute"


def declare(client: Soundings, town: str) -> str:
    """An agency with one service, one form and one source, all named after it; the source's key."""
    permits, everything, short = f"{town}-permits", f"{town}-everything", f"{town}-short"
    client.put("agencies", town, {"name": {"en": "Town"}, "time_zone": "America/New_York"})
    client.put("departments", f"{town}-hall", {"agency_id": town, "name": {"en": "Town hall"}})
    service = {
        "agency_id": town,
        "department_id": f"{town}-hall",
        "name": {"en": "Permits"},
        "channels": ["website", "phone"],
    }
    client.put("services", permits, service)
    client.put(
        "sources",
        everything,
        {
            "agency_id": town,
            "name": "Everything",
            "kind": "test",
            "service_ids": [permits],
            "accepts": ["responses", "interactions", "tallies"],
            "default_channel": "website",
        },
    )
    client.put(
        "forms",
        short,
        {
            "agency_id": town,
            "service_ids": [permits],
            "source_id": everything,
            "title": {"en": "How was it?"},
            "questions": [
                {"id": "overall", "type": "likert", "measure": "satisfaction", "text": {"en": "Overall?"}},
                {"id": "comment", "type": "long_text", "text": {"en": "Anything else?"}},
            ],
        },
    )
    client.publish(short)
    return client.new_key(everything)
