"""A made-up stream of responses as it stands on the log: with duplicates, late ones and poison."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from soundings.events.envelope import encode_event
from soundings.events.response import ResponseSubmitted, ScoredAnswer
from soundings.events.topics import ALL, RESPONSES
from soundings.kernel.ids import new_id
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import ServiceChannel
from soundings.log.factory import open_log
from soundings.log.port import LogRecord

_DUPLICATE: Final = 0.01
_LATE: Final = 0.02
_POISON: Final = 0.001
_COMMENTED: Final = 0.5
_GAP: Final = timedelta(seconds=0.5)
_QUARTER: Final = timedelta(days=91)
_MONTH: Final = timedelta(days=30)
_CHUNK: Final = 5000

_START: Final = datetime(2026, 5, 4, 7, tzinfo=UTC)
_MEASURES: Final = ("satisfaction", "trust", "effectiveness", "ease", "efficiency")
_CHANNELS: Final = tuple(map(ServiceChannel, ("website", "mobile_app", "email", "phone", "in_person")))
_COMMENT: Final = {"why": "The queue was long but the person at the desk was kind."}
_SCORES: Final[Mapping[tuple[int, int], ScoredAnswer]] = {
    (place, value): ScoredAnswer(
        question_id=f"q{place}", measure=measure, measure_version=1, scale=MeasureScale.FIVE, value=value
    )
    for place, measure in enumerate(_MEASURES)
    for value in range(1, 6)
}


@dataclass(slots=True)
class Written:
    """How many records a log was given, how many different responses they hold, and how many of them are poison."""

    records: int = 0
    responses: int = 0
    poison: int = 0


async def fill(log_url: str, events: int, *, shuffled: bool = False) -> Written:
    """Append so many records to a log."""
    written = Written()
    log = await open_log(log_url)
    try:
        await log.ensure_topics(ALL)
        chunk: list[LogRecord] = []
        for record in _records(events, written, shuffled=shuffled):
            chunk.append(record)
            if len(chunk) == _CHUNK:
                await log.append_records(RESPONSES.name, chunk)
                chunk = []
        if chunk:
            await log.append_records(RESPONSES.name, chunk)
    finally:
        await log.close_log()
    return written


def _records(events: int, written: Written, *, shuffled: bool) -> Iterator[LogRecord]:
    """1 % duplicates, 2 % late by up to a month, 0.1 % broken; shuffled over a quarter, else half a second apart."""
    chance = random.Random(7)
    last: LogRecord | None = None
    for number in range(events):
        written.records += 1
        if last is not None and chance.random() < _DUPLICATE:
            yield last
            continue
        late = _MONTH * chance.random() if chance.random() < _LATE else timedelta(0)
        at = _START + number * _GAP - late - (_QUARTER * chance.random() if shuffled else timedelta(0))
        record = encode_event(_response(chance, at))
        if chance.random() < _POISON:
            written.poison += 1
            yield LogRecord(record.key, b'{"broken', record.headers)
        else:
            written.responses += 1
            last = record
            yield record


def _response(chance: random.Random, at: datetime) -> ResponseSubmitted:
    """Five scores, and every second time a comment. Not validated again: what is measured is reading it."""
    points = [chance.randint(1, 5) for _ in _MEASURES]
    return ResponseSubmitted.model_construct(
        record_id=new_id(),
        source_id="city-website",
        agency_id="city",
        time_zone="America/New_York",
        service_id=f"service-{chance.randint(1, 20)}",
        channel=chance.choice(_CHANNELS),
        form_id="after-visit",
        form_version=3,
        language="en",
        answers={f"q{place}": value for place, value in enumerate(points)},
        scores=tuple(_SCORES[scored] for scored in enumerate(points)),
        comments=_COMMENT if chance.random() < _COMMENTED else {},
        occurred_at=at,
        received_at=at + timedelta(seconds=1),
    )
