"""Running the demo through the public APIs: declare, send, wait until all is counted, read the metrics."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

from soundings.client import RefusedByServer, Soundings
from soundings.kernel.clock import Clock, system_clock
from soundings_embedded.catalogue_apply.domain import iter_declared
from soundings_embedded.catalogue_apply.use_cases import apply_step, declared_entities, plan_steps
from soundings_embedded.demo.agency import AGENCY_ID, BENEFITS
from soundings_embedded.demo.catalogue import start_of
from soundings_embedded.demo.errors import ItemsRefused, KeyUnknown, NotCounted
from soundings_embedded.demo.event_stream import DemoHistory, SourceDelivery, generate_history
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.local_times import agency_today
from soundings_embedded.demo.results import DemoQuery, DemoResult, figures, periods, questions
from soundings_embedded.demo.scenario import DAYS

BATCH: Final = 500
_POLL_SECONDS: Final = 0.1
_KEY_DEADLINE_S: Final = 20.0
_STANDSTILL_S: Final = 60.0
_KEY_IS_NEW: Final = (401, 403)
_AGENCY_IS_NEW: Final = (404, 422)


@dataclass(frozen=True, slots=True)
class DemoProgress:
    """Progress callbacks: a stage begins with its number of steps, then steps are completed."""

    begins: Callable[[str, int], None]
    advances: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class PollingPolicy:
    """How to wait, in seconds; tests bring a clock of their own."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic


def run_demo(
    client: Soundings,
    today: date,
    progress: DemoProgress,
    patience: PollingPolicy | None = None,
    invent: Callable[[date, date | None], DemoHistory] = generate_history,
    clock: Clock = system_clock,
) -> DemoResult:
    """Declare Larkmere, send what its systems saw until the day before ``today``, and measure it.

    A ``today`` that has not yet come in Larkmere is taken for the one that it has there: nothing lies in the future.
    ``client`` has a token that may write the catalogue and read all figures. A second run changes no figure; on a later
    day it adds the days since. Raises ItemsRefused, KeyUnknown, NotCounted, and what the client raises.
    """
    # The date is that of the agency's time zone; tomorrow's records would be rejected.
    patience, today = patience or PollingPolicy(), min(today, agency_today(clock()))
    progress.begins("Inventing", 1)
    history = invent(today, _remembered_start(client, today))
    progress.advances(1)
    _declare(client, history, progress)
    keys = _new_keys(client, history, progress, patience)
    _send(client, history, keys, progress)
    _wait_until_counted(client, history, progress, patience)
    return DemoResult(
        start=history.start,
        today=history.today,
        sent=_items(history),
        periods=periods(history),
        services=figures(_answers(client, history, progress)),
    )


def _remembered_start(client: Soundings, today: date) -> date | None:
    """The first day of an earlier run, as stored in the catalogue; None on a first run."""
    there = client.get("services", BENEFITS)
    start = start_of(there.get("assured_at")) if there is not None else None
    return start if start is not None and start <= today - timedelta(days=DAYS) else None


def _declare(client: Soundings, history: DemoHistory, progress: DemoProgress) -> None:
    progress.begins("Declaring the catalogue", sum(1 for _ in iter_declared(history.declaration)))
    for step in plan_steps(client, declared_entities(client, history.declaration)):
        apply_step(client, step)
        progress.advances(1)


def _new_keys(
    client: Soundings, history: DemoHistory, progress: DemoProgress, patience: PollingPolicy
) -> Mapping[str, str]:
    """A key for each source, kept in memory only; returned once feedback-api accepts all of them."""
    sources = dict.fromkeys(delivery.source for delivery in history.deliveries)
    progress.begins("Making source keys", len(sources))
    keys: dict[str, str] = {}
    for source in sources:
        keys[source] = client.new_key(source)
        progress.advances(1)
    deadline = patience.now() + _KEY_DEADLINE_S
    for delivery in history.deliveries:
        while not _is_known(client, delivery, keys[delivery.source]):
            if patience.now() > deadline:
                raise KeyUnknown(f"A new key of the source {delivery.source} is still unknown to the feedback API.")
            patience.sleep(_POLL_SECONDS)
    return keys


def _is_known(client: Soundings, delivery: SourceDelivery, key: str) -> bool:
    """Whether the endpoint accepts this key; checked with an empty batch."""
    try:
        client.send(delivery.kind, [], key)
    except RefusedByServer as refusal:
        # A new key reaches feedback-api through the log, shortly after its creation.
        if refusal.status not in _KEY_IS_NEW:
            raise
        return False
    return True


def _send(client: Soundings, history: DemoHistory, keys: Mapping[str, str], progress: DemoProgress) -> None:
    progress.begins("Sending", _items(history))
    for delivery in history.deliveries:
        for batch in _batches(delivery.items):
            taken = client.send(delivery.kind, batch, keys[delivery.source])
            # One rejected item is a bug of the demo; going on would show wrong metrics.
            if taken.rejected:
                raise ItemsRefused(delivery.source, taken.rejected)
            progress.advances(len(batch))


def _batches(items: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for first in range(0, len(items), BATCH):
        yield items[first : first + BATCH]


def _items(history: DemoHistory) -> int:
    return sum(len(delivery.items) for delivery in history.deliveries)


def _wait_until_counted(
    client: Soundings, history: DemoHistory, progress: DemoProgress, patience: PollingPolicy
) -> None:
    """Until the metrics hold all that was acknowledged; gives up when nothing moves for a minute."""
    left: int | None = None
    moved_at = patience.now()
    while (lag := _lag(client, history)) != 0:
        if lag is not None and left is None:
            progress.begins("Counting", lag)
        elif lag is not None and left is not None and lag < left:
            progress.advances(left - lag)
        if lag is not None and (left is None or lag < left):
            left, moved_at = lag, patience.now()
        if patience.now() - moved_at > _STANDSTILL_S:
            raise NotCounted(f"{'An unknown number of' if lag is None else lag} events are not counted yet.")
        patience.sleep(_POLL_SECONDS)
    if left is not None:
        progress.advances(left)


def _lag(client: Soundings, history: DemoHistory) -> int | None:
    """How many events are in the log and not yet in the cells; None where that is not known yet."""
    first = questions(history)[0]
    try:
        as_of = cast("Json", _ask(client, first)["as_of"])
    except RefusedByServer as refusal:
        if refusal.status not in _AGENCY_IS_NEW:
            raise
        return None
    lag = as_of.get("lag_events")
    return lag if isinstance(lag, int) else None


def _answers(client: Soundings, history: DemoHistory, progress: DemoProgress) -> Iterator[list[Json]]:
    asked = questions(history)
    progress.begins("Measuring", len(asked))
    for question in asked:
        yield cast("list[Json]", _ask(client, question)["rows"])
        progress.advances(1)


def _ask(client: Soundings, asked: DemoQuery) -> Json:
    return client.metric(
        asked.metric,
        agency=AGENCY_ID,
        group_by="service",
        from_=asked.period.start.isoformat(),
        to=asked.period.end.isoformat(),
        **asked.params,
    )
