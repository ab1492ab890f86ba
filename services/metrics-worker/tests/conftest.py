"""What all tests of measuring share: a metrics database of either kind, and quiet logs."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from soundings.db import Database, migrate_database, open_database
from soundings.testing.postgres import PostgresCluster, throw_away_cluster

ON_POSTGRES = pytest.param("postgresql", marks=[pytest.mark.needs_machine, pytest.mark.slow])
KINDS = ["sqlite", ON_POSTGRES]
"""The kinds of database, for parametrized fixtures."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresCluster]:
    with throw_away_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated metrics database, to be copied: a copy costs a fiftieth of the migrations."""
    file = tmp_path_factory.mktemp("migrated") / "metrics.db"

    async def make() -> None:
        database = open_database(f"sqlite:///{file}")
        await migrate_database(database, "metrics_worker")
        await database.close_engine()

    asyncio.run(make())
    return file


@pytest.fixture
async def small_database(migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated metrics database in a file of its own."""
    opened = open_database(f"sqlite:///{shutil.copy(migrated, tmp_path)}")
    yield opened
    await opened.close_engine()


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated metrics database, once of each kind."""
    if request.param == "postgresql":
        opened = open_database(request.getfixturevalue("cluster").new_database())
        await migrate_database(opened, "metrics_worker")
    else:
        opened = open_database(f"sqlite:///{shutil.copy(migrated, tmp_path)}")
    yield opened
    await opened.close_engine()


@pytest.fixture(autouse=True, scope="session")
def quiet_logs() -> None:
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
