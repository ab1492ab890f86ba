"""Backups that are not whole are refused, and a restore that was cut off is noticed."""

import json
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

import catalogue_api.bootstrap
import metrics_worker.bootstrap
from soundings.events.topics import ALL
from soundings.log.sqlite import SqliteLog
from soundings_embedded.backups.errors import BackupRefused, RestoreRefused
from soundings_embedded.backups.use_cases import back_up, restore_backup
from soundings_embedded.data_dir import RESTORING, DataDir, NoHome, open_home

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
async def home(tmp_path: Path) -> DataDir:
    """A home with empty databases and an empty log."""
    made = open_home(tmp_path / "home")
    await metrics_worker.bootstrap.read_positions(made.database_url("metrics"))
    assert await catalogue_api.bootstrap.announce_catalogue(made.database_url("catalogue")) == 0
    log = await SqliteLog.open_log(made.path / "log.db")
    await log.ensure_topics(ALL)
    await log.close_log()
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "lock"}


async def test_a_backup_is_private_whole_and_restores_to_the_same_home(home: DataDir, tmp_path: Path):
    manifest = back_up(home, tmp_path / "copy", NOW)
    names = {path.name for path in (tmp_path / "copy").iterdir()}
    assert names == {*manifest.files, "manifest.json"} >= {"secret", "log.db", "metrics.db", "catalogue.db"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "copy").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    assert await restore_backup(tmp_path / "copy", tmp_path / "new", NOW) is None
    assert open_home(tmp_path / "new").secret() == home.secret()
    aside = await restore_backup(tmp_path / "copy", tmp_path / "new", NOW)
    assert aside is not None
    assert (aside / "secret").read_text() == (home.path / "secret").read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").glob("*.db")} == {0o600}


def test_a_folder_with_something_in_it_and_a_home_that_nobody_served_from_are_refused(tmp_path: Path):
    fresh = open_home(tmp_path / "fresh")
    with pytest.raises(BackupRefused, match=r"lacks log\.db"):
        back_up(fresh, tmp_path / "copy", NOW)
    with pytest.raises(BackupRefused, match="is not empty"):
        back_up(fresh, tmp_path, NOW)


async def test_a_backup_that_is_damaged_is_refused_and_nothing_is_replaced(home: DataDir, tmp_path: Path):
    copy = tmp_path / "copy"
    back_up(home, copy, NOW)
    before, manifest = contents(home.path), json.loads((copy / "manifest.json").read_text())

    async def refused(words: str) -> None:
        with pytest.raises(RestoreRefused, match=words):
            await restore_backup(copy, home.path, NOW)
        assert contents(home.path) == before
        assert not list(home.path.glob("before-restore-*"))
        assert not (home.path / ".restore").exists()

    def tell(**changed: object) -> None:
        (copy / "manifest.json").write_text(json.dumps({**manifest, **changed}))

    tell(format=2)
    await refused("has format 2")
    tell(files={**manifest["files"], "../evil": manifest["files"]["secret"]})
    await refused("no file of a home")
    tell(files={name: one for name, one in manifest["files"].items() if name != "secret"})
    await refused("lacks secret")
    tell(databases={**manifest["databases"], "metrics.db": "9999"})
    await refused("revision 9999")
    (copy / "manifest.json").write_text("{")
    await refused("cannot be read as a manifest")
    (copy / "manifest.json").unlink()
    await refused("is no backup, or one that was cut off")
    tell()
    (copy / "secret").write_text("another\n")
    await refused("digest differs from the manifest")
    (copy / "secret").unlink()
    await refused("is missing")


async def test_positions_that_the_log_does_not_have_are_refused(home: DataDir, tmp_path: Path):
    database = sqlite3.connect(home.path / "metrics.db")
    database.execute(
        "INSERT INTO position (topic, partition, epoch, next, owner, at) VALUES (?, 0, 1, 7, 'x', 0)", (ALL[0].name,)
    )
    database.commit()
    database.close()
    back_up(home, tmp_path / "copy", NOW)
    with pytest.raises(RestoreRefused, match="does not fit its databases"):
        await restore_backup(tmp_path / "copy", tmp_path / "new", NOW)
    assert not (tmp_path / "new" / "secret").exists()


async def test_a_restore_that_was_cut_off_is_noticed_and_run_again(home: DataDir, tmp_path: Path):
    back_up(home, tmp_path / "copy", NOW)
    (home.path / "secret").unlink()
    (home.path / RESTORING).touch()
    with pytest.raises(NoHome, match="was cut off"):
        open_home(home.path)
    await restore_backup(tmp_path / "copy", home.path, NOW)
    assert open_home(home.path).secret() == home.secret()


async def test_a_home_that_has_lost_its_log_is_not_taken_for_a_new_one(home: DataDir):
    (home.path / "log.db").unlink()
    assert not home.is_empty
