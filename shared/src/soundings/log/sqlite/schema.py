"""The tables of a log in one SQLite file, and how its connections are opened."""

import sqlite3
from pathlib import Path

FORMAT = 1
BUSY_MS = 10_000
"""How long a connection waits for another process."""
POSITION_BITS = 40
POSITION_MASK = (1 << POSITION_BITS) - 1

# `place` is slot and position in one integer: a row is found by its rowid alone, and the records of a partition lie
# beside each other in their order. `at` stands first so that retention need not walk through long values.
_TABLES = f"""
CREATE TABLE IF NOT EXISTS topics (
    topic TEXT PRIMARY KEY, partitions INTEGER NOT NULL, cleanup TEXT NOT NULL, retention_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slots (
    slot INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    floor INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, partition)
);
CREATE TABLE IF NOT EXISTS records (
    place INTEGER PRIMARY KEY, at INTEGER NOT NULL, key BLOB NOT NULL, headers BLOB NOT NULL, value BLOB
);
CREATE VIEW IF NOT EXISTS log AS
    SELECT topic, partition, place & {POSITION_MASK} AS position, key, headers, value, at
    FROM slots JOIN records ON place BETWEEN slot << {POSITION_BITS} AND slot << {POSITION_BITS} | {POSITION_MASK};
PRAGMA user_version = {FORMAT};
"""  # noqa: S608 - whole numbers from above, and a view takes no parameters


def open_writer(path: Path, max_bytes: int | None = None) -> sqlite3.Connection:
    """The one connection that writes; creates the file and its tables. `max_bytes` bounds the file, not its WAL."""
    connection = _open_connection(path)
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: an acknowledged record survives a power failure. NORMAL would lose the last commits of
    # the WAL.
    connection.execute("PRAGMA synchronous = FULL")
    # Erased and expired text is overwritten with zeros, not only unlinked.
    connection.execute("PRAGMA secure_delete = ON")
    # Checkpoints are run by the writer when its queue is empty, not in the middle of a commit.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        connection.close()
        raise sqlite3.DatabaseError(f"the log has format {found}, newer than {FORMAT}, the newest known here")
    if found < FORMAT:
        connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
    if max_bytes is not None:
        page = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {max(1, max_bytes // page)}")
    return connection


def file_identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file, which differ for another file of the same name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; one thread at a time may use it."""
    connection = _open_connection(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open_connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.execute("PRAGMA cache_size = -16384")
    return connection
