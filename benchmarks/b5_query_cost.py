"""B5: whether a question costs more when a hundred times as many events were counted."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson

from benchmarks.backends import Mode
from benchmarks.fixture_catalogue import settle_town
from benchmarks.http_load import Connection, LoadFailed, connected, request, within
from benchmarks.report import Line, percentile
from benchmarks.run_size import Extent
from benchmarks.server_process import Doors, whole
from benchmarks.synthetic_cells import CHANNELS, DAYS, START, cells
from metrics_worker.cells.postgres_rows import PostgresRows
from metrics_worker.cells.sqlite_rows import SqliteRows
from soundings.db import migrate_database, open_database

_EVENTS: Final = (1_000_000, 10_000_000, 100_000_000)
_SERVICES: Final = tuple(f"service-{number:03}" for number in range(40))
_MIDDLE: Final = START + timedelta(days=DAYS // 2)
_WEEKS: Final = timedelta(days=91)
_PATIENCE_SECONDS: Final = 120.0

QUESTIONS: Final = {
    "13 weeks by day, one service, every channel, a mean with its interval": (
        f"/v1/metrics/mean.v1?measure=satisfaction&service={{service}}&from={_MIDDLE}&to={_MIDDLE + _WEEKS}"
        "&interval=day&group_by=channel"
    ),
    "the same, a median of waits with its interval": (
        f"/v1/metrics/quantile.v1?measure=wait_answered&p=0.5&service={{service}}&from={_MIDDLE}&to={_MIDDLE + _WEEKS}"
        "&interval=day&group_by=channel"
    ),
    f"the change of all {len(_SERVICES)} services against the quarter before, for the 20 largest": (
        "/v1/metrics/mean.v1?measure=satisfaction&agency=town&from=2026-01-01&to=2026-04-01"
        "&interval=quarter&group_by=service&compare=previous"
    ),
}


def querying(extent: Extent, mode: Mode) -> Sequence[Line]:
    """B5: seconds of an answer, one after the other, at several numbers of events."""
    times = {events: _times(extent, mode, events) for events in _EVENTS}
    few, many = _EVENTS[0], _EVENTS[-1]
    lines: list[Line] = []
    for number, question in enumerate(QUESTIONS):
        told = [f"{events // 10**6} M: {_spread(times[events][number])}" for events in _EVENTS]
        factor = percentile(times[many][number], 0.99) / percentile(times[few][number], 0.99)
        made = f"{question}; made-up cells of {len(_SERVICES)} services, {len(CHANNELS)} channels, {DAYS} days"
        must = "for information" if "waits" in question else "p99 at 100 M ≤ 2 × p99 at 1 M"
        lines.append(Line("B5", made, "; ".join(told), f"p99 {factor:.2f} ×", must))
    return lines


def _spread(times: Sequence[float]) -> str:
    return f"p50 {1000 * percentile(times, 0.5):.0f} ms, p99 {1000 * percentile(times, 0.99):.0f} ms"


def _times(extent: Extent, mode: Mode, events: int) -> Sequence[Sequence[float]]:
    """The seconds that each answer took, by question."""
    with (
        tempfile.TemporaryDirectory(dir=extent.folder) as name,
        mode.open(extent.folder) as engines,
        whole(
            engines,
            Path(name),
            lambda log_url: settle_town(log_url, _SERVICES),
            lambda database_url: asyncio.run(_store(database_url, events)),
        ) as doors,
    ):
        return within(_ask_all(doors, extent.questions), _PATIENCE_SECONDS)


async def _store(database_url: str, events: int) -> None:
    """Write the cells of so many events into a new database."""
    database = open_database(database_url)
    await migrate_database(database, "metrics_worker")
    for changes in cells(_SERVICES, events):
        async with database.write_transaction() as connection:
            sqlite = database.dialect == "sqlite"
            rows = SqliteRows(connection) if sqlite else PostgresRows(connection)
            await connection.exec_driver_sql("SELECT 1")
            await rows.write_rows(1, changes)
    await database.close_engine()


async def _ask_all(doors: Doors, many: int) -> Sequence[Sequence[float]]:
    async with connected(doors.metrics_port, 1) as (line,):
        await _known(line, doors)
        return [[await _ask(line, doors, path, number) for number in range(many)] for path in QUESTIONS.values()]


async def _known(line: Connection, doors: Doors) -> None:
    """Wait until the catalogue has arrived, and every kind of question was answered once."""
    for path in QUESTIONS.values():
        while True:
            try:
                await _ask(line, doors, path, 0)
                break
            except LoadFailed:
                await asyncio.sleep(0.2)


async def _ask(line: Connection, doors: Doors, path: str, number: int) -> float:
    asked = request(
        doors.metrics + path.format(service=_SERVICES[number % len(_SERVICES)]), key=doors.token, method="GET"
    )
    began = time.perf_counter()
    answer = orjson.loads(await line.ask(asked, b"200"))
    seconds = time.perf_counter() - began
    if not any(row["n"] for row in answer["rows"]):
        raise LoadFailed("an answer without numbers")
    return seconds
