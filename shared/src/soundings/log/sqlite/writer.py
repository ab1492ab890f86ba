"""The thread that writes: whatever waits when it looks is stored by one commit, and so by one fsync."""

import asyncio
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Condition, Thread
from typing import TypeVar, cast

from soundings.kernel.clock import Clock, epoch_ms
from soundings.log.port import LogClosed, LogFull, LogUnavailable, RecordPosition
from soundings.log.sqlite.schema import BUSY_MS, POSITION_BITS, file_identity, open_writer
from soundings.log.sqlite.topic_index import CurrentIndex, look_up
from soundings.log.sqlite.wakeups import WaiterRegistry, wake_all
from soundings.log.sqlite.write_queue import AppendRequest, Pending, Row, WriteTask, settle_futures

T = TypeVar("T")

MOST_WAITING_BYTES = 64 << 20
# Bounds of a group commit: large enough to share one fsync, small enough to keep its latency low.
_GROUP_BYTES = 16 << 20
_ROW_BYTES = 64  # what a row takes besides its own bytes
_NO_ROOM_BYTES = 1 << 20
_CHECKPOINT_WHEN_IDLE = 1_000  # pages of the WAL, about
_CHECKPOINT_AT_LAST = 8_000
_CHECKPOINT_BUSY_MS = 50
_WIDEST = 256
_FIELDS = 5
# One statement for many rows: each gives up the interpreter's lock once, and a busy event loop gives it back late.
_INSERTS = {
    rows: "INSERT INTO records (place, at, key, headers, value) VALUES " + ", ".join(["(?, ?, ?, ?, ?)"] * rows)  # noqa: S608 - only question marks
    for rows in (1 << power for power in range(_WIDEST.bit_length()))
}


