"""What holds for every test: hypothesis draws as long as the machine needs, because no test asserts a time.

The fast run chooses the profile of few examples (``--hypothesis-profile=fast``).
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from soundings.testing.effort import FAST

settings.register_profile("soundings", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(FAST, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=15)
settings.load_profile("soundings")

TOGETHER = {"tests/chaos": "cluster", "tests/e2e": "cluster", "tests/kafka": "broker"}
"""Folders whose tests share servers, and so stay in one process where several run. They take longest and come first."""


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in its own
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what shares servers together and in front."""
    for item in items:
        if group := _group(item, config.rootpath):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: _group(item, config.rootpath) is None)


def _group(item: pytest.Item, root: Path) -> str | None:
    """The servers that a test shares with others."""
    return next((group for folder, group in TOGETHER.items() if item.path.is_relative_to(root / folder)), None)
