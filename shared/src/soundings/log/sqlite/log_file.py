"""A log file as one process has it open: one writing thread, and a reading connection for each thread that reads."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock, get_ident
from time import monotonic
from typing import TypeVar

from soundings.kernel.clock import Clock
from soundings.log.port import LogClosed, LogUnavailable, UnknownTopic
from soundings.log.sqlite.reader import LogReader
from soundings.log.sqlite.topic_index import TopicIndex
from soundings.log.sqlite.wakeups import wake_all
from soundings.log.sqlite.writer import LogWriter

LOOK_EVERY = 0.1
"""Seconds between two looks at what other processes may have written."""

_lock = Lock()
_open: dict[str, "LogFile"] = {}
T = TypeVar("T")


class LogFile:
    """Opened by `open_file` and let go of by `release`, once for each."""

    def __init__(self, path: Path, clock: Clock, max_bytes: int | None) -> None:
        self.path = path
        self.holders = 0
        self.writer = LogWriter(path, clock, max_bytes)
        self.waiters = self.writer.waiters
        # One connection per thread: SQLite serialises calls on one connection, and readers must not
        # wait for each other.
        self._readers: dict[int, LogReader] = {}
        self._looked = monotonic()
        self._closed = False

    @property
    def topic_index(self) -> TopicIndex:
        return self.writer.current.directory

    def open_reader(self) -> LogReader:
        """The reading connection of the calling thread; one that got the number of a dead thread takes over its own."""
        if self._closed:
            raise LogClosed("the log is closed")
        reader = self._readers.get(get_ident())
        if reader is None:
            reader = self._readers[get_ident()] = LogReader(self.path)
        return reader

    def refresh_index(self) -> None:
        """Learn what other processes have written since the last look."""
        self._looked = monotonic()
        if self.writer.is_replaced():
            raise LogUnavailable(f"{self.path.name} was removed or replaced while it was open; start again")
        if news := self.open_reader().changed_ends():
            self.writer.current.replace_index(news)

    def look_when_due(self) -> None:
        if monotonic() - self._looked >= LOOK_EVERY:
            self.refresh_index()

    def find_slots(self, where: Callable[[TopicIndex], T]) -> T:
        """Slots by the directory, looked up again if they are not in it: another process may have made it."""
        try:
            return where(self.topic_index)
        except UnknownTopic:
            self.refresh_index()
            return where(self.topic_index)

    def close_file(self) -> None:
        self._closed = True
        self.writer.close_writer()
        for reader in self._readers.values():
            reader.close_reader()


def open_file(path: Path, clock: Clock, max_bytes: int | None) -> LogFile:
    """The file, opened if this process has not done so yet; the first to open it sets the clock and the bound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Resolved, so that two paths to one file share one writer.
    name = os.path.realpath(path)
    with _lock:
        file = _open.get(name)
        if file is None:
            file = _open[name] = LogFile(Path(name), clock, max_bytes)
        file.holders += 1
        return file


def release_file(file: LogFile) -> None:
    """Give up one hold; the last one closes the file, when what waits is written. Blocks."""
    # Waiters of a closing log would otherwise sleep until their time-out.
    wake_all(file.waiters.all_waiters())
    with _lock:
        file.holders -= 1
        if file.holders:
            return
        del _open[str(file.path)]
        file.close_file()
