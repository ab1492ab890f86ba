"""Sending a dead letter again, and forwarding new ones to their topic."""

from typing import Final

import structlog

from metrics_worker.catalogue_view.agency_reach import AgencyReach
from metrics_worker.dead_letters.domain import DeadLetter, forwarded_record, replayed_record
from metrics_worker.dead_letters.errors import NoSuchDeadLetter, NotReplayed
from metrics_worker.dead_letters.ports import DeadLetterStore, RecordAppender
from soundings.events.topics import DEAD_LETTERS
from soundings.kernel.clock import Clock, epoch_ms
from soundings.log.port import AppendFailed, RecordPosition

FORWARDED_AT_ONCE: Final = 200
_log = structlog.get_logger("metrics_worker.dead_letters")


class ReplayDeadLetter:
    """Appends the original bytes to the original topic again; the fold knows duplicates, so doing it twice is safe."""

    def __init__(self, store: DeadLetterStore, log: RecordAppender, clock: Clock) -> None:
        self._store = store
        self._log = log
        self._clock = clock

    async def __call__(self, letter_id: int, reach: AgencyReach) -> tuple[DeadLetter, RecordPosition]:
        """The dead letter, if the caller reaches it, and its new position.

        Raises `NoSuchDeadLetter`, `LogUnavailable` or `NotReplayed`.
        """
        letter = await self._store.find_dead_letter(letter_id, reach)
        if letter is None:
            raise NoSuchDeadLetter(f"There is no dead letter {letter_id}.")
        (place,) = await self._log.append_records(letter.topic, [replayed_record(letter)])
        if isinstance(place, AppendFailed):
            raise NotReplayed(f"The log did not take it: {place.reason}")
        await self._store.mark_replayed(letter_id, epoch_ms(self._clock()))
        return letter, place


async def forward_waiting(store: DeadLetterStore, log: RecordAppender) -> int:
    """Copy the next dead letters to their topic; how many. A crash in between copies some twice, it loses none."""
    letters = await store.list_waiting(FORWARDED_AT_ONCE)
    if not letters:
        return 0
    answers = await log.append_records(DEAD_LETTERS.name, [forwarded_record(letter) for letter in letters])
    taken: DeadLetter | None = None
    for letter, answer in zip(letters, answers, strict=True):
        if isinstance(answer, AppendFailed):
            if answer.retryable:
                break
            _log.warning("dead_letter_not_forwarded", letter=letter.id, reason=answer.reason)  # it stays in the table
        taken = letter
    if taken is not None:
        await store.mark_forwarded(taken.id)
    return 0 if taken is None else letters.index(taken) + 1
