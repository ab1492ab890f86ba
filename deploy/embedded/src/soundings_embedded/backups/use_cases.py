"""Backing up a home that serves, and restoring one once everything in the copy fits together."""

import shutil
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from soundings.db import DatabaseFailed
from soundings.db.migrate import newest_revision
from soundings.kernel.errors import SoundingsError
from soundings_embedded.backups.errors import BackupRefused, RestoreRefused
from soundings_embedded.backups.files import (
    copy_database,
    copy_private,
    databases_in,
    plain_files_in,
    revision_of,
    sync_folder,
    write_private,
)
from soundings_embedded.backups.manifest import (
    FORMAT,
    NAME,
    NEEDED,
    BackupManifest,
    CopiedFile,
    described_file,
    read_manifest,
)
from soundings_embedded.data_dir import RESTORING, DataDir
from soundings_embedded.recovery.use_cases import partition_states

_PACKAGES: Final = {"catalogue.db": "catalogue_api", "metrics.db": "metrics_worker"}
_STAGED: Final = ".restore"
_KEPT: Final = frozenset({"lock", _STAGED, RESTORING})
_ASIDE: Final = "before-restore-"


def back_up(home: DataDir, folder: Path, now: datetime) -> BackupManifest:
    """Copy a home into a folder that does not exist yet or is empty; it may serve meanwhile. Raises `BackupRefused`.

    The databases first and the log last, so that the log holds all that they have read. The folder gets its name when
    everything is in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(f"{folder} is not empty. Give each backup a folder of its own.")
    if missing := [name for name in NEEDED if not (home.path / name).exists()]:
        raise BackupRefused(f"{home.path} lacks {', '.join(missing)}; has anybody served from it yet?")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # An interrupted backup keeps this name and cannot be mistaken for a complete one.
    draft = folder.with_name(f"{folder.name}.partial")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    try:
        manifest = _copied(home.path, draft, now)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise BackupRefused(f"{home.path} could not be copied: {error}") from error
    write_private(draft / NAME, manifest.model_dump_json(indent=2).encode())
    sync_folder(draft)
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)
    sync_folder(folder.parent)
    return manifest


def _copied(home: Path, draft: Path, now: datetime) -> BackupManifest:
    files: dict[str, CopiedFile] = {}
    databases: dict[str, str] = {}
    for path in plain_files_in(home):
        copy_private(path, draft / path.name)
    for path in databases_in(home):
        copy_database(path, draft / path.name)
        if (revision := revision_of(draft / path.name)) is not None:
            databases[path.name] = revision
    for path in sorted(draft.iterdir()):
        files[path.name] = described_file(path)
    return BackupManifest(
        format=FORMAT,
        created_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        soundings=version("soundings-embedded"),
        sqlite=sqlite3.sqlite_version,
        databases=databases,
        files=files,
    )


async def restore_backup(folder: Path, place: Path, now: datetime) -> Path | None:
    """Replace the data directory by a backup; returns the folder that holds the former content, if there was any.

    The backup is first copied next to its target, compared with its manifest, and its positions with its log. Raises
    `RestoreRefused`, with nothing replaced, and `HomeInUse`. Can be cut off at any moment and run again.
    """
    manifest = read_manifest(folder)
    _check_revisions(manifest.databases)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    home, staged = DataDir(place.resolve()), place.resolve() / _STAGED
    # The lock also proves that no server is running.
    with home.locked():
        if staged.exists():
            shutil.rmtree(staged)
        staged.mkdir(mode=0o700)
        try:
            _stage(folder, staged, manifest.files)
            await _check_fit(staged)
            return _replace(home.path, staged, now)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def _check_revisions(databases: Mapping[str, str]) -> None:
    for name, package in _PACKAGES.items():
        found = databases.get(name)
        # Revisions are numbered, so a newer database is recognised without loading its migrations.
        if found is None or found > newest_revision(package):
            raise RestoreRefused(
                f"{name} has the revision {found}, and this version knows {newest_revision(package)} at most: "
                "restore with the version of Soundings that made the backup, or a newer one."
            )


def _stage(folder: Path, staged: Path, files: Mapping[str, CopiedFile]) -> None:
    for name, told in files.items():
        source = folder / name
        if not source.is_file():
            raise RestoreRefused(f"{source} is missing.")
        copy_private(source, staged / name)
        if described_file(staged / name) != told:
            raise RestoreRefused(f"{source} is not the file that was backed up: its digest differs from the manifest.")
    sync_folder(staged)


async def _check_fit(staged: Path) -> None:
    try:
        home = DataDir(staged)
        states = await partition_states(home.log_url, home.database_url("metrics"))
    except (DatabaseFailed, SoundingsError) as error:
        raise RestoreRefused(f"The databases of the backup cannot be opened: {error}") from error
    problems = [state.problem for state in states if state.problem is not None]
    if problems:
        more = f" (and {len(problems) - 1} more partitions)" if len(problems) > 1 else ""
        raise RestoreRefused(f"The log of the backup does not fit its databases: {problems[0]}{more}.")


def _replace(home: Path, staged: Path, now: datetime) -> Path | None:
    marker = home / RESTORING
    marker.touch(mode=0o600)
    sync_folder(home)
    aside = home / f"{_ASIDE}{now.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    there = [path for path in sorted(home.iterdir()) if path.name not in _KEPT and not path.name.startswith(_ASIDE)]
    if there:
        aside.mkdir(mode=0o700)
        for path in there:
            path.rename(aside / path.name)
        sync_folder(aside)
    for path in sorted(staged.iterdir()):
        path.rename(home / path.name)
    sync_folder(home)
    marker.unlink()
    sync_folder(home)
    return aside if there else None
