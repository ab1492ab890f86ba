"""A log file as one process has it open: one writing thread, and a reading connection for each thread that reads."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock, get_ident
from time import monotonic
from typing import TypeVar

from soundings.kernel.clock import Clock
from soundings.log.port import LogClosed, LogUnavailable, UnknownTopic
from soundings.log.sqlite.reader import Reader
from soundings.log.sqlite.topic_index import TopicIndex
from soundings.log.sqlite.wakeups import wake_all
from soundings.log.sqlite.writer import Writer

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
        self.writer = Writer(path, clock, max_bytes)
        self.waiters = self.writer.waiters
        self._readers: dict[int, Reader] = {}
        self._looked = monotonic()
        self._closed = False

    @property
    def directory(self) -> TopicIndex:
        return self.writer.current.directory

    def reader(self) -> Reader:
        """The reading connection of the calling thread; one that got the number of a dead thread takes over its own."""
        if self._closed:
            raise LogClosed("the log is closed")
        reader = self._readers.get(get_ident())
        if reader is None:
            reader = self._readers[get_ident()] = Reader(self.path)
        return reader

    def look(self) -> None:
        """Learn what other processes have written since the last look."""
        self._looked = monotonic()
        if self.writer.is_replaced():
            raise LogUnavailable(f"{self.path.name} was removed or replaced while it was open; start again")
        if news := self.reader().news():
            self.writer.current.learn(news)

    def look_when_due(self) -> None:
        if monotonic() - self._looked >= LOOK_EVERY:
            self.look()

    def find(self, where: Callable[[TopicIndex], T]) -> T:
        """Slots by the directory, looked up again if they are not in it: another process may have made it."""
        try:
            return where(self.directory)
        except UnknownTopic:
            self.look()
            return where(self.directory)

    def close(self) -> None:
        self._closed = True
        self.writer.close()
        for reader in self._readers.values():
            reader.close()


def open_file(path: Path, clock: Clock, max_bytes: int | None) -> LogFile:
    """The file, opened if this process has not done so yet; the first to open it sets the clock and the bound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = os.path.realpath(path)
    with _lock:
        file = _open.get(name)
        if file is None:
            file = _open[name] = LogFile(Path(name), clock, max_bytes)
        file.holders += 1
        return file


def release(file: LogFile) -> None:
    """Give up one hold; the last one closes the file, when what waits is written. Blocks."""
    wake_all(file.waiters.everyone())
    with _lock:
        file.holders -= 1
        if file.holders:
            return
        del _open[str(file.path)]
        file.close()
