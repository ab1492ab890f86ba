"""The thread that writes: everything that waits when it looks is stored by one commit, and so by one fsync."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Generic, TypeVar

from soundings.log.port import LogClosed, LogUnavailable, Place
from soundings.log.sqlite.schema import POSITION_BITS

Outcome = TypeVar("Outcome")
Row = tuple[int, bytes, bytes, bytes | None]
"""Slot, key, packed headers, value."""

MOST_WAITING_BYTES = 64 << 20
_GROUP_BYTES = 16 << 20
_ROW_OVERHEAD = 64
