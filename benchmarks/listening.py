"""B1 and B2: how fast responses are taken in and made durable, beside work that keeps nothing."""

import itertools
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from benchmarks.extent import Extent
from benchmarks.load import Load, Requests, load, request
from benchmarks.report import Line, Spread, ratio
from benchmarks.serving import Serving, listening_alone
from benchmarks.town import KEY, item, responses_held, settle_town
from feedback_api.privacy.redaction import redact
from feedback_api.privacy.subjects import SubjectKeys
from feedback_api.responses.shape import ResponseItem

_BATCH = 100
_DOOR = "/v1/responses"


class NotFound(RuntimeError):
    """What was accepted is not in the log."""


class _Cost:
    """The rates of one contestant, and the processor time of the server for each answer or event."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.processor: list[float] = []

    def note(self, many: int, seconds: float, processor: float) -> None:
        self.rates.append(many / seconds)
        self.processor.append(many / processor)


@contextmanager
def _server(extent: Extent) -> Generator[tuple[Serving, str]]:
    """feedback-api alone on an empty SQLite log, warmed up; and the log's URL."""
    with tempfile.TemporaryDirectory(dir=extent.folder) as name:
        log_url = f"sqlite:///{Path(name) / 'log.db'}"
        settle_town(log_url)
        with listening_alone(log_url, Path(name)) as server:
            server.start()
            load(server.port, lambda line: _singles(_DOOR, f"warm-{line}"), seconds=extent.seconds / 3)
            yield server, log_url


def singles(extent: Extent) -> Sequence[Line]:
    """B1: single answers over 64 connections."""
    ours, empty, bare = _Cost(), _Cost(), _Cost()
    with _server(extent) as (server, log_url):
        for number in range(extent.rounds):
            held = responses_held(log_url)
            sent = _send(server, ours, _named(_DOOR, number), extent.seconds)
            _must_be_found(responses_held(log_url) - held, sent.answers)
            _send(server, empty, _named("/bench/validates", number), extent.seconds)
            _send(server, bare, _named("/bench/nothing", number), extent.seconds)
    mine, theirs, nothing = Spread(ours.rates), Spread(empty.rates), Spread(bare.rates)
    validated = f"a route that reads and validates the same body: {theirs.text('req/s')}"
    return [
        Line("B1", f"single answers, durable and found, 64 connections: {mine.text('req/s')}", validated,
             ratio(mine, theirs), "≥ 0.5 ×"),
        Line("B1", "the same by processor time of the server", validated.partition(":")[0],
             ratio(Spread(ours.processor), Spread(empty.processor)), "for information"),
        Line("B1", "the same", f"a bare ASGI no-op: {nothing.text('req/s')}", ratio(mine, nothing), "for information"),
    ]  # fmt: skip


def _send(server: Serving, cost: _Cost, make: Callable[[int], Requests], seconds: float) -> Load:
    used = server.processor_seconds()
    sent = load(server.port, make, seconds=seconds)
    cost.note(sent.answers, sent.seconds, server.processor_seconds() - used)
    return sent


def _named(path: str, number: int) -> Callable[[int], Requests]:
    return lambda line: _singles(path, f"{number}-{line}")


def _singles(path: str, name: str) -> Requests:
    for number in itertools.count():
        yield request(path, orjson.dumps(item(f"{name}-{number}")), key=KEY)


def _must_be_found(found: int, accepted: int) -> None:
    if found != accepted:
        raise NotFound(f"{accepted} accepted, {found} in the log")


def batches(extent: Extent) -> Sequence[Line]:
    """B2: batches of 100 over 8 connections."""
    ours, loop = _Cost(), _Cost()
    with _server(extent) as (server, log_url):
        for number in range(extent.rounds):
            held, used = responses_held(log_url), server.processor_seconds()
            sent = load(server.port, _batched(number), connections=8, seconds=extent.seconds)
            used = server.processor_seconds() - used
            _must_be_found(responses_held(log_url) - held, sent.answers * _BATCH)
            ours.note(sent.answers * _BATCH, sent.seconds, used)
            loop.note(*_work_that_keeps_nothing(extent.seconds))
    mine, theirs = Spread(ours.rates), Spread(loop.rates)
    work = f"parsing, validating, redacting and pseudonymising the same in a loop: {theirs.text('events/s')}"
    return [
        Line("B2", f"batches of 100, durable and found, 8 connections: {mine.text('events/s')}", work,
             ratio(mine, theirs), "≥ 0.5 ×"),
        Line("B2", "the same by processor time of the server", work.partition(":")[0],
             ratio(Spread(ours.processor), Spread(loop.processor)), "for information"),
    ]  # fmt: skip


def _batched(number: int) -> Callable[[int], Requests]:
    return lambda line: _batches(f"{number}-{line}")


def _batches(name: str) -> Requests:
    for number in itertools.count():
        body = orjson.dumps([item(f"{name}-{number}-{place}") for place in range(_BATCH)])
        yield request(_DOOR, body, key=KEY)


def _work_that_keeps_nothing(seconds: float) -> tuple[int, float, float]:
    """Events done, seconds, and seconds of the processor."""
    body = orjson.dumps([item(str(place)) for place in range(_BATCH)])
    subjects = SubjectKeys(b"b" * 64)
    began, used, done = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        for one in orjson.loads(body):
            known = ResponseItem.model_validate(one)
            redact(str(known.answers["comment"]))
            subjects.pseudonym("town", str(known.person))
        done += _BATCH
    return done, time.perf_counter() - began, time.process_time() - used
