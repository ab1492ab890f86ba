"""What the records of one contact add together: a root with its transfers, consultations and callbacks."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from metrics_worker.aggregation.contribution import (
    CellContribution,
    CellCoordinates,
    MeasureCount,
    count_amount,
    count_code,
    count_duration,
    count_unknown_duration,
    unit_buckets,
)
from soundings.kernel.measures import CONTACT_KINDS, VIEW_KINDS
from soundings.kernel.scales import UNITS

_WAITING_KINDS: Final = frozenset({"call", "chat", "message", "callback", "visit"})
_ENDED_WITH_A_PERSON: Final = frozenset({"answered", "transferred"})
_ENDED_WAITING: Final = frozenset({"answered", "abandoned", "transferred", "callback"})
_ENDED_UNANSWERED: Final = frozenset({"abandoned", "callback"})
_AUTOMATED: Final = frozenset({"automated_phone", "chatbot"})
"""Channels on which a machine answers."""
_OUTCOME_RANK: Final = {
    outcome: rank
    for rank, outcome in enumerate(
        (
            "open", "contained", "not_eligible", "completed", "failed", "abandoned", "callback", "transferred",
            "answered",
        )
    )
}  # fmt: skip
"""Which outcome is the later one of two records that start at one instant."""
_RESOLVED_KINDS: Final = frozenset({"service_request", "transaction"})
_TRANSACTION_BINS: Final = frozenset({"completed", "not_eligible", "open"})
_NO_TOPICS: Final = frozenset({"", UNITS})
"""Texts that cannot be a bin of their own."""
_FOUND: Final = frozenset({"answered", "completed", "contained"})


class InteractionRecord(NamedTuple):
    """One record of a contact. Instants and durations are whole milliseconds; `order` is its start in microseconds."""

    record_id: str
    order: int
    time_zone: str
    service: str | None
    channel: str | None
    kind: str
    direction: str
    topics: tuple[str, ...]
    reason: str | None
    started: int
    enqueued: int | None
    answered: int | None
    ended: int | None
    wait: int | None
    talk: int | None
    hold: int | None
    wrap_up: int | None
    outcome: str
    results: int | None
    cost: int | None


def is_handled(record: InteractionRecord) -> bool:
    """Whether a person handled it: it was answered, or ended answered or transferred.

    An open record never is, nor one of a machine (automated phone, chatbot).
    """
    outcome = record.outcome
    if outcome == "open" or record.channel in _AUTOMATED:
        return False
    return record.answered is not None or outcome in _ENDED_WITH_A_PERSON


def root_contribution(records: Sequence[InteractionRecord]) -> CellContribution | None:
    """What the records of one root add, independent of their order; None until a record names its service."""
    ordered = records if len(records) == 1 else sorted(records, key=_by_start)
    service = next((record.service for record in ordered if record.service is not None), None)
    if service is None:
        return None
    channel = next((record.channel for record in ordered if record.channel is not None), "")
    first = ordered[0]
    place = CellCoordinates(service, channel, "", unit_buckets(first.time_zone, first.started))
    return CellContribution(place, tuple(_root_counts(ordered)))


def _by_start(record: InteractionRecord) -> tuple[int, str]:
    return record.order, record.record_id


def _root_counts(ordered: Sequence[InteractionRecord]) -> Iterator[MeasureCount]:
    first = ordered[0]
    handled = [record for record in ordered if is_handled(record)]
    deciding = first if len(ordered) == 1 else deciding_record(ordered, handled)
    outcome = deciding.outcome
    yield count_code("outcome", outcome)
    yield from _of_kind(first.kind, deciding)
    if first.kind in _WAITING_KINDS and first.direction == "inbound":
        yield from _offered_counts(ordered, handled, deciding)
    if first.kind in _RESOLVED_KINDS and outcome == "completed" and deciding.ended is not None:
        yield count_duration("resolution", max(deciding.ended - first.started, 0))
    reason = next((record.reason for record in ordered if record.reason is not None), None)
    if reason is not None:
        yield count_code("reason", reason)
    yield from _topic_counts(ordered)
    costs = [record.cost for record in ordered if record.cost is not None]
    if costs:
        yield count_amount("cost", sum(costs))
    for record in handled:
        yield from _handling_times(record)


def deciding_record(ordered: Sequence[InteractionRecord], handled: Sequence[InteractionRecord]) -> InteractionRecord:
    """The record whose outcome is that of the root.

    It is the last one that a person handled, else the last one that did not merely ring. A request or transaction is
    decided by its records of that kind alone. Where records start at one instant, the rank of their outcomes decides.
    """
    kind = ordered[0].kind
    if kind in _RESOLVED_KINDS:
        candidates: Sequence[InteractionRecord] = [record for record in ordered if record.kind == kind]
    elif handled:
        candidates = handled
    else:
        candidates = _without_ringing(ordered)
    last = candidates[-1]
    if len(candidates) == 1 or candidates[-2].order != last.order:
        return last
    # Clocks of whole seconds put several records at one instant, where ids say nothing about which came last.
    return max((record for record in candidates if record.order == last.order), key=_rank_at_tie)


def _rank_at_tie(record: InteractionRecord) -> tuple[int, int, str]:
    return _OUTCOME_RANK[record.outcome], -1 if record.ended is None else record.ended, record.record_id


def _without_ringing(ordered: Sequence[InteractionRecord]) -> Sequence[InteractionRecord]:
    """The records without unanswered ringing legs, where another record has the outcome of the wait."""
    if not any(record.outcome in _ENDED_UNANSWERED for record in ordered):
        return ordered
    return [record for record in ordered if not _merely_rang(record)]


def _merely_rang(record: InteractionRecord) -> bool:
    """Whether it failed without ever having been in a queue; a callback that failed is an attempt of its own."""
    return record.outcome == "failed" and record.kind != "callback" and record.enqueued is None and record.wait is None


def _of_kind(kind: str, deciding: InteractionRecord) -> Iterator[MeasureCount]:
    outcome = deciding.outcome
    if kind in CONTACT_KINDS:
        yield count_code("contacts", kind)
    elif kind in VIEW_KINDS:
        yield count_code("views", kind)
    if kind == "service_request":
        yield count_code("requests", outcome)
    elif kind == "transaction":
        yield count_code("transactions", outcome if outcome in _TRANSACTION_BINS else "failed")
    elif kind == "search" and (found := _search_bin(deciding)) is not None:
        yield count_code("search", found)


def _search_bin(deciding: InteractionRecord) -> str | None:
    """`abandoned` as it ended so, else by the number of results, else by what the outcome says of them."""
    if deciding.outcome == "abandoned":
        return "abandoned"
    if deciding.results is not None:
        return "found" if deciding.results > 0 else "empty"
    if deciding.outcome in _FOUND:
        return "found"
    return "empty" if deciding.outcome == "failed" else None


def _offered_counts(
    ordered: Sequence[InteractionRecord], handled: Sequence[InteractionRecord], deciding: InteractionRecord
) -> Iterator[MeasureCount]:
    """`offered` and the wait of an inbound contact that requested an agent.

    That is one that was queued, or whose outcome only such a contact can have.
    """
    waited_for: str | None = "callback"
    if is_queued_callback(ordered, handled):
        how = "callback"
    elif not _has_waited(ordered, deciding.outcome):
        return
    else:
        how = "answered" if handled else deciding.outcome
        waited_for = how if handled or how == "abandoned" else None
    yield count_code("offered", how)
    if waited_for is not None:
        waited = root_wait(ordered, handled, deciding)
        measure = f"wait_{waited_for}"
        yield count_unknown_duration(measure) if waited is None else count_duration(measure, waited)


def _has_waited(ordered: Sequence[InteractionRecord], outcome: str) -> bool:
    if outcome in _ENDED_WAITING:
        return True
    return any(record.enqueued is not None or record.wait is not None for record in ordered)


def is_queued_callback(ordered: Sequence[InteractionRecord], handled: Sequence[InteractionRecord]) -> bool:
    """Whether a record ended `callback`, or a later one is of kind `callback`, before anyone handled the contact."""
    if len(ordered) == 1:
        return ordered[0].outcome == "callback" and not handled
    if "callback" not in [record.outcome for record in ordered] and "callback" not in [
        record.kind for record in ordered
    ]:
        return False
    # Records that start together with the first handled one are not later than it.
    before = ordered if not handled else [record for record in ordered if record.order <= handled[0].order]
    if any(record.outcome == "callback" and not is_handled(record) for record in before):
        return True
    is_tie = ordered[0].order == ordered[1].order
    later = before if is_tie else before[1:]
    return any(record.kind == "callback" for record in later)


def root_wait(
    ordered: Sequence[InteractionRecord], handled: Sequence[InteractionRecord], deciding: InteractionRecord
) -> int | None:
    """The wait of a root in milliseconds over all queues; None where it cannot be determined.

    It runs from the first queueing to the first answer, or to the end of an unanswered contact. Where one of these
    instants is missing, it is the time that is covered by the waits given for the records up to the first handled one.
    """
    if len(ordered) == 1:  # most roots; the general way gives the same
        until = deciding.answered if handled else deciding.ended
        if deciding.enqueued is not None and until is not None and until >= deciding.enqueued:
            return until - deciding.enqueued
        return deciding.wait
    queued = [record.enqueued for record in ordered if record.enqueued is not None]
    until = _first_answer(handled) if handled else _last_end(ordered, deciding)
    if queued and until is not None and until >= min(queued):
        return until - min(queued)
    last = handled[0] if handled else ordered[-1]
    return _covered_time([record for record in ordered if record.order <= last.order])


def _first_answer(handled: Sequence[InteractionRecord]) -> int | None:
    return min([record.answered for record in handled if record.answered is not None], default=None)


def _last_end(ordered: Sequence[InteractionRecord], deciding: InteractionRecord) -> int | None:
    """The latest end of a record; None while the record that decides has none: an earlier leg's end is not theirs."""
    if deciding.ended is None:
        return None
    return max(record.ended for record in ordered if record.ended is not None)


