"""One history for all tests that only read it."""

from datetime import date

import pytest

from soundings_embedded.demo.event_stream import DemoHistory, generate_history

TODAY = date(2026, 4, 13)
"""A Monday; clocks in Larkmere went forward five weeks before it."""


@pytest.fixture(scope="session")
def history() -> DemoHistory:
    return generate_history(TODAY)
