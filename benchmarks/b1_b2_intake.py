"""B1 and B2: how fast responses are taken in and made durable, beside work that keeps nothing."""

import itertools
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from benchmarks.backends import Mode
from benchmarks.fixture_catalogue import FORM, KEY, ORIGIN, PERSONAL, PLAIN, answer, item, responses_held, settle_town
from benchmarks.http_load import Load, Requests, load, request
from benchmarks.report import Line, Spread, ratio
from benchmarks.run_size import Extent
from benchmarks.server_process import Serving, listening_alone
from feedback_api.pseudonyms.domain import SubjectPseudonyms
from feedback_api.redaction.redact import redact_text
from feedback_api.responses.schemas import ResponseItem

_BATCH = 100
_DOOR = "/v1/responses"
_FORM_DOOR = f"/v1/forms/{FORM}/responses"
Singles = Callable[[str, str, str], Callable[[int], Requests]]
"""Makes the requests of each connection from a path, the beginning of all ids, and a comment."""


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
def _server(extent: Extent, mode: Mode) -> Generator[tuple[Serving, str]]:
    """feedback-api alone on an empty log, warmed up; and the log's URL."""
    with tempfile.TemporaryDirectory(dir=extent.folder) as name, mode.open(extent.folder) as engines:
        settle_town(engines.log_url)
        with listening_alone(engines.log_url, Path(name)) as server:
            server.start()
            load(server.port, _singles(_DOOR, "warm", PERSONAL), seconds=extent.seconds / 3)
            yield server, engines.log_url


@dataclass(slots=True)
class _Pair:
    """A door of ours beside a route that keeps nothing, with the same bodies for both."""

    comment: str
    door: str
    empty_route: str
    make: Singles
    ours: _Cost = field(default_factory=_Cost)
    empty: _Cost = field(default_factory=_Cost)

    def compare(self, server: Serving, log_url: str, name: str, seconds: float) -> None:
        """One round."""
        held = responses_held(log_url)
        sent = _send(server, self.ours, self.make(self.door, name, self.comment), seconds)
        _must_be_found(responses_held(log_url) - held, sent.answers)
        _send(server, self.empty, self.make(self.empty_route, name, self.comment), seconds)

    def lines(self, what: str, must: str) -> Sequence[Line]:
        mine, theirs = Spread(self.ours.rates), Spread(self.empty.rates)
        route = "a route that reads and validates the same body"
        return [
            Line("B1", f"{what}: {mine.text('req/s')}", f"{route}: {theirs.text('req/s')}", ratio(mine, theirs), must),
            Line("B1", "the same by processor time of the server", route,
                 ratio(Spread(self.ours.processor), Spread(self.empty.processor)), "for information"),
        ]  # fmt: skip


def singles(extent: Extent, mode: Mode) -> Sequence[Line]:
    """B1: single answers over 64 connections, with a comment that has to be redacted, with one that has not, by a form.

    The form's door is asked as a page of the agency asks it; its guard looks at the way and the words of each answer.
    """
    personal, plain = (_Pair(comment, _DOOR, "/bench/validates", _singles) for comment in (PERSONAL, PLAIN))
    by_form, bare = _Pair(PERSONAL, _FORM_DOOR, "/bench/validates-answer", _answers), _Cost()
    with _server(extent, mode) as (server, log_url):
        for number in range(extent.rounds):
            personal.compare(server, log_url, f"personal-{number}", extent.seconds)
            plain.compare(server, log_url, f"plain-{number}", extent.seconds)
            by_form.compare(server, log_url, f"form-{number}", extent.seconds)
            _send(server, bare, _singles("/bench/nothing", str(number), PERSONAL), extent.seconds)
    mine, nothing = Spread(personal.ours.rates), Spread(bare.rates)
    durable = "single answers, durable and found, 64 connections"
    return [
        *personal.lines(f"{durable}, a comment with an address and a number", "≥ 0.5 ×"),
        Line("B1", "the same", f"a bare ASGI no-op: {nothing.text('req/s')}", ratio(mine, nothing), "for information"),
        *plain.lines(f"{durable}, a comment with nothing to redact", "≥ 0.5 ×"),
        *by_form.lines(
            f"{durable}, through the public door of a form, its guard on, a comment with an address and a number",
            "≥ 0.5 ×",
        ),
    ]


def _send(server: Serving, cost: _Cost, make: Callable[[int], Requests], seconds: float) -> Load:
    used = server.processor_seconds()
    sent = load(server.port, make, seconds=seconds)
    cost.note(sent.answers, sent.seconds, server.processor_seconds() - used)
    return sent


def _singles(path: str, name: str, comment: str) -> Callable[[int], Requests]:
    def of(line: int) -> Requests:
        for number in itertools.count():
            yield request(path, orjson.dumps(item(f"{name}-{line}-{number}", comment=comment)), key=KEY)

    return of


def _answers(path: str, name: str, comment: str) -> Callable[[int], Requests]:
    def of(line: int) -> Requests:
        for number in itertools.count():
            body = answer(f"{name}-{line}-{number}", comment=comment)
            yield request(path, orjson.dumps(body), origin=ORIGIN)

    return of


def _must_be_found(found: int, accepted: int) -> None:
    if found != accepted:
        raise NotFound(f"{accepted} accepted, {found} in the log")


def batches(extent: Extent, mode: Mode) -> Sequence[Line]:
    """B2: batches of 100 over 8 connections."""
    ours, loop = _Cost(), _Cost()
    with _server(extent, mode) as (server, log_url):
        for number in range(extent.rounds):
            held, used = responses_held(log_url), server.processor_seconds()
            sent = load(server.port, _batches(str(number)), connections=8, seconds=extent.seconds)
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


def _batches(name: str) -> Callable[[int], Requests]:
    def of(line: int) -> Requests:
        for number in itertools.count():
            items = [item(f"{name}-{line}-{number}-{place}") for place in range(_BATCH)]
            yield request(_DOOR, orjson.dumps(items), key=KEY)

    return of


def _work_that_keeps_nothing(seconds: float) -> tuple[int, float, float]:
    """Events done, seconds, and seconds of the processor."""
    body = orjson.dumps([item(str(place)) for place in range(_BATCH)])
    subjects = SubjectPseudonyms(b"b" * 64)
    began, used, done = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        for one in orjson.loads(body):
            known = ResponseItem.model_validate(one)
            redact_text(str(known.answers["comment"]))
            subjects.pseudonym_of("town", str(known.person))
        done += _BATCH
    return done, time.perf_counter() - began, time.process_time() - used