class LogWriter:
    """Owns the connection that writes. Appends may come from any thread's event loop; they are stored in that order."""

    def __init__(self, path: Path, clock: Clock, max_bytes: int | None = None) -> None:
        self._path = path
        self._clock = clock
        self._connection = open_writer(path, max_bytes)
        self._identity = file_identity(path)
        self.current = CurrentIndex(look_up(self._connection))
        self.waiters = WaiterRegistry()
        self._ends: dict[int, int] | None = None
        self._version = -1
        self._last_at = 0
        self._pages = 0
        self._removed = False
        self._arrived = Condition()
        self._queue: deque[Pending] = deque()
        self._waiting_bytes = 0
        self._closed = False
        self._thread = Thread(target=self._run_thread, name=f"log {path.name}", daemon=True)
        self._thread.start()

    async def append_rows(self, rows: Sequence[Row]) -> Sequence[RecordPosition]:
        """Store rows together; raises `LogUnavailable` when too much is waiting already."""
        loop = asyncio.get_running_loop()
        size = sum(_ROW_BYTES + len(row[1]) + len(row[2]) + len(row[3] or b"") for row in rows)
        append = AppendRequest(loop, loop.create_future(), rows, size)
        self._enqueue_pending(append)
        return await append.future

    async def perform_action(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Run a transaction of another kind between two groups of appends."""
        loop = asyncio.get_running_loop()
        task = WriteTask(loop, loop.create_future(), action)
        self._enqueue_pending(task)
        return cast("T", await task.future)

    def is_replaced(self) -> bool:
        """Whether the file that is open no longer bears its name."""
        return file_identity(self._path) != self._identity

    def close_writer(self) -> None:
        """Finish what waits, then let go of the file. Blocks."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
        self._thread.join()

    def _enqueue_pending(self, pending: Pending) -> None:
        with self._arrived:
            if self._closed:
                raise LogClosed("the log is closed")
            # A single append larger than the bound is accepted by an empty queue, else it could
            # never be stored.
            if self._queue and self._waiting_bytes + pending.size > MOST_WAITING_BYTES:
                raise LogUnavailable("more is waiting to be written than the log keeps up with")
            self._queue.append(pending)
            self._waiting_bytes += pending.size
            self._arrived.notify()

    def _take_pending(self) -> list[Pending]:
        """What waits, up to a bound; nothing once the log is closed and all is done."""
        taken: list[Pending] = []
        size = 0
        with self._arrived:
            while not self._queue and not self._closed:
                self._arrived.wait()
            while self._queue and size < _GROUP_BYTES:
                taken.append(self._queue.popleft())
                size += taken[-1].size
            self._waiting_bytes -= size
        return taken

    def _run_thread(self) -> None:
        taken: list[Pending] = []
        try:
            while taken := self._take_pending():
                if appends := [pending for pending in taken if isinstance(pending, AppendRequest)]:
                    self._store_appends(appends)
                for task in taken:
                    if isinstance(task, WriteTask):
                        self._perform_task(task)
                self._checkpoint_when_due()
        finally:
            self._abandon_taken(taken)

    def _abandon_taken(self, taken: Sequence[Pending]) -> None:
        with self._arrived:
            self._closed = True
            rest = [*taken, *self._queue]
            self._queue.clear()
        settle_futures((pending, LogClosed("the log is closed")) for pending in rest)
        self._connection.close()

    def _store_appends(self, appends: Sequence[AppendRequest]) -> None:
        try:
            ends = self._begin_immediate()
            places, reached = self._insert_rows(appends, ends)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            settle_futures((append, self._append_failure(error)) for append in appends)
            return
        self._ends = ends | reached
        self.current.advance_ends(reached)
        # Callers are notified only after COMMIT has returned, that is after the fsync.
        settle_futures(zip(appends, places, strict=True))
        wake_all(self.waiters.due_waiters(reached))

    def _begin_immediate(self) -> dict[int, int]:
        """Open a transaction; the ends of all slots, looked up again after another process has written."""
        if self.is_replaced():
            # What is written to a file without a name is gone with this process, so it must not be acknowledged.
            raise sqlite3.OperationalError("the file was removed or replaced; start again")
        self._connection.execute("BEGIN IMMEDIATE")
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if self._ends is None or version != self._version:
            self._version = version
            fresh = look_up(self._connection)
            self.current.replace_index(fresh)
            self._ends = dict(fresh.ends)
        return self._ends

    def _insert_rows(
        self, appends: Sequence[AppendRequest], ends: dict[int, int]
    ) -> tuple[list[list[RecordPosition]], dict[int, int]]:
        """Give every row its position and write it; the places by append, and how far each slot was taken."""
        # The clock may be set back; append times never decrease, which retention relies on.
        self._last_at = at = max(self._last_at, epoch_ms(self._clock()))
        homes = self.current.directory.topic_partitions
        reached: dict[int, int] = {}
        fields: list[object] = []
        places: list[list[RecordPosition]] = []
        for append in appends:
            stand: list[RecordPosition] = []
            for slot, key, headers, value in append.rows:
                # `or` is safe: a reached position is at least 1.
                position = reached.get(slot) or ends[slot]
                reached[slot] = position + 1
                fields += (slot << POSITION_BITS | position, at, key, headers, value)
                stand.append(RecordPosition(homes[slot][1], position))
            places.append(stand)
        self._write_fields(fields)
        self._pages += 2 * len(reached) + sum(append.size for append in appends) // 3000
        return places, reached

    def _write_fields(self, fields: Sequence[object]) -> None:
        start, rows = 0, len(fields) // _FIELDS
        while rows:
            # Powers of two: nine prepared statements cover every number of rows.
            many = min(_WIDEST, 1 << rows.bit_length() - 1)
            self._connection.execute(_INSERTS[many], cast("Sequence[str]", fields[start : start + many * _FIELDS]))
            start += many * _FIELDS
            rows -= many

    def _perform_task(self, task: WriteTask) -> None:
        outcome: object
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcome = task.action(self._connection)
            fresh = look_up(self._connection)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            outcome = self._append_failure(error)
        except Exception as error:  # noqa: BLE001 - whoever asked for the task gets its error, the thread goes on
            self._roll_back()
            outcome = error
        else:
            self.current.replace_index(fresh)
            self._ends = None
            self._pages += 100
            self._removed = True  # perhaps; what such a transaction has removed must leave the WAL too
        settle_futures([(task, outcome)])

    def _roll_back(self) -> None:
        self._ends = None
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _append_failure(self, error: sqlite3.Error) -> LogUnavailable:
        """`LogFull` when the disk or the size bound is reached; a new instance each time, as each one is raised."""
        full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
        if full or shutil.disk_usage(self._path.parent).free < _NO_ROOM_BYTES:
            return LogFull(f"there is no room for more in {self._path.name}", retry_after=5)
        return LogUnavailable(f"cannot write {self._path.name}: {error}")

    def _checkpoint_when_due(self) -> None:
        """Move the WAL into the file when there is time for it, and at a certain length in any case.

        After a removal the WAL is emptied as well, for it holds what was there before.
        """
        if self._removed and not self._queue:
            self._empty_wal()
            return
        if self._pages < (_CHECKPOINT_AT_LAST if self._queue else _CHECKPOINT_WHEN_IDLE):
            return
        self._pages = 0
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error:
            # The WAL keeps everything; the next commit tells whoever appends what is wrong with the disk.
            self._pages = _CHECKPOINT_WHEN_IDLE // 2

    def _empty_wal(self) -> None:
        """Truncate the WAL; with an active reader this is retried after the next write."""
        try:
            self._connection.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_BUSY_MS}")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        except sqlite3.Error:
            return  # it keeps everything; the next commit tells whoever appends what is wrong with the disk
        self._removed = bool(busy)
        self._pages = 0
