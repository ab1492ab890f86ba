"""How fast the fold drains a backlog, beside reading and orjson-decoding the same topic: a table of events per second.

Usage: ``python benchmarks/fold_sketch.py --events 300000 --database sqlite:////tmp/fold/metrics.db [--shuffled]``
"""

import argparse
import asyncio
import random
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from soundings.db import migrate, open_database
from soundings.events.envelope import encode
from soundings.events.response import ResponseSubmitted, Score
from soundings.events.topics import ALL, RESPONSES
from soundings.kernel.ids import new_id
from soundings.kernel.scales import Scale
from soundings.log.open import open_log
from soundings.log.port import Log, Record

_MEASURES = ("satisfaction", "trust", "effectiveness", "ease", "efficiency")
_START = datetime(2026, 5, 4, 7, tzinfo=UTC)


def responses(events: int, *, shuffled: bool) -> Iterator[Record]:
    """Responses with five scores; every second with a comment; 1 % duplicates, 2 % late, 0.1 % poison."""
    chance = random.Random(7)
    last: Record | None = None
    for number in range(events):
        if last is not None and chance.random() < 0.01:
            yield last
            continue
        spread = timedelta(days=91) if shuffled else timedelta(0)
        late = timedelta(days=chance.random() * 30) if chance.random() < 0.02 else timedelta(0)
        at = _START + timedelta(seconds=number * 0.5) - late - spread * chance.random()
        last = encode(_response(chance, at))
        yield Record(last.key, b'{"broken', last.headers) if chance.random() < 0.001 else last


def _response(chance: random.Random, at: datetime) -> ResponseSubmitted:
    points = [chance.randint(1, 5) for _ in _MEASURES]
    return ResponseSubmitted(
        record_id=new_id(),
        source_id="city-website",
        agency_id="city",
        time_zone="America/New_York",
        service_id=f"service-{chance.randint(1, 20)}",
        channel=chance.choice(("website", "mobile_app", "email", "phone", "in_person")),
        form_id="after-visit",
        form_version=3,
        language="en",
        answers={f"q{index}": value for index, value in enumerate(points)},
        scores=tuple(
            Score(question_id=f"q{i}", measure=m, measure_version=1, scale=Scale.FIVE, value=v)
            for i, (m, v) in enumerate(zip(_MEASURES, points, strict=True))
        ),
        comments={"why": "The queue was long but the person at the desk was kind."} if chance.random() < 0.5 else {},
        occurred_at=at,
        received_at=at + timedelta(seconds=1),
    )


async def fill(log: Log, events: int, *, shuffled: bool) -> None:
    await log.ensure(ALL)
    chunk: list[Record] = []
    for record in responses(events, shuffled=shuffled):
        chunk.append(record)
        if len(chunk) == 5000:  # noqa: PLR2004 - a batch
            await log.append(RESPONSES.name, chunk)
            chunk = []
    if chunk:
        await log.append(RESPONSES.name, chunk)


async def decode_alone(log: Log) -> tuple[int, float]:
    """Events and seconds of reading and orjson-decoding the whole topic."""
    began, seen = time.perf_counter(), 0
    for partition in range(RESPONSES.partitions):
        position = 0
        while (batch := await log.read(RESPONSES.name, partition, position, 5000)).records:
            for record in batch.records:
                seen += 1
                try:
                    orjson.loads(record.value or b"")
                except orjson.JSONDecodeError:
                    continue
            position = batch.next
    return seen, time.perf_counter() - began


async def fold(log_url: str, database_url: str, batch: int) -> float:
    """Seconds until a worker of its own thread has drained the log."""
    from metrics_worker.fold.runner import FoldRunner, RunnerSettings

    database = open_database(database_url)
    await migrate(database, "metrics_worker")
    await database.close()
    runner = FoldRunner(RunnerSettings(log_url, database_url, most_events=batch))
    began = time.perf_counter()
    runner.start()
    while not await asyncio.to_thread(runner.caught_up, 0.2):
        if (reason := runner.unready()) and runner.stopped:
            raise SystemExit(reason)
    seconds = time.perf_counter() - began
    await asyncio.to_thread(runner.stop)
    return seconds


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--database")
    parser.add_argument("--home", type=Path, default=Path("/tmp/fold-sketch"))  # noqa: S108 - a scratch place
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--raw", action="store_true")
    parser.add_argument("--batch", type=int, default=10_000)
    options = parser.parse_args()
    name = f"log-{options.events}{'-shuffled' if options.shuffled else ''}.db"
    path = options.home / name
    log_url = f"sqlite:///{path}"
    if not path.exists():
        options.home.mkdir(parents=True, exist_ok=True)
        log = await open_log(log_url)
        await fill(log, options.events, shuffled=options.shuffled)
        await log.close()
    log = await open_log(log_url)
    for _ in range(2):
        cpu = time.process_time()
        seen, seconds = await decode_alone(log)
        raw_cpu = time.process_time() - cpu
        print(f"read + orjson   {seen / seconds:10,.0f} events/s  {raw_cpu / seen * 1e6:6.1f} µs of processor each")
    raw = seen / seconds
    await log.close()
    if options.raw:
        return
    database = options.database
    if database is None:
        shutil.rmtree(options.home / "metrics", ignore_errors=True)
        database = f"sqlite:///{options.home}/metrics/metrics.db"
    cpu = time.process_time()
    taken = await fold(log_url, database, options.batch)
    cpu = time.process_time() - cpu
    print(f"fold            {seen / taken:10,.0f} events/s  {cpu / seen * 1e6:6.1f} µs of processor each")
    print(f"ratio           {seen / taken / raw:10.3f} by the clock   {raw_cpu / cpu:.3f} by the processor")


if __name__ == "__main__":
    asyncio.run(main())
