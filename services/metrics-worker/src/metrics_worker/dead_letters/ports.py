"""What dead letters need from outside: where they are kept, and a log to append to."""

from collections.abc import Sequence
from typing import Protocol

from metrics_worker.catalogue_view.agency_reach import AgencyReach
from metrics_worker.dead_letters.domain import DeadLetter
from soundings.log.port import AppendFailed, LogRecord, RecordPosition


class RecordAppender(Protocol):
    """The part of the log port that appends."""

    async def append_records(
        self, topic: str, records: Sequence[LogRecord]
    ) -> Sequence[RecordPosition | AppendFailed]: ...


class DeadLetterStore(Protocol):
    """The kept dead letters; ids rise in the order in which the worker refused them."""

    async def list_page(self, before: int | None, most: int, reach: AgencyReach) -> Sequence[DeadLetter]:
        """The newest that are reached with an id below `before`, newest first."""
        ...

    async def find_dead_letter(self, letter_id: int, reach: AgencyReach) -> DeadLetter | None:
        """One that is reached; None for any other."""
        ...

    async def mark_replayed(self, letter_id: int, at: int) -> None: ...

    async def list_waiting(self, most: int) -> Sequence[DeadLetter]:
        """Those that are not forwarded yet, oldest first."""
        ...

    async def mark_forwarded(self, through: int) -> None:
        """Note that all up to an id are on their own topic."""
        ...
