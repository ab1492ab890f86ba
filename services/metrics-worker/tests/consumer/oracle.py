"""What the cells must be, computed the slow and plain way from a set of events: no code of the fold is used here."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from soundings.events.base import EventData
from soundings.events.interaction import InteractionRecorded, InteractionRetracted
from soundings.events.response import FormFunnelStep, ResponseRetracted, ResponseReviewed, ResponseSubmitted
from soundings.events.tally import TallyRecorded, TallyRetracted
from soundings.kernel.histogram_bins import DURATION_EDGES, MONEY_EDGES

Cell = tuple[str, str, str, str, str, str, int, str]
"""Grain, bucket, service, channel, touchpoint, measure, version, bin."""
Cells = dict[Cell, tuple[int, int]]
"""n and total."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CONTACTS = {"call", "chat", "message", "email", "callback", "visit", "mail", "service_request"}


class Sheet:
    """Cells as they are added up; a cell of n 0 is there when a tally said so."""

    def __init__(self) -> None:
        self.n: Counter[Cell] = Counter()
        self.total: Counter[Cell] = Counter()
        self.reported: set[tuple[str, ...]] = set()

    def add(self, buckets, place, measure, bin_, n=1, total=0, version=1) -> None:
        for grain, bucket in buckets:
            cell = (grain, bucket, *place, measure, version, bin_)
            self.n[cell] += n
            self.total[cell] += total

    def cells(self) -> Cells:
        cells = {cell: (n, self.total[cell]) for cell, n in self.n.items() if n or self.total[cell]}
        known = {cell[:7] for cell in cells}
        return cells | {(*place, ""): (0, 0) for place in self.reported if place not in known}


def expected(events: Iterable[EventData]) -> Cells:
    """The cells of all events that were on the log, in the order of the log."""
    records: dict[tuple[str, ...], list[EventData]] = defaultdict(list)
    for event in events:
        records[_identity(event)].append(event)
    sheet = Sheet()
    roots: dict[tuple[str, str], list[InteractionRecorded]] = defaultdict(list)
    for about in records.values():
        latest = _latest(about)
        match latest:
            case ResponseSubmitted():
                if not latest.test and not _is_held(latest, about):
                    _add_response(sheet, latest)
            case FormFunnelStep():
                if not latest.test:
                    _add_funnel(sheet, latest)
            case TallyRecorded():
                _add_tally(sheet, latest)
            case InteractionRecorded():
                roots[latest.source_id, latest.root_id].append(latest)
    for root in roots.values():
        add_root(sheet, root)
    return sheet.cells()


def _identity(event: EventData) -> tuple[str, ...]:
    match event:
        case ResponseSubmitted() | ResponseReviewed() | ResponseRetracted():
            return ("response", event.source_id, event.record_id)
        case FormFunnelStep():
            return ("funnel", event.source_id, event.record_id)
        case InteractionRecorded() | InteractionRetracted():
            return ("interaction", event.source_id, event.root_id, event.record_id)
        case TallyRecorded() | TallyRetracted():
            return ("tally", event.source_id, event.tally_id)
    raise AssertionError(event)


def _latest(about: Sequence[EventData]) -> EventData | None:
    if any(isinstance(event, ResponseRetracted | InteractionRetracted | TallyRetracted) for event in about):
        return None
    best = None
    for event in about:
        recorded = isinstance(event, ResponseSubmitted | FormFunnelStep | InteractionRecorded | TallyRecorded)
        if recorded and (best is None or event.revision > best.revision):
            best = event
    return best


def _is_held(response: ResponseSubmitted, about: Sequence[EventData]) -> bool:
    best = None
    for event in about:
        if isinstance(event, ResponseReviewed) and (best is None or event.revision > best.revision):
            best = event
    return response.quarantined if best is None else best.verdict == "quarantined"


def _buckets(at: datetime, zone: str) -> list[tuple[str, str]]:
    local = at.astimezone(ZoneInfo(zone))
    hour = at.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")
    return [("hour", hour), ("day", local.strftime("%Y-%m-%d")), ("month", local.strftime("%Y-%m-01"))]


