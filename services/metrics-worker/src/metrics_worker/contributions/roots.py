"""What the records of one contact add together: a root with its transfers, consultations and callbacks."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from metrics_worker.contributions.counts import Contribution, Count, Place, coded, paid, timed, unit_buckets, untimed
from soundings.kernel.measures import CONTACT_KINDS, VIEW_KINDS
from soundings.kernel.scales import UNITS

_WAITING_KINDS: Final = frozenset({"call", "chat", "message", "callback", "visit"})
_ENDED_WITH_A_PERSON: Final = frozenset({"answered", "transferred"})
_ENDED_WAITING: Final = frozenset({"answered", "abandoned", "transferred", "callback"})
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
    """Whether a person handled it: it was answered, or ended answered or transferred. An open record never is."""
    if record.outcome == "open":
        return False
    return record.answered is not None or record.outcome in _ENDED_WITH_A_PERSON


def root_contribution(records: Sequence[InteractionRecord]) -> Contribution | None:
    """What the records of one root add, in whatever order they are given; None while nobody has named its service."""
    ordered = records if len(records) == 1 else sorted(records, key=_by_start)
    service = next((record.service for record in ordered if record.service is not None), None)
    if service is None:
        return None
    channel = next((record.channel for record in ordered if record.channel is not None), "")
    first = ordered[0]
    place = Place(service, channel, "", unit_buckets(first.time_zone, first.started))
    return Contribution(place, tuple(_counts(ordered)))


def _by_start(record: InteractionRecord) -> tuple[int, str]:
    return record.order, record.record_id


def _counts(ordered: Sequence[InteractionRecord]) -> Iterator[Count]:
    first, last = ordered[0], ordered[-1]
    handled = [record for record in ordered if is_handled(record)]
    yield coded("outcome", last.outcome)
    yield from _of_kind(first.kind, last)
    if _is_offered(ordered):
        yield coded("offered", "answered" if handled else last.outcome)
        yield from _wait(ordered, handled=bool(handled))
    if first.kind in _RESOLVED_KINDS and last.outcome == "completed" and last.ended is not None:
        yield timed("resolution", max(last.ended - first.started, 0))
    reason = next((record.reason for record in ordered if record.reason is not None), None)
    if reason is not None:
        yield coded("reason", reason)
    yield from _topics(ordered)
    costs = [record.cost for record in ordered if record.cost is not None]
    if costs:
        yield paid("cost", sum(costs))
    for record in handled:
        yield from _handling(record)


def _of_kind(kind: str, last: InteractionRecord) -> Iterator[Count]:
    if kind in CONTACT_KINDS:
        yield coded("contacts", kind)
    elif kind in VIEW_KINDS:
        yield coded("views", kind)
    if kind == "service_request":
        yield coded("requests", last.outcome)
    elif kind == "transaction":
        yield coded("transactions", last.outcome if last.outcome in _TRANSACTION_BINS else "failed")
    elif kind == "search" and (found := _search_bin(last)) is not None:
        yield coded("search", found)


def _search_bin(last: InteractionRecord) -> str | None:
    """`abandoned` as it ended so, else by the number of results, else by what the outcome says of them."""
    if last.outcome == "abandoned":
        return "abandoned"
    if last.results is not None:
        return "found" if last.results > 0 else "empty"
    if last.outcome in _FOUND:
        return "found"
    return "empty" if last.outcome == "failed" else None


def _is_offered(ordered: Sequence[InteractionRecord]) -> bool:
    """Whether somebody waited for a person: they were queued, or it ended as only such a contact ends."""
    first = ordered[0]
    if first.direction != "inbound" or first.kind not in _WAITING_KINDS:
        return False
    if ordered[-1].outcome in _ENDED_WAITING:
        return True
    return any(record.enqueued is not None or record.wait is not None for record in ordered)


def _wait(ordered: Sequence[InteractionRecord], *, handled: bool) -> Iterator[Count]:
    outcome = ordered[-1].outcome
    if handled:
        answered = next((record.answered for record in ordered if record.answered is not None), None)
        yield _waited("wait_answered", ordered, answered)
    elif outcome in {"abandoned", "callback"}:
        yield _waited(f"wait_{outcome}", ordered, ordered[-1].ended)


def _waited(measure: str, ordered: Sequence[InteractionRecord], until: int | None) -> Count:
    """The wait that was given, else the time from the first queueing; unknown where that cannot be told."""
    given = next((record.wait for record in ordered if record.wait is not None), None)
    if given is not None:
        return timed(measure, given)
    enqueued = next((record.enqueued for record in ordered if record.enqueued is not None), None)
    if enqueued is None or until is None or until < enqueued:
        return untimed(measure)
    return timed(measure, until - enqueued)


def _topics(ordered: Sequence[InteractionRecord]) -> Iterator[Count]:
    topics = sorted({topic for record in ordered for topic in record.topics} - _NO_TOPICS)
    for topic in topics:
        yield coded("topic", topic)
    if topics:
        yield coded("topic", UNITS)


def _handling(record: InteractionRecord) -> Iterator[Count]:
    """One record that a person handled; without any of the three durations it stays out of `handle`."""
    yield coded("transfers", "transferred" if record.outcome == "transferred" else "kept")
    parts = (("talk", record.talk), ("hold", record.hold), ("wrap_up", record.wrap_up))
    known = [(measure, duration) for measure, duration in parts if duration is not None]
    for measure, duration in known:
        yield timed(measure, duration)
    if known:
        yield timed("handle", sum(duration for _, duration in known))
