"""What all tests of measuring share: a metrics database of either kind, and quiet logs."""

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest
import structlog
from soundings.db import Database, migrate, open_database

ON_POSTGRES = pytest.param("postgresql", marks=[pytest.mark.needs_machine, pytest.mark.slow])
KINDS = ["sqlite", ON_POSTGRES]
"""The kinds of database, for parametrized fixtures."""


class Cluster:
    """A throw-away PostgreSQL in a folder of its own, run by an unprivileged user."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(mkdtemp(prefix="soundings-measure-", dir="/tmp"))  # noqa: S108 - a short path for a socket
        self._user = "nobody" if os.geteuid() == 0 else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]

    def start(self) -> None:
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "soundings", "--no-sync", "-E", "UTF8")
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-o", options, "-l", "server.log", "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"metrics_{uuid4().hex}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "soundings", name)
        return f"postgresql://soundings@127.0.0.1:{self._port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        command = [str(self._programs / program), *arguments]
        subprocess.run(  # noqa: S603 - our own arguments
            command, check=True, user=self._user, cwd=self._folder, capture_output=True
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    made = Cluster(programs)
    made.start()
    yield made
    made.stop()


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
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False)