def _add_response(sheet: Sheet, one: ResponseSubmitted) -> None:
    buckets, place = _buckets(one.occurred_at, one.time_zone), (one.service_id, one.channel.value, one.touchpoint or "")
    sheet.add(buckets, place, "responses", one.form_id)
    for score in one.scores:
        sheet.add(buckets, place, score.measure, str(score.value), version=score.measure_version)
    if isinstance(one.answers.get("r"), list) and any(score.question_id == "r" for score in one.scores):
        sheet.add(buckets, place, "barriers", "*")


def _add_funnel(sheet: Sheet, one: FormFunnelStep) -> None:
    measure = {"invited": "invitations", "shown": "shown", "started": "started"}[one.stage.value]
    place = (one.service_id, one.channel.value, "")
    sheet.add(_buckets(one.occurred_at, one.time_zone), place, measure, one.form_id, one.n)


def _add_tally(sheet: Sheet, one: TallyRecorded) -> None:
    start = one.start.isoformat()
    buckets = [(one.grain.value, start)]
    if one.grain.value == "day":
        buckets.append(("month", start[:8] + "01"))
    place = (one.service_id, one.channel.value, "")
    for bin_, n in one.bins.items():
        sheet.add(buckets, place, one.measure, bin_, n, version=one.measure_version)
    if one.total is not None:
        counted = sorted(bin_ for bin_, n in one.bins.items() if n and bin_ != "unknown")
        rest = sorted(bin_ for bin_, n in one.bins.items() if n) or sorted(b for b in one.bins if b != "unknown")
        holder = [*counted, *rest, *sorted(one.bins), "unknown"][0]
        amount = round(one.total * 1000) if one.scale.value == "duration" else round(one.total)
        sheet.add(buckets, place, one.measure, holder, 0, amount, one.measure_version)
    sheet.reported |= {(grain, bucket, *place, one.measure, one.measure_version) for grain, bucket in buckets}


def _ms(later: datetime, earlier: datetime) -> int:
    def whole(at: datetime) -> int:
        return int(at.timestamp()) * 1000 + at.microsecond // 1000

    return whole(later) - whole(earlier)


def _first(records: Sequence[InteractionRecorded], get: Callable[[InteractionRecorded], object]) -> object:
    return next((get(record) for record in records if get(record) is not None), None)


def add_root(sheet: Sheet, records: list[InteractionRecorded]) -> None:  # noqa: C901, PLR0912 - one rule after the other, as the design tells them
    records = sorted(records, key=lambda record: (record.started_at, record.record_id))
    first = records[0]
    service, channel = _first(records, lambda r: r.service_id), _first(records, lambda r: r.channel)
    if service is None:
        return
    buckets = _buckets(first.started_at, first.time_zone)
    place = (service, channel.value if channel else "", "")

    def add(measure: str, bin_: str, total: int = 0) -> None:
        sheet.add(buckets, place, measure, bin_, 1, total)

    def add_ms(measure: str, ms: int) -> None:
        add(measure, str(min(edge for edge in DURATION_EDGES if edge * 1000 >= ms)), ms)

    handled = [record for record in records if _is_handled(record)]
    last = _deciding(records, handled)
    kind, outcome = first.kind.value, last.outcome.value
    add("outcome", outcome)
    if kind in CONTACTS:
        add("contacts", kind)
    if kind in {"article_view", "page_view"}:
        add("views", kind)
    if kind == "service_request":
        add("requests", outcome)
    if kind == "transaction":
        add("transactions", outcome if outcome in {"completed", "failed", "not_eligible", "open"} else "failed")
    if kind == "search":
        _add_search(add, outcome, last.results)
    if kind in {"service_request", "transaction"} and outcome == "completed" and last.ended_at:
        add_ms("resolution", _ms(last.ended_at, first.started_at))
    _add_offered(add, add_ms, records, handled, last)
    reason = _first(records, lambda r: r.reason)
    if reason is not None:
        add("reason", reason.value)
    topics = {topic for record in records for topic in record.topic}
    for topic in topics:
        add("topic", topic)
    if topics:
        add("topic", "*")
    costs = [record.cost for record in records if record.cost is not None]
    if costs:
        amount = sum(costs)
        edge = min(edge for edge in MONEY_EDGES if edge >= abs(amount))
        add("cost", f"-{edge}" if amount < 0 else str(edge), amount)
    for record in handled:
        add("transfers", "transferred" if record.outcome.value == "transferred" else "kept")
        given = {"talk": record.talk_s, "hold": record.hold_s, "wrap_up": record.wrap_up_s}
        known = {measure: round(seconds * 1000) for measure, seconds in given.items() if seconds is not None}
        for measure, ms in known.items():
            add_ms(measure, ms)
        if known:
            add_ms("handle", sum(known.values()))


