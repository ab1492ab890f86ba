"""What every kind of test of the whole may use: one cluster on this machine."""

from collections.abc import Iterator

import pytest

from tests.e2e.running import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One cluster for all scenarios of a session; each declares a town of its own."""
    one = Cluster()
    try:
        one.start()
        yield one
    finally:
        one.close()
