"""The outbox: events written in the transaction that changes the rows; a relay carries them to the log in order."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, cast

import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from soundings.db.engine import Database
from soundings.db.types import JsonColumn, UtcDateTime
from soundings.events.topics import TopicSpec
from soundings.kernel.clock import Clock, system_clock
from soundings.kernel.errors import SoundingsError, safe_error_reason
from soundings.log.port import MAX_RECORD_BYTES, AppendFailed, EventLog, LogRecord, LogUnavailable

_BATCH = 100  # at most 90 MB in memory, since no record is larger than 0.9 MB
# The advisory lock is held during an append, so the append needs a bound.
_LOG_SECONDS = 10.0
_LOCK_TIMEOUT = "15s"
_STOP_SECONDS = 5.0
_BACKOFF_FIRST, _BACKOFF_MOST = 0.1, 5.0
_log = structlog.get_logger("soundings.outbox")


class RecordTooLarge(SoundingsError):
    """The event would not fit into the log, so the change is rejected."""

    code: ClassVar[str] = "too_large"


@dataclass(frozen=True, slots=True)
class OutboxBacklog:
    """What waits to reach the log: how many records, and since when the first of them."""

    depth: int
    oldest: datetime | None


class EventOutbox:
    """Two tables: records in the order in which they were acknowledged, and the counter that gives out that order.

    Positions come from the counter's one row, which stays locked until the transaction ends; serial numbers would
    become visible out of commit order. A transaction that calls :meth:`lock` first is alone with the tables it guards.
    """

    def __init__(self, metadata: MetaData, name: str = "outbox") -> None:
        self.name = name
        self.records = Table(
            name,
            metadata,
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            Column("topic", String, nullable=False),
            Column("key", LargeBinary, nullable=False),
            Column("value", LargeBinary, nullable=True),
            Column("headers", JsonColumn, nullable=False),
            Column("at", UtcDateTime, nullable=False),
        )
        self.counter = Table(
            f"{name}_counter",
            metadata,
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("next", BigInteger, nullable=False),
        )

    async def lock_counter(self, connection: AsyncConnection) -> None:
        """Wait for every other writer to finish, and keep the others out until this transaction ends."""
        await connection.execute(select(self.counter.c.next).where(self.counter.c.id == 1).with_for_update())

    async def touch(self, connection: AsyncConnection) -> None:
        """Rewrite the present value, so that the commit has something to store."""
        counter = self.counter.c
        await connection.execute(update(self.counter).where(counter.id == 1).values(next=counter.next))

    async def put_records(
        self, connection: AsyncConnection, topic: TopicSpec, records: Sequence[LogRecord], at: datetime
    ) -> None:
        """Add records behind all that was acknowledged; :class:`RecordTooLarge` when the log would not take one."""
        if not records:
            return
        for record in records:
            _check_size(record)
        first = await self._take_oldest(connection, len(records))
        rows = [_outbox_row(first + offset, topic, record, at) for offset, record in enumerate(records)]
        await connection.execute(insert(self.records), rows)

    async def read_backlog(self, connection: AsyncConnection) -> OutboxBacklog:
        """How much waits."""
        found = await connection.execute(select(func.count(), func.min(self.records.c.at)))
        depth, oldest = found.one()
        return OutboxBacklog(depth, oldest)

    async def _take_oldest(self, connection: AsyncConnection, count: int) -> int:
        counter = self.counter
        # The row lock of this UPDATE serialises writers until commit, so position order is commit
        # order.
        moved = update(counter).where(counter.c.id == 1).values(next=counter.c.next + count).returning(counter.c.next)
        return int((await connection.execute(moved)).scalar_one()) - count


@dataclass(frozen=True, slots=True)
class _WaitingRecord:
    position: int
    topic: str
    record: LogRecord


class OutboxRelay:
    """Carries an outbox to the log in order, one relay at a time over all processes.

    A round is one transaction: it takes the lock, reads the first records, appends them, and deletes what the log has
    acknowledged. A crash in between appends them again, in the same order: consumers know duplicates by revision.
    The log is opened by the first round, so that a service can start while it is away.
    """

    def __init__(
        self,
        database: Database,
        outbox: EventOutbox,
        open_log: Callable[[], Awaitable[EventLog]],
        *,
        topics: Sequence[TopicSpec],
        poll_seconds: float = 0.5,
        clock: Clock = system_clock,
        show_depth: Callable[[int], None] | None = None,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._open_log = open_log
        self._topics = topics
        self._poll = poll_seconds
        self._clock = clock
        self._show_depth = show_depth
        self._log: EventLog | None = None
        self._woken = asyncio.Event()
        self._stopping = False

    def wake_relay(self) -> None:
        """Say that something was committed: the next round begins at once."""
        self._woken.set()

    def request_stop(self) -> None:
        """Let :meth:`run` end after the round that it is in."""
        self._stopping = True
        self._woken.set()

    async def run_forever(self) -> None:
        """Carry records until stopped; while the log or the database is away, try again ever more slowly.

        What was stopped may run again, in another event loop too.
        """
        # A new event for each run: an asyncio.Event belongs to the loop in which it is first used.
        self._woken, self._stopping = asyncio.Event(), False
        failures = 0
        while not self._stopping:
            self._woken.clear()
            try:
                moved = await self.relay_once()
            except Exception as error:  # noqa: BLE001 - the relay loop outlives whatever is away
                if not failures:
                    _log.warning("relay_waits", outbox=self._outbox.name, reason=safe_error_reason(error))
                failures += 1
                await self._sleep_or_wake(min(_BACKOFF_FIRST * 2 ** min(failures, 10), _BACKOFF_MOST))
            else:
                if failures:
                    _log.info("relay_goes_on", outbox=self._outbox.name)
                failures = 0
                if not moved:
                    await self._sleep_or_wake(self._poll)

    async def relay_once(self) -> int:
        """One round; how many records were carried. Raises what the log or the database raises, having lost nothing."""
        log = await self._ready_log()
        # A cheap read first, so that an idle relay takes no write lock twice a second.
        if not await self._has_records():
            return 0
        async with self._database.write_transaction() as connection:
            await self._be_alone(connection)
            waiting = await self._first_records(connection)
            taken = await _append_records(log, waiting)
            # Deleted in the transaction that holds the lock: a crash before the commit repeats the
            # append, never loses it.
            await self._delete_relayed(connection, waiting[:taken])
        if taken < len(waiting):
            raise LogUnavailable("the log did not take every record")
        return taken

    async def close_log(self) -> None:
        """Let go of the log."""
        log, self._log = self._log, None
        if log is not None:
            await log.close_log()

    async def oldest_pending_seconds(self) -> float:
        """Seconds since the oldest record waits; 0 when none does."""
        oldest = (await self._refresh_backlog()).oldest
        return 0.0 if oldest is None else max(0.0, (self._clock() - oldest).total_seconds())

    async def _ready_log(self) -> EventLog:
        if self._log is None:
            async with asyncio.timeout(_LOG_SECONDS):
                log = await self._open_log()
            try:
                async with asyncio.timeout(_LOG_SECONDS):
                    await log.ensure_topics(self._topics)
            except BaseException:
                await log.close_log()
                raise
            self._log = log
        return self._log

    async def _has_records(self) -> bool:
        return (await self._refresh_backlog()).depth > 0

    async def _refresh_backlog(self) -> OutboxBacklog:
        async with self._database.read_snapshot() as connection:
            backlog = await self._outbox.read_backlog(connection)
        if self._show_depth is not None:
            self._show_depth(backlog.depth)
        return backlog

    async def _be_alone(self, connection: AsyncConnection) -> None:
        # On SQLite the transaction is the database's one writer already.
        if self._database.dialect == "sqlite":
            return
        await connection.execute(select(func.set_config("lock_timeout", _LOCK_TIMEOUT, True)))  # noqa: FBT003 - SQL's own
        # An advisory lock ends with its transaction, so a crashed relay cannot block the next one.
        name = func.hashtextextended(f"soundings.{self._outbox.name}", 0)
        await connection.execute(select(func.pg_advisory_xact_lock(name)))

    async def _first_records(self, connection: AsyncConnection) -> Sequence[_WaitingRecord]:
        table = self._outbox.records
        found = await connection.execute(select(table).order_by(table.c.position).limit(_BATCH))
        return [
            _WaitingRecord(row.position, row.topic, LogRecord(row.key, row.value, _stored_headers(row.headers)))
            for row in found.all()
        ]

    async def _delete_relayed(self, connection: AsyncConnection, carried: Sequence[_WaitingRecord]) -> None:
        if carried:
            position = self._outbox.records.c.position
            within = position.between(carried[0].position, carried[-1].position)
            await connection.execute(delete(self._outbox.records).where(within))

    async def _sleep_or_wake(self, seconds: float) -> None:
        if not self._stopping:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()


@asynccontextmanager
async def run_relay(relay: OutboxRelay) -> AsyncGenerator[None, None]:
    """Run the relay while the block runs; rows left in the outbox are sent after the next start."""
    task = asyncio.create_task(relay.run_forever(), name="outbox relay")
    try:
        yield
    finally:
        relay.request_stop()
        # A round in progress may finish, then the task is cancelled.
        await asyncio.wait([task], timeout=_STOP_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await relay.close_log()


async def _append_records(log: EventLog, waiting: Sequence[_WaitingRecord]) -> int:
    """Append in order; returns how many from the front are durable. Records after a failure are sent again with it."""
    taken = 0
    for topic, run in _group_by_topic(waiting):
        async with asyncio.timeout(_LOG_SECONDS):
            answers = await log.append_records(topic, [one.record for one in run])
        for answer in answers:
            if isinstance(answer, AppendFailed):
                _log.error("relay_refused", topic=topic, reason=answer.reason, retryable=answer.retryable)
                return taken
            taken += 1
    return taken


def _check_size(record: LogRecord) -> None:
    size = len(record.key) + len(record.value or b"") + sum(len(name) + len(value) for name, value in record.headers)
    if size > MAX_RECORD_BYTES:
        raise RecordTooLarge(
            f"The whole of it takes {size} bytes; {MAX_RECORD_BYTES} is the most that can be passed on."
        )


def _outbox_row(position: int, topic: TopicSpec, record: LogRecord, at: datetime) -> dict[str, object]:
    headers = [[name, value.decode("latin-1")] for name, value in record.headers]  # latin-1 keeps every byte
    return {
        "position": position,
        "topic": topic.name,
        "key": record.key,
        "value": record.value,
        "headers": headers,
        "at": at,
    }


def _stored_headers(stored: object) -> tuple[tuple[str, bytes], ...]:
    pairs = cast("list[list[str]]", stored)
    return tuple((name, value.encode("latin-1")) for name, value in pairs)


def _group_by_topic(waiting: Sequence[_WaitingRecord]) -> Sequence[tuple[str, Sequence[_WaitingRecord]]]:
    """Neighbours of one topic together, so that order holds over topics too."""
    runs: list[tuple[str, list[_WaitingRecord]]] = []
    for one in waiting:
        if not runs or runs[-1][0] != one.topic:
            runs.append((one.topic, []))
        runs[-1][1].append(one)
    return runs