def _add_search(add: Callable[[str, str], None], outcome: str, results: int | None) -> None:
    if outcome == "abandoned":
        add("search", "abandoned")
    elif results is not None:
        add("search", "found" if results else "empty")
    elif outcome in {"answered", "completed", "contained"}:
        add("search", "found")
    elif outcome == "failed":
        add("search", "empty")


def _is_handled(record: InteractionRecorded) -> bool:
    if record.outcome.value == "open":
        return False
    if record.channel is not None and record.channel.value in {"automated_phone", "chatbot"}:
        return False
    return record.answered_at is not None or record.outcome.value in {"answered", "transferred"}


RANKS = ["open", "contained", "not_eligible", "completed", "failed", "abandoned", "callback", "transferred", "answered"]


def _deciding(records: Sequence[InteractionRecorded], handled: Sequence[InteractionRecorded]) -> InteractionRecorded:
    """Whose outcome is the root's; of records at one instant the one of the highest rank."""
    kind = records[0].kind.value
    if kind in {"service_request", "transaction"}:
        able = [record for record in records if record.kind.value == kind]
    elif handled:
        able = list(handled)
    elif {"abandoned", "callback"} & {record.outcome.value for record in records}:
        able = [record for record in records if not _rang(record)]
    else:
        able = list(records)
    return max(
        able,
        key=lambda r: (
            r.started_at,
            RANKS.index(r.outcome.value),
            r.ended_at or EPOCH,
            r.ended_at is not None,
            r.record_id,
        ),
    )


def _rang(record: InteractionRecorded) -> bool:
    queued = record.enqueued_at is not None or record.wait_s is not None
    return record.outcome.value == "failed" and record.kind.value != "callback" and not queued


def _is_callback(records: Sequence[InteractionRecorded], handled: Sequence[InteractionRecorded]) -> bool:
    """Whether they asked to be called back before anyone spoke to them; what starts together is not later."""
    for record in records:
        if handled and record.started_at > handled[0].started_at:
            break
        others = [other for other in records if other is not record and other.started_at <= record.started_at]
        is_later = record.kind.value == "callback" and bool(others)
        if is_later or (record.outcome.value == "callback" and record not in handled):
            return True
    return False


def _add_offered(add, add_ms, records, handled, last) -> None:
    first, outcome = records[0], last.outcome.value
    if first.direction.value != "inbound" or first.kind.value not in {"call", "chat", "message", "callback", "visit"}:
        return
    waited = any(r.enqueued_at or r.wait_s is not None for r in records)
    if _is_callback(records, handled):
        add("offered", "callback")
        measure = "wait_callback"
    elif not waited and outcome not in {"answered", "abandoned", "transferred", "callback"}:
        return
    elif handled:
        add("offered", "answered")
        measure = "wait_answered"
    else:
        add("offered", outcome)
        if outcome != "abandoned":
            return
        measure = "wait_abandoned"
    wait = _root_wait(records, handled, last)
    if wait is None:
        add(measure, "unknown")
    else:
        add_ms(measure, wait)


def _root_wait(records, handled, last) -> int | None:
    enqueued = [r.enqueued_at for r in records if r.enqueued_at]
    if handled:
        until = min((r.answered_at for r in handled if r.answered_at), default=None)
        records = [r for r in records if r.started_at <= handled[0].started_at]
    else:
        until = last.ended_at and max(r.ended_at for r in records if r.ended_at)
    if enqueued and until and _ms(until, min(enqueued)) >= 0:
        return _ms(until, min(enqueued))
    stretches = [(_ms(r.started_at, EPOCH), round(r.wait_s * 1000)) for r in records if r.wait_s is not None]
    if not stretches:
        return None
    # The union, edge by edge: what lies between two neighbouring edges waits when any stretch covers it.
    edges = sorted({at for at, _ in stretches} | {at + length for at, length in stretches})
    return sum(
        upper - lower
        for lower, upper in pairwise(edges)
        if any(at <= lower and upper <= at + length for at, length in stretches)
    )
