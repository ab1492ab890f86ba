"""A throw-away PostgreSQL for tests: a cluster in a folder of its own, run by an unprivileged user."""

import os
import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

_PROGRAMS = Path("/usr/lib/postgresql")


class PostgresCluster:
    """A server on a free port of the loopback address. Unless durable, what it holds does not survive a power cut."""

    def __init__(self, programs: Path, folder: Path, *, durable: bool = False) -> None:
        self._durable = durable
        self._programs = programs
        self._folder = folder
        self._user = "nobody" if os.geteuid() == 0 else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def create_cluster(self) -> None:
        """Make the cluster and start it."""
        self._run_program("initdb", "-D", "data", "-A", "trust", "-U", "soundings", "--no-sync", "-E", "UTF8")
        self.start_cluster()

    def start_cluster(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1"
        if not self._durable:
            options += " -c fsync=off"
        self._run_program("pg_ctl", "-D", "data", "-o", options, "-l", "server.log", "-w", "start")

    def stop_cluster(self) -> None:
        """Stop at once, as a crash would."""
        self._run_program("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{uuid4().hex}"
        self._run_program("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "soundings", name)
        return f"postgresql://soundings@127.0.0.1:{self.port}/{name}"

    def _run_program(self, program: str, *arguments: str) -> None:
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        command = [str(self._programs / program), *arguments]
        subprocess.run(  # noqa: S603 - our own arguments
            command, check=True, user=self._user, cwd=self._folder, capture_output=True
        )


@contextmanager
def throw_away_cluster(folder: Path = Path("/tmp"), *, durable: bool = False) -> Generator[PostgresCluster, None, None]:  # noqa: S108 - a folder of its own in it
    """A running cluster; it goes with the block. AssertionError where PostgreSQL is not installed."""
    programs = max(_PROGRAMS.glob("*/bin"), default=None)
    assert programs is not None, "PostgreSQL is not installed; `make machine` installs it"
    home = Path(mkdtemp(prefix="soundings-pg-", dir=folder))
    cluster = PostgresCluster(programs, home, durable=durable)
    try:
        cluster.create_cluster()
        yield cluster
        cluster.stop_cluster()
    finally:
        shutil.rmtree(home, ignore_errors=True)
