"""A home is its owner's alone, and one that cannot be used is said in a sentence by every command."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp

import pytest

from soundings.testing.small_disk import small_disk
from soundings_embedded.data_dir import open_home
from soundings_embedded.data_dir_permissions import HomeUnusable, check_owner, check_writable, make_private

NOBODY = 65534
# Root that may pass no permission by: what a home of another user is to a user, also where Python is root's alone.
NO_PRIVILEGES = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner")
FILE = "FILE"
COMMANDS: Sequence[Sequence[str]] = (
    ("serve", "--port", "1"),
    ("token", "--role", "viewer", "--name", "sam"),
    ("token", "list"),
    ("token", "withdraw-key", "--yes"),
    ("token", "revoke", "abc", "--url", "http://127.0.0.1:1"),
    ("apply", FILE),
    ("import", "responses", FILE, "--key", "snd_x"),
    ("export", "responses", "/dev/null"),
    ("demo",),
    ("verify",),
    ("rebuild",),
    ("resume",),
    ("erase", "city"),
    ("rotate", "city"),
    ("doctor",),
    ("move", "--log", "kafka://127.0.0.1:1", "--catalogue-database", "postgresql://x", "--metrics-database",
     "postgresql://y", "--secret", "s"),
)  # fmt: skip


ALL_IN_ONE = """
import contextlib, io, json, sys
from soundings_embedded.__main__ import run_command

results = []
for words in json.loads(sys.argv[1]):
    out, err, sys.stdin = io.StringIO(), io.StringIO(), io.StringIO("ann\\n")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_command(words)
    results.append((words, code, out.getvalue(), err.getvalue()))
print(json.dumps(results))
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    folder = Path(mkdtemp(prefix="soundings-home-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def run(
    home: Path, command: Sequence[str], folder: Path, *, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    file = folder / "items.jsonl"
    if not file.exists():
        file.write_text("{}\n")
    words = [str(file) if word == FILE else word for word in command]
    return subprocess.run(  # noqa: S603 - our own command
        [*before, sys.executable, "-m", "soundings_embedded", *words, "--home", str(home)],
        capture_output=True, text=True, input="ann\n", timeout=60, check=False, cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": "/", "SOUNDINGS_URL": "http://127.0.0.1:1"},
    )  # fmt: skip


def run_all(home: Path, folder: Path, *, before: Sequence[str] = ()) -> Sequence[subprocess.CompletedProcess[str]]:
    """Every command on a home, one after the other in one process, which imports what they need only once."""
    file = folder / "items.jsonl"
    file.write_text("{}\n")
    lines = [[str(file) if word == FILE else word for word in command] + ["--home", str(home)] for command in COMMANDS]
    done = subprocess.run(  # noqa: S603 - our own code
        [*before, sys.executable, "-c", ALL_IN_ONE, json.dumps(lines)],
        capture_output=True, text=True, timeout=300, check=False, cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": "/", "SOUNDINGS_URL": "http://127.0.0.1:1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = [subprocess.CompletedProcess[str](*result) for result in json.loads(done.stdout)]
    assert [one.args for one in results] == lines
    return results


def says(done: subprocess.CompletedProcess[str]) -> None:
    """It failed with words for people."""
    assert done.returncode not in {0, -9}, done
    assert "Traceback" not in done.stderr + done.stdout, done
    assert done.stderr.strip() or "LOOK" in done.stdout, done


def test_what_others_could_read_is_taken_from_them_and_said(tmp_path: Path):
    home = open_home(tmp_path / "home").path
    home.chmod(0o755)
    (home / "imports").mkdir(mode=0o755)
    outside = tmp_path / "outside"
    outside.touch(mode=0o644)
    (home / "link").symlink_to(outside)
    wide = [home / name for name in ("secret", "metrics.db", "metrics.db-wal", "place_names", "imports/one.json")]
    for path in wide:
        path.touch()
        path.chmod(0o644)
    changed = make_private(home)
    assert mode(home) == 0o700
    assert [mode(path) for path in wide] == [0o600] * len(wide)
    assert (mode(home / "imports"), mode(outside)) == (0o700, 0o644)
    assert f"{home}: 0755 is now 0700" in changed
    assert len(changed) == len(wide) + 2
    assert make_private(home) == []


def test_a_database_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "log.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(HomeUnusable, match=r"log\.db cannot be used: file is not a database"):
        check_writable(tmp_path)


@pytest.mark.needs_machine
def test_a_full_disk_is_said(tmp_path: Path):
    with small_disk(1) as disk:
        home = open_home(disk / "home").path
        with pytest.raises(OSError, match="No space"):
            (disk / "filler").write_bytes(bytes(2_000_000))
        with pytest.raises(HomeUnusable, match="disk is full"):
            check_writable(home)
        done = run(home, ("serve", "--port", "1"), tmp_path)
        says(done)
        assert "disk is full" in done.stderr
        (home / "admin.token").unlink()
        says(run(home, ("serve", "--port", "1"), tmp_path))


@pytest.mark.needs_machine
def test_a_read_only_home_is_said(tmp_path: Path):
    with small_disk(1) as disk:
        home = open_home(disk / "home").path
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)  # noqa: S603, S607
        done = run(home, ("serve", "--port", "1"), tmp_path)
        says(done)
        assert "read-only file system" in done.stderr
        for command in (
            ("token", "--role", "viewer", "--name", "sam"),
            ("token", "withdraw-key", "--yes"),
            ("doctor",),
        ):
            says(run(home, command, tmp_path))


@pytest.mark.needs_machine
def test_the_home_of_another_user_is_said(open_folder: Path):
    home = open_home(open_folder / "home").path
    os.chown(home, NOBODY, NOBODY)
    for done in run_all(home, open_folder, before=NO_PRIVILEGES):
        says(done)


def test_a_file_where_the_home_should_be_is_said(tmp_path: Path):
    home = tmp_path / "home"
    home.write_text("a file")
    for done in run_all(home, tmp_path):
        says(done)
    assert home.read_text() == "a file"


def test_only_its_owner_and_root_use_a_home(tmp_path: Path):
    home = open_home(tmp_path).path
    owner = home.stat().st_uid
    check_owner(home, owner)
    check_owner(home, 0)
    with pytest.raises(HomeUnusable, match="belongs to the user"):
        check_owner(home, owner + 1)


def test_a_port_in_use_is_said(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(tmp_path / "home", ("serve", "--port", str(port)), tmp_path)
    says(done)
    assert f"Port {port} of 127.0.0.1 is in use" in done.stderr
