"""B1 and B2: how fast responses are taken in and made durable, beside work that keeps nothing."""

import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
from feedback_api.privacy.redaction import redact
from feedback_api.privacy.subjects import SubjectKeys
from feedback_api.responses.shape import ResponseItem

from benchmarks.load import load, request
from benchmarks.report import Line, Spread, ratio
from soundings.access.keys import hash_key
from soundings.events import catalogue
from soundings.events.base import EventData
from soundings.events.envelope import encode
from soundings.events.topics import ALL, CATALOGUE, RESPONSES
from soundings.log.open import open_log

KEY = "snd_" + "b" * 43
ROUNDS = 5
SECONDS = 3.0
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_COMMENT = (
    "I waited for forty minutes and then the clerk was very kind. Please write to jo.public@example.org "
    "or call 415-555-0132 when the form for the second permit is there."
)


def item(number: str) -> dict[str, object]:
    """A response like those that a website sends: three scores, a person and a comment."""
    return {
        "id": number,
        "form_id": "visit",
        "occurred_at": "2026-03-05T12:00:00-05:00",
        "person": "jo.public@example.org",
        "language": "en",
        "answers": {"overall": 4, "ease": 3, "recommend": 9, "comment": _COMMENT},
    }


def _entities() -> Iterator[EventData]:
    about = {"revision": 1, "changed_at": _AT}
    agency = catalogue.Agency(name={"en": "Town"}, time_zone="America/New_York")
    service = catalogue.Service(agency_id="town", department_id="hall", name={"en": "Permits"})
    source = catalogue.Source.model_validate(
        {"agency_id": "town", "name": "Website", "kind": "website", "service_ids": ["permits"]}
        | {"accepts": ["responses"], "default_channel": "website"}
    )
    asked = [("overall", "likert", "satisfaction"), ("ease", "likert", "ease"), ("recommend", "nps", "nps")]
    questions = [{"id": name, "type": kind, "measure": of, "text": {"en": name}} for name, kind, of in asked]
    questions.append({"id": "comment", "type": "long_text", "text": {"en": "More?"}})
    form = catalogue.Form.model_validate(
        {"agency_id": "town", "service_ids": ["permits"], "title": {"en": "Visit"}, "questions": questions}
    )
    version = catalogue.FormVersion.model_validate(
        {"form_id": "visit", "version": 1, "form": form.model_dump()}
        | {"scales": {"overall": "1-5", "ease": "1-5", "recommend": "0-10"}}
        | {"measure_versions": {"overall": 1, "ease": 1, "recommend": 1}}
    )
    yield catalogue.AgencyChanged(id="town", body=agency, **about)
    yield catalogue.ServiceChanged(id="permits", body=service, **about)
    yield catalogue.SourceChanged(id="website", body=source, **about)
    yield catalogue.FormChanged(id="visit", body=form, published=1, **about)
    yield catalogue.FormVersionChanged(id="visit@1", body=version, **about)
    key = catalogue.SourceKey(source_id="website", key_hash=hash_key(KEY))
    yield catalogue.SourceKeyChanged(id="key_bench", body=key, **about)


async def _prepare(url: str) -> None:
    log = await open_log(url)
    await log.ensure(ALL)
    await log.append(CATALOGUE.name, [encode(entity) for entity in _entities()])
    await log.close()


async def _held(url: str) -> int:
    """How many responses the log holds."""
    log = await open_log(url)
    ends = await log.ends([RESPONSES.name])
    await log.close()
    return sum(ends.values())


@dataclass(frozen=True, slots=True)
class Server:
    """feedback-api in one process, with two routes beside its own that keep nothing."""

    port: int
    log_url: str


@contextmanager
def server(port: int = 8971) -> Iterator[Server]:
    """feedback-api alone on an empty SQLite log."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'log.db'}"
        asyncio.run(_prepare(url))
        jwks = Path(folder) / "jwks.json"
        jwks.write_text('{"keys": []}')
        environment = {
            **os.environ,
            "SOUNDINGS_LOG_URL": url,
            "SOUNDINGS_SECRET": "b" * 64,
            "SOUNDINGS_JWKS_URL": jwks.as_uri(),
            "SOUNDINGS_PORT": str(port),
        }
        process = subprocess.Popen([sys.executable, "-m", "benchmarks.listening_server"], env=environment)  # noqa: S603 - our own module
        try:
            _wait_until_ready(port)
            yield Server(port, url)
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:  # noqa: PLR2004 - HTTP's own number
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("feedback-api did not become ready")


def singles() -> list[Line]:
    """B1: single answers over 64 connections."""
    ours, empty, bare = [], [], []
    with server() as one:
        for round_number in range(ROUNDS):
            before = asyncio.run(_held(one.log_url))
            sent = load(one.port, lambda n, r=round_number: _singles("/v1/responses", f"{r}-{n}"), seconds=SECONDS)
            found = asyncio.run(_held(one.log_url)) - before
            if found != sent.answers:
                raise RuntimeError(f"{sent.answers} accepted, {found} in the log")
            ours.append(sent.per_second)
            empty.append(load(one.port, lambda n: _singles("/bench/validates", str(n)), seconds=SECONDS).per_second)
            bare.append(load(one.port, lambda n: _singles("/bench/nothing", str(n)), seconds=SECONDS).per_second)
    mine, theirs, nothing = Spread(ours), Spread(empty), Spread(bare)
    return [
        Line("B1", f"single answers, durable, 64 connections: {mine.text('req/s')}",
             f"a route that reads and validates: {theirs.text('req/s')}", ratio(mine, theirs), "≥ 0.5 ×"),
        Line("B1", "the same", f"a bare ASGI no-op: {nothing.text('req/s')}", ratio(mine, nothing), "for information"),
    ]  # fmt: skip


def _singles(path: str, name: str) -> Iterator[bytes]:
    for number in itertools.count():
        yield request(path, orjson.dumps(item(f"{name}-{number}")), key=KEY)


def batches() -> list[Line]:
    """B2: batches of 100 over 8 connections."""
    ours, loop = [], []
    with server() as one:
        for round_number in range(ROUNDS):
            before = asyncio.run(_held(one.log_url))
            sent = load(one.port, lambda n, r=round_number: _batches(f"{r}-{n}"), connections=8, seconds=SECONDS)
            found = asyncio.run(_held(one.log_url)) - before
            if found != sent.answers * 100:
                raise RuntimeError(f"{sent.answers * 100} accepted, {found} in the log")
            ours.append(found / sent.seconds)
            loop.append(_work_that_keeps_nothing())
    mine, theirs = Spread(ours), Spread(loop)
    return [
        Line("B2", f"batches of 100, durable: {mine.text('events/s')}",
             f"parsing, validating, redacting and pseudonymising in a loop: {theirs.text('events/s')}",
             ratio(mine, theirs), "≥ 0.5 ×"),
    ]  # fmt: skip


def _batches(name: str) -> Iterator[bytes]:
    for number in itertools.count():
        body = orjson.dumps([item(f"{name}-{number}-{at}") for at in range(100)])
        yield request("/v1/responses", body, key=KEY)


def _work_that_keeps_nothing() -> float:
    body = orjson.dumps([item(str(at)) for at in range(100)])
    subjects = SubjectKeys(b"b" * 64)
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        for one in orjson.loads(body):
            known = ResponseItem.model_validate(one)
            redact(str(known.answers["comment"]))
            subjects.pseudonym("town", str(known.person))
        done += 100
    return done / (time.perf_counter() - began)
