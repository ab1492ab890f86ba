"""Going through all that is kept of words once, in small batches; what is cut off begins anew and does no harm."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from metrics_worker.retention.domain import Rules, due_at, overdue_letters, retention_cutoffs, without_text
from metrics_worker.retention.ports import RetentionPosition, RetentionStore
from soundings.events.topics import DEAD_LETTERS

BATCH: Final = 500
_LONGEST_DAYS: Final = DEAD_LETTERS.retention.days if DEAD_LETTERS.retention else 90
_DAY_MS: Final = 86_400_000
_FIRST: Final = RetentionPosition(-(2**62), 0)

Pause = Callable[[], Awaitable[None]]
"""Waits between two batches, so that folding is not held up."""


@dataclass(frozen=True, slots=True)
class RemovalSummary:
    """What a pass removed."""

    texts: int = 0
    words: int = 0
    letters: int = 0


async def remove_texts(store: RetentionStore, rules: Rules, now_ms: int, pause: Pause) -> RemovalSummary:
    """Remove all texts whose time is over, and with them what the search index holds of them."""
    before = retention_cutoffs(rules, now_ms)
    removed, after = 0, 0 if before else None
    while after is not None:
        step = await store.remove_texts(after, BATCH, before)
        removed, after = removed + step.removed, step.next
        await pause()
    return RemovalSummary(texts=removed)


async def remove_free_text(store: RetentionStore, rules: Rules, now_ms: int, pause: Pause) -> RemovalSummary:
    """Remove from facts all free text whose time is over. What they count, and all else that they hold, stays."""
    removed = 0
    for source, before in retention_cutoffs(rules, now_ms).items():
        after: RetentionPosition | None = _FIRST
        while after is not None:
            step = await store.remove_free_text(source, after, BATCH, before)
            removed, after = removed + step.removed, step.next
            if step.removed:
                await pause()
    return RemovalSummary(words=removed)


async def compact_search_index(store: RetentionStore, pause: Pause) -> None:
    """Let the search index forget the words of all that was removed or erased so far."""
    more = await store.compact_search_index(first=True)
    while more:
        await pause()
        more = await store.compact_search_index(first=False)


async def remove_letters(store: RetentionStore, rules: Rules, now_ms: int, pause: Pause) -> RemovalSummary:
    """Remove dead letters whose record was taken back, and those that are too old."""
    removed, after = 0, 0
    while letters := await store.list_letters(after, BATCH):
        keys = {letter.id: key for letter in letters if (key := letter.record_key) is not None}
        gone = await store.retracted_keys(set(keys.values())) if keys else ()
        old = set(overdue_letters(letters, rules, now_ms, _LONGEST_DAYS * _DAY_MS))
        old.update(id_ for id_, key in keys.items() if key in gone)
        if old:
            await store.remove_letters(old)
        removed, after = removed + len(old), letters[-1].id
        await pause()
    return RemovalSummary(letters=removed)


async def remove_retracted(store: RetentionStore, pause: Pause) -> RemovalSummary:
    """Remove parked records that were taken back meanwhile: a retraction is final, so they would count nothing."""
    removed, after = 0, 0
    while letters := await store.parked_letters(after, BATCH):
        keys = {letter.id: key for letter in letters if (key := letter.record_key) is not None}
        gone = await store.retracted_keys(set(keys.values())) if keys else ()
        if taken_back := [id_ for id_, key in keys.items() if key in gone]:
            await store.remove_parked(taken_back)
            removed += len(taken_back)
        after = letters[-1].id
        await pause()
    return RemovalSummary(letters=removed)


async def remove_parked_texts(store: RetentionStore, rules: Rules, now_ms: int, pause: Pause) -> RemovalSummary:
    """Take free text whose time is over out of parked records; what cannot be read goes as its dead letter would."""
    before = retention_cutoffs(rules, now_ms)
    removed, after = 0, 0
    while before and (records := await store.parked_texts(after, BATCH)):
        due = [one for one in records if one.source in before and due_at(one) < before[one.source]]
        left = {one.id: without_text(one.value) for one in due}
        await store.remove_parked([id_ for id_, value in left.items() if value is None])
        trimmed = {id_: value for id_, value in left.items() if value is not None}
        if trimmed:
            await store.trim_parked(trimmed)
        removed, after = removed + len(due), records[-1].id
        await pause()
    return RemovalSummary(words=removed)
