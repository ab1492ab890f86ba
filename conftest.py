"""What holds for every test: hypothesis draws as long as the machine needs, because no test asserts a time.

The fast run chooses the profile of few examples (``--hypothesis-profile=fast``).
"""

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from soundings.testing.hypothesis_profile import FAST

settings.register_profile("soundings", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.register_profile(FAST, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=15)
settings.load_profile("soundings")

TOGETHER = {"tests/chaos/": "cluster", "tests/e2e/": "cluster", "tests/kafka/": "broker"}
"""Folders whose tests share servers, and so stay in one process where several run."""


class Scheduling(LoadScopeScheduling):
    """Gives every test to whichever process is free, and all tests that share servers to one.

    The plugin has marks for this, but with pytest 9.2 they do not reach its scheduler.
    """

    def _split_scope(self, nodeid: str) -> str:
        if "[embedded" in nodeid:  # a house of its own
            return nodeid
        return next((group for folder, group in TOGETHER.items() if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Ours, where the tests are run in several processes by their scope."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None
