"""A cluster with a town of its own for each fault, and senders to it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.chaos.extent import Extent, extent
from tests.chaos.senders import Book, Sender, sending
from tests.e2e.conftest import declare, new_town
from tests.e2e.running import Cluster, Running


class Town:
    """A town, the key of its source, and what its senders know."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.name = new_town()
        self.book = Book()
        with running.client() as client:
            self.key = declare(client, self.name)

    def load(self, how_much: Extent, doors: Callable[[], str] | None = None) -> AbstractContextManager[None]:
        """Send for as long as the block runs."""
        to = doors or (lambda: self.running.feedback)
        return sending(
            [
                Sender(to, self.key, self.name, self.book, how_much.rest_s, f"{self.name}-{number}")
                for number in range(how_much.senders)
            ]
        )


@pytest.fixture(scope="session")
def how_much() -> Extent:
    return extent()


@pytest.fixture
def town(cluster: Cluster) -> Iterator[Town]:
    if not cluster.runs:
        cluster.start()
    yield Town(cluster)
    assert cluster.runs, cluster.output.read_text()[-3000:]
