"""Work for the writing thread, and how its outcomes get back to the event loops that wait for them."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from soundings.log.port import RecordPosition

Row = tuple[int, bytes, bytes, bytes | None]
"""Slot, key, packed headers, value."""

Outcome = object
"""What a future gets: a result, or an exception to raise."""


@dataclass(frozen=True, slots=True, eq=False)
class AppendRequest:
    """Rows to be stored together."""

    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Sequence[RecordPosition]]"
    rows: Sequence[Row]
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class WriteTask:
    """A transaction of its own, other than an append."""

    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[object]"
    action: Callable[[sqlite3.Connection], object]
    size: int = 0


Pending = AppendRequest | WriteTask


def settle_futures(outcomes: Iterable[tuple[Pending, Outcome]]) -> None:
    """Deliver outcomes with one call into each event loop; futures of closed loops are dropped."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Pending, Outcome]]] = {}
    for pending, outcome in outcomes:
        by_loop.setdefault(pending.loop, []).append((pending, outcome))
    for loop, pairs in by_loop.items():
        try:
            # One call per loop and batch: each call writes to the loop's self-pipe, which is a
            # system call.
            loop.call_soon_threadsafe(_settle_here, pairs)
        except RuntimeError:
            continue


def _settle_here(pairs: Iterable[tuple[Pending, Outcome]]) -> None:
    for pending, outcome in pairs:
        future: asyncio.Future[Outcome] = pending.future  # type: ignore[assignment]
        # The caller may have been cancelled while its rows were stored.
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
