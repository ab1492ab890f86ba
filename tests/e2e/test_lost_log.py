"""A home whose log was deleted, or replaced by an older copy: noticed, and recovered to exact figures; and backups."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import declare, new_town, until_known
from tests.e2e.running import Embedded

pytestmark = pytest.mark.slow

PARTS = ("log.db", "log.db-wal", "log.db-shm")


def soundings(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soundings_embedded", *map(str, arguments), "--home", str(home)]
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "200"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=120, stdin=subprocess.DEVNULL
    )


class Town:
    """A town that listens, and how much of what it heard is counted."""

    def __init__(self, running: Embedded) -> None:
        self._running = running
        self.name = new_town()
        with running.client() as client:
            self.key = declare(client, self.name)
        until_known(running, self.key)

    def send(self, numbers: Iterable[int]) -> int:
        """Send responses with these numbers; the status."""
        items = [
            {
                "id": f"r{number}",
                "form_id": f"{self.name}-short",
                "occurred_at": "2026-03-05T12:00:00Z",
                "answers": {"overall": 1 + number % 5},
            }
            for number in numbers
        ]
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.post(f"{self._running.feedback}/v1/responses", json=items, headers=headers).status_code

    @property
    def _march(self) -> dict[str, str]:
        return {"service": f"{self.name}-permits", "from": "2026-03-01", "to": "2026-04-01", "measure": "satisfaction"}

    def counted(self) -> dict[str, int]:
        """How many of each answer are counted, once nothing lags."""
        (row,) = self._running.settled(**self._march)["rows"]
        return row["distribution"]

    def lag(self) -> int | None:
        with self._running.client() as client:
            return client.metric("count.v1", **self._march)["as_of"]["lag_events"]


def of(*ranges: range) -> dict[str, int]:
    answers = [str(1 + number % 5) for numbers in ranges for number in numbers]
    return {answer: answers.count(answer) for answer in "12345"}


def lose(home: Path) -> None:
    for name in PARTS:
        (home / name).unlink(missing_ok=True)


def checkpointed(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_a_deleted_log_is_noticed_and_recovered_with_its_catalogue(embedded: Embedded):
    town = Town(embedded)
    assert town.send(range(50)) == 202
    assert town.counted() == of(range(50))
    embedded.kill()
    lose(embedded.home)
    for _ in range(2):  # another start does not make it good
        embedded.launch()
        assert "ends at 0, but was read up to" in embedded.unready_reasons("soundings recover")
        assert town.lag() is None
        assert town.send(range(50, 60)) == 401  # nobody has told listening of the key again
        embedded.kill()
    asked = soundings("recover", home=embedded.home)
    assert (asked.returncode, "ends at 0, but was read up to" in asked.stdout) == (1, True)
    assert "LOOK  the log is the one that was counted" in soundings("doctor", home=embedded.home).stdout
    done = soundings("recover", "--yes", home=embedded.home)
    assert done.returncode == 0, done.stderr
    assert "25 partitions are read again" in done.stdout
    embedded.start()
    until_known(embedded, town.key)
    assert town.counted() == of(range(50))
    assert town.send(range(40, 60)) == 202
    assert town.counted() == of(range(60))
    verified = soundings("verify", home=embedded.home)
    assert verified.returncode == 0, verified.stderr
    again = soundings("recover", home=embedded.home)
    assert (again.returncode, "The log fits what was counted" in again.stdout) == (0, True)


def test_an_older_log_that_has_grown_past_its_positions_is_noticed_and_recovered(embedded: Embedded, tmp_path: Path):
    town = Town(embedded)
    assert town.send(range(20)) == 202
    assert town.counted() == of(range(20))
    embedded.stop()
    checkpointed(embedded.home / "log.db")
    shutil.copyfile(embedded.home / "log.db", tmp_path / "older.db")
    embedded.start()
    assert town.send(range(20, 60)) == 202
    assert town.counted() == of(range(60))
    embedded.kill()
    lose(embedded.home)
    shutil.copyfile(tmp_path / "older.db", embedded.home / "log.db")
    embedded.launch()
    embedded.unready_reasons("soundings recover")
    assert town.send(range(1000, 1400)) == 202  # what is acknowledged meanwhile waits on the log
    embedded.kill()
    embedded.launch()
    assert "does not hold the record at" in embedded.unready_reasons("soundings recover")
    assert town.lag() is None
    assert soundings("recover", "--yes", home=embedded.home).returncode == 0  # while it serves
    assert town.counted() == of(range(60), range(1000, 1400))
    assert embedded.is_ready()


def test_a_log_that_is_removed_under_a_server_takes_no_more_answers(embedded: Embedded):
    town = Town(embedded)
    assert town.send(range(5)) == 202
    assert town.counted() == of(range(5))
    lose(embedded.home)
    assert town.send(range(5, 10)) == 503
    embedded.unready_reasons("removed or replaced")


def test_a_home_is_backed_up_while_it_serves_and_restored(embedded: Embedded, tmp_path: Path):
    town = Town(embedded)
    assert town.send(range(30)) == 202
    done = soundings("backup", tmp_path / "copy", home=embedded.home)  # some of it is not counted yet
    assert done.returncode == 0, done.stderr
    assert all(path.stat().st_mode & 0o077 == 0 for path in [tmp_path / "copy", *(tmp_path / "copy").iterdir()])
    assert town.send(range(30, 40)) == 202
    assert town.counted() == of(range(40))
    refused = soundings("restore", tmp_path / "copy", "--yes", home=embedded.home)
    assert (refused.returncode, "Another soundings serves" in refused.stderr) == (1, True)
    embedded.kill()
    done = soundings("restore", tmp_path / "copy", "--yes", home=embedded.home)
    assert done.returncode == 0, done.stderr
    embedded.start()
    assert town.counted() == of(range(30))
    assert town.send(range(30, 40)) == 202
    assert town.counted() == of(range(40))


def test_a_newer_database_beside_an_older_log_is_refused_and_nothing_is_replaced(embedded: Embedded, tmp_path: Path):
    town = Town(embedded)
    first, second = tmp_path / "first", tmp_path / "second"
    assert soundings("backup", first, home=embedded.home).returncode == 0
    assert town.send(range(30)) == 202
    assert town.counted() == of(range(30))
    assert soundings("backup", second, home=embedded.home).returncode == 0
    embedded.stop()
    before = {path.name: path.read_bytes() for path in embedded.home.iterdir() if path.is_file()}
    shutil.copyfile(first / "log.db", second / "log.db")
    changed = soundings("restore", second, "--yes", home=embedded.home)
    assert (changed.returncode, "digest differs from the manifest" in changed.stderr) == (1, True)
    from soundings_embedded.backups.manifest import described_file, read_manifest

    manifest = read_manifest(second)
    files = {**manifest.files, "log.db": described_file(second / "log.db")}
    (second / "manifest.json").write_text(manifest.model_copy(update={"files": files}).model_dump_json())
    misfit = soundings("restore", second, "--yes", home=embedded.home)
    assert (misfit.returncode, "does not fit its databases" in misfit.stderr) == (1, True)
    assert {path.name: path.read_bytes() for path in embedded.home.iterdir() if path.is_file()} == before
