"""The scripts in the images: secrets from files, the question how it is, and the wait for an empty spool."""

import asyncio
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncpg
import pytest

from soundings.db import migrate_database, open_database
from soundings.testing.postgres import PostgresCluster, throw_away_cluster
from tests.deploy.programs import ROOT

SCRIPTS = ROOT / "deploy" / "docker"


def run(script: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@contextmanager
def answering(*answers: tuple[int, str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The port of a server that gives these answers in turn, the last one for ever; and the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers[min(len(asked), len(answers) - 1)]
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the server calls
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield str(server.server_address[1]), asked
        server.shutdown()


def depth(records: int) -> tuple[int, str]:
    return 200, f"# HELP soundings_spool_depth Events.\nsoundings_spool_depth {records}.0\nsoundings_spool_bytes 9.0\n"


PRINT = (sys.executable, "-c", "import os; print({n: v for n, v in os.environ.items() if n.startswith('SOUNDINGS')})")


def test_what_a_file_holds_becomes_the_setting(tmp_path: Path):
    (tmp_path / "secret").write_text("deep water\n")
    done = run("entrypoint.py", *PRINT, SOUNDINGS_SECRET_FILE=str(tmp_path / "secret"), SOUNDINGS_PORT="1")
    assert done.stdout == "{'SOUNDINGS_PORT': '1', 'SOUNDINGS_SECRET': 'deep water'}\n"


def test_a_file_that_cannot_be_read_ends_the_start(tmp_path: Path):
    done = run("entrypoint.py", *PRINT, SOUNDINGS_SECRET_FILE=str(tmp_path / "none"))
    assert done.returncode == 1
    assert "No such file" in done.stderr
    assert done.stdout == ""


def test_a_setting_that_is_given_twice_ends_the_start(tmp_path: Path):
    (tmp_path / "secret").write_text("deep water")
    done = run("entrypoint.py", *PRINT, SOUNDINGS_SECRET="shallow", SOUNDINGS_SECRET_FILE=str(tmp_path / "secret"))
    assert done.returncode == 1
    assert "both set" in done.stderr
    assert "deep water" not in done.stderr


def test_health_is_what_the_service_says():
    with answering((200, "{}")) as (port, asked):
        assert run("healthcheck.py", "/readyz", SOUNDINGS_PORT=port).returncode == 0
        assert asked == ["/readyz"]
    with answering((503, '{"reasons": ["the database does not answer"]}')) as (port, _):
        done = run("healthcheck.py", "/readyz", SOUNDINGS_PORT=port)
        assert done.returncode == 1
        assert "the database does not answer" in done.stderr


def test_a_service_that_does_not_answer_is_not_well():
    with answering((200, "")) as (port, _):
        pass
    assert "does not answer" in run("healthcheck.py", "/livez", SOUNDINGS_PORT=port).stderr


def test_draining_waits_until_nothing_is_left():
    with answering(depth(2), depth(1), depth(0)) as (port, asked):
        done = run("wait_for_spool.py", "0", "60", SOUNDINGS_METRICS_PORT=port)
    assert (done.returncode, done.stdout) == (0, "left in the spool: 0\n")
    assert asked == ["/metrics"] * 3


def test_draining_gives_up_when_its_time_is_over_and_says_what_is_left():
    with answering(depth(5)) as (port, _):
        done = run("wait_for_spool.py", "0", "0", SOUNDINGS_METRICS_PORT=port)
    assert (done.returncode, done.stdout) == (0, "left in the spool: 5\n")


def test_draining_does_not_wait_for_a_service_that_is_gone():
    with answering(depth(5)) as (port, _):
        pass
    done = run("wait_for_spool.py", "0", "60", SOUNDINGS_METRICS_PORT=port)
    assert (done.returncode, done.stdout) == (0, "left in the spool: unknown\n")


def first_start(folder: Path) -> dict[str, str]:
    """Lay the shares out, and everything that is in them then."""
    shares = folder / "shares"
    for name in ("postgres", "feedback-api", "catalogue-api", "metrics-worker"):
        (shares / name).mkdir(parents=True, exist_ok=True)
    done = run("init_secrets.py", str(folder / "home"), str(shares))
    assert (done.returncode, done.stderr) == (0, "")
    return {str(path.relative_to(shares)): path.read_text() for path in shares.rglob("*") if path.is_file()}


def test_a_second_first_start_changes_nothing(tmp_path: Path):
    first = first_start(tmp_path)
    assert first_start(tmp_path) == first


def test_each_share_holds_what_its_reader_needs_and_no_more(tmp_path: Path):
    assert sorted(first_start(tmp_path)) == [
        "catalogue-api/database-url",
        "catalogue-api/jwks.json",
        "feedback-api/jwks.json",
        "feedback-api/secret",
        "metrics-worker/database-url",
        "metrics-worker/jwks.json",
        "postgres/catalogue",
        "postgres/metrics",
        "postgres/postgres",
    ]
    assert stat.S_IMODE((tmp_path / "home" / "signing-key.json").stat().st_mode) == 0o600
    assert '"d"' not in (tmp_path / "shares" / "catalogue-api" / "jwks.json").read_text()


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    with throw_away_cluster() as one:
        yield one


@pytest.mark.needs_machine
def test_postgres_gives_each_service_a_database_that_no_other_sees(cluster: PostgresCluster, tmp_path: Path):
    shares = first_start(tmp_path)
    server = ["--host", "127.0.0.1", "--port", str(cluster.port), "--username", "soundings", "--dbname", "postgres"]
    script = str(SCRIPTS / "postgres" / "databases.sql")
    environment = {"SHARE": str(tmp_path / "shares" / "postgres"), "PATH": "/usr/bin:/bin"}
    command = ["psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--no-psqlrc", *server, "--file", script]
    subprocess.run(command, check=True, env=environment)
    here = f"@127.0.0.1:{cluster.port}/"
    for service, package in (("catalogue-api", "catalogue_api"), ("metrics-worker", "metrics_worker")):
        asyncio.run(migrated(shares[f"{service}/database-url"].strip().replace("@postgres:5432/", here), package))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(asyncpg.connect(f"postgresql://metrics{here}catalogue"))


async def migrated(url: str, package: str) -> None:
    """What a service does to its database when it starts."""
    database = open_database(url)
    await migrate_database(database, package)
    await database.close_engine()
