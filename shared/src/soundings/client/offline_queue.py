"""A buffer on disk: what is put in stays until it is acknowledged, with the same id, whatever crashes meanwhile."""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

import orjson

from soundings.client.errors import BufferFull
from soundings.client.requests import Kind, with_ids
from soundings.client.transport import Json

_SHAPE: Final = """
CREATE TABLE IF NOT EXISTS waiting (place INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, item BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS refused (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, item BLOB NOT NULL,
                                    field TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL);
"""
_OLDEST: Final = "SELECT place, kind, item FROM waiting ORDER BY place LIMIT ?"
RECORDS_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class QueuedItem:
    """An item that waits, and its place in the line."""

    place: int
    kind: Kind
    item: Json


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that will never be taken as it is, and why."""

    kind: Kind
    item: Json
    field: str
    code: str
    detail: str


class Buffer:
    """A line of items in a small SQLite file; threads may share it.

    The file holds what the items hold, also what Soundings would remove: keep it where only the sender reads.
    """

    def __init__(self, path: Path, *, records_max: int = RECORDS_MAX) -> None:
        self._records_max = records_max
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        # Created before SQLite opens it, because SQLite would use the umask.
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        # The items may contain personal data that the server would redact.
        self._file.execute("PRAGMA secure_delete=ON")
        self._file.executescript(_SHAPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many items wait."""
        with self._lock:
            return self._count_items()

    def put(self, kind: Kind, item: Json) -> Json:
        """Keep an item; it is on the disk on return. The item as it will be sent, with its id. Raises BufferFull."""
        (whole,) = with_ids(kind, [item])
        with self._lock:
            if self._count_items() >= self._records_max:
                raise BufferFull(f"the buffer holds {self._records_max} items; nothing was kept of this one")
            self._file.execute("INSERT INTO waiting (kind, item) VALUES (?, ?)", (kind, orjson.dumps(whole)))
        return whole

    def oldest(self, limit: int) -> Sequence[QueuedItem]:
        """The first items in the line, as long as they are of one kind; they stay until they are settled."""
        with self._lock:
            rows = self._file.execute(
                "SELECT place, kind, item FROM waiting ORDER BY place LIMIT ?", (limit,)
            ).fetchall()
        found = [QueuedItem(place, kind, cast("Json", orjson.loads(item))) for place, kind, item in rows]
        # One request has one kind of item, and the order must be kept.
        return list(takewhile(lambda one: one.kind == found[0].kind, found))

    def settle(self, sent: Sequence[QueuedItem], rejected: Sequence[Mapping[str, object]]) -> int:
        """Let go of items that were answered for, and say how many. Rejected ones are set aside with the reason.

        What could not be stored just now (``not_stored``) stays in the line.
        """
        why = {int(str(one["index"])): one for one in rejected}
        again = {index for index, one in why.items() if one.get("code") == "not_stored"}
        with self._lock, self._file:
            self._file.execute("BEGIN IMMEDIATE")
            for index, one in enumerate(sent):
                if index in again:
                    continue
                if index in why:
                    self._set_aside(one, why[index])
                self._file.execute("DELETE FROM waiting WHERE place = ?", (one.place,))
        with self._lock:
            if not self._count_items():  # what was sent leaves the journal too; somebody who reads just now puts it off
                self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return len(sent) - len(again)

    def refused(self) -> list[RefusedItem]:
        """The items that were set aside, the oldest first."""
        wanted = "SELECT kind, item, field, code, detail FROM refused ORDER BY place"
        with self._lock:
            rows = self._file.execute(wanted).fetchall()
        return [RefusedItem(kind, cast("Json", orjson.loads(item)), *words) for kind, item, *words in rows]

    def close(self) -> None:
        self._file.close()

    def _count_items(self) -> int:
        (count,) = self._file.execute("SELECT count(*) FROM waiting").fetchone()
        return int(count)

    def _set_aside(self, one: QueuedItem, why: Mapping[str, object]) -> None:
        words = [str(why.get(name, "")) for name in ("field", "code", "detail")]
        self._file.execute(
            "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?, ?)",
            (one.place, one.kind, orjson.dumps(one.item), *words),
        )