def _covered_time(records: Sequence[InteractionRecord]) -> int | None:
    """The length of the union of the stretches in which records waited, in one pass over records in order of start."""
    total = 0
    known = False
    reached: int | None = None
    for record in records:
        if record.wait is None:
            continue
        known = True
        start, end = record.started, record.started + record.wait
        if reached is not None and start < reached:
            start = reached
        if end > start:
            total += end - start
        reached = end if reached is None else max(reached, end)
    return total if known else None


def _topic_counts(ordered: Sequence[InteractionRecord]) -> Iterator[MeasureCount]:
    topics = sorted({topic for record in ordered for topic in record.topics} - _NO_TOPICS)
    for topic in topics:
        yield count_code("topic", topic)
    if topics:
        yield count_code("topic", UNITS)


def _handling_times(record: InteractionRecord) -> Iterator[MeasureCount]:
    """One record that a person handled; without any of the three durations it stays out of `handle`."""
    yield count_code("transfers", "transferred" if record.outcome == "transferred" else "kept")
    parts = (("talk", record.talk), ("hold", record.hold), ("wrap_up", record.wrap_up))
    known = [(measure, duration) for measure, duration in parts if duration is not None]
    for measure, duration in known:
        yield count_duration(measure, duration)
    if known:
        yield count_duration("handle", sum(duration for _, duration in known))
