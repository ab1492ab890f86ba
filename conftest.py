"""What holds for every test: three profiles of hypothesis, and how tests are spread over processes.

No profile has a deadline for an example, because no test asserts a time.
"""

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from soundings.testing.hypothesis_profile import FAST, FULL, STANDARD

for name, examples in ((FAST, 15), (STANDARD, 30), (FULL, 60)):
    settings.register_profile(name, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=examples)
settings.load_profile(STANDARD)

# Files whose tests share one cluster, one broker or one server, and so stay in one process.
_ON_THE_CLUSTER = ("tests/chaos/", "tests/e2e/test_cluster.py", "tests/e2e/test_moving.py")
_BY_FILE = ("tests/e2e/test_commands.py",)
# What takes longest begins first, or one process would work on when the others have ended.
_FIRST = ("cluster", "broker", "tests/browser/", "tests/e2e/", "tests/contracts/", "services/metrics-worker/")


def server_group(nodeid: str) -> str | None:
    """The servers that a test shares with others; None where it shares none."""
    if nodeid.startswith(_ON_THE_CLUSTER) or "[cluster" in nodeid:
        return "cluster"
    return "broker" if nodeid.startswith("tests/kafka/") else None


class ServerScheduling(LoadScopeScheduling):
    """Gives every scope to whichever process is free; tests that share servers are one scope.

    The plugin has marks for this, but with pytest 9.2 they do not reach its scheduler.
    """

    def _split_scope(self, nodeid: str) -> str:
        group = server_group(nodeid)
        if group is not None:
            return group
        alone = nodeid.startswith("tests/e2e/") and not nodeid.startswith(_BY_FILE)
        return nodeid if alone else super()._split_scope(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that take longest first; the order is else as collected."""

    def rank(item: pytest.Item) -> int:
        name = server_group(item.nodeid) or item.nodeid
        return next((number for number, start in enumerate(_FIRST) if name.startswith(start)), len(_FIRST))

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Ours, where the tests are run in several processes by their scope."""
    if config.getvalue("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False  # the plugin would begin with the scopes of most tests
    return ServerScheduling(config, log)
