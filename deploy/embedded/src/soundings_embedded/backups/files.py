"""Copying files for their owner's eyes only, and getting them onto the disk."""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o600
_NOT_COPIED: Final = ("-wal", "-shm", "-journal", ".new", ".partial")
_LOCK: Final = "lock"


def databases_in(home: Path) -> Sequence[Path]:
    """The databases of a home, its log last: what the others have read or announced is then in it."""
    return sorted(home.glob("*.db"), key=lambda path: (path.name == "log.db", path.name))


def plain_files_in(home: Path) -> Sequence[Path]:
    """The secrets, keys, tokens and lists of a home."""
    return sorted(
        path
        for path in home.iterdir()
        if path.is_file()
        and path.suffix != ".db"
        and path.name != _LOCK
        and not path.name.startswith(".")
        and not path.name.endswith(_NOT_COPIED)
    )


def copy_private(source: Path, target: Path) -> None:
    """Copy a file with mode 0600 and fsync the copy."""
    with source.open("rb") as read, os.fdopen(_create(target), "wb") as written:
        shutil.copyfileobj(read, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600 and fsync it."""
    with os.fdopen(_create(path), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def copy_database(source: Path, target: Path) -> None:
    """One consistent state of a database, also while others write to it. Raises `sqlite3.Error`."""
    os.close(_create(target))
    # The backup API copies a consistent snapshot; copying the file would miss the WAL.
    here = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    there = sqlite3.connect(target)
    try:
        here.backup(there)
        there.execute("PRAGMA journal_mode = DELETE")  # one file, which can be read where nothing may be written
    finally:
        there.close()
        here.close()
    with target.open("rb") as file:
        os.fsync(file.fileno())


def revision_of(database: Path) -> str | None:
    """The revision of a service's tables; None in a database without."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    finally:
        connection.close()
    return None if row is None else str(row[0])


def sync_folder(folder: Path) -> None:
    """See the names in a folder onto the disk."""
    # fsync of a file does not make its directory entry durable.
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _create(path: Path) -> int:
    # O_EXCL: never write through a link that someone else has placed there.
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
