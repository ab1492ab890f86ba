"""What all tests of measuring share: a metrics database of either kind, and quiet logs."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from soundings.db import Database, migrate, open_database
from soundings.testing.postgres import Cluster, throw_away_cluster

ON_POSTGRES = pytest.param("postgresql", marks=[pytest.mark.needs_machine, pytest.mark.slow])
KINDS = ["sqlite", ON_POSTGRES]
"""The kinds of database, for parametrized fixtures."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with throw_away_cluster() as running:
        yield running


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated metrics database, once of each kind."""
    url = f"sqlite:///{tmp_path}/metrics.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").new_database()
    opened = open_database(url)
    await migrate(opened, "metrics_worker")
    yield opened
    await opened.close()


@pytest.fixture(autouse=True, scope="session")
def quiet_logs() -> None:
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
