"""B6: how long after its 2xx a response is seen in the metrics API, while many others arrive."""

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Final, cast

import orjson

from benchmarks.backends import Mode
from benchmarks.fixture_catalogue import FIRST, KEY, LAST, SERVICE, item, settle_town
from benchmarks.http_load import (
    GRACE_SECONDS,
    Connection,
    Load,
    LoadFailed,
    Requests,
    connected,
    request,
    steady,
    within,
)
from benchmarks.report import Line, percentile
from benchmarks.run_size import Extent
from benchmarks.server_process import Doors, whole

DOOR: Final = "/v1/responses"
PER_SECOND: Final = 500
_PROBES: Final = tuple(f"probe-{number}" for number in range(8))
_QUERY: Final = f"/v1/metrics/count.v1?measure=responses&agency=town&from={FIRST}&to={LAST}&group_by=service"
_LOOK_EVERY: Final = 0.05
_UNSEEN_SECONDS: Final = 20.0


class _Counts:
    """How many responses of each service the metrics API shows, and who waits for more."""

    def __init__(self) -> None:
        self._shown: dict[str, int] = {}
        self._changed = asyncio.Condition()

    async def look(self, line: Connection, doors: Doors) -> None:
        """Ask the API again and again, until cancelled."""
        while True:
            answer = orjson.loads(
                await line.ask(request(doors.metrics + _QUERY, key=doors.token, method="GET"), b"200")
            )
            async with self._changed:
                for row in cast("list[dict[str, object]]", answer["rows"]):
                    group = cast("dict[str, str]", row["group"])
                    self._shown[group["service"]] = int(str(row["n"] or 0))
                self._changed.notify_all()
            await asyncio.sleep(_LOOK_EVERY)

    async def reached(self, service: str, many: int) -> None:
        """Wait until so many are shown."""
        try:
            async with asyncio.timeout(_UNSEEN_SECONDS), self._changed:
                await self._changed.wait_for(lambda: self._shown.get(service, 0) >= many)
        except TimeoutError:
            raise LoadFailed(f"response {many} to {service} was not shown within {_UNSEEN_SECONDS:.0f} s") from None


def freshness(extent: Extent, mode: Mode) -> Sequence[Line]:
    """B6: the time from 2xx until the count of its service, asked for every 50 ms, has gone up."""
    with (
        tempfile.TemporaryDirectory(dir=extent.folder) as name,
        mode.open(extent.folder) as engines,
        whole(engines, Path(name), lambda log_url: settle_town(log_url, (SERVICE, *_PROBES))) as doors,
    ):
        run = _under_load(doors, extent.steady_seconds)
        load, times = within(run, extent.steady_seconds + _UNSEEN_SECONDS + GRACE_SECONDS)
    half, most = (1000 * percentile(load.times, share) for share in (0.5, 0.99))
    answer = f"the 2xx itself: p50 {half:.0f} ms, p99 {most:.0f} ms"
    measured = f"from 2xx to visible in the metrics API at {load.per_second:.0f} events/s ({len(times)} looked for)"
    figure = f"p50 {percentile(times, 0.5):.2f} s, p99 {percentile(times, 0.99):.2f} s"
    return [Line("B6", measured, answer, figure, f"p99 ≤ 1 s at {PER_SECOND} events/s")]


async def _under_load(doors: Doors, seconds: float) -> tuple[Load, list[float]]:
    counts = _Counts()
    door = f"{doors.feedback}{DOOR}"
    async with connected(doors.metrics_port, 1) as (eyes,), connected(doors.feedback_port, len(_PROBES)) as lines:
        until = time.perf_counter() + seconds
        probing = [_probe(line, door, probe, counts, until) for line, probe in zip(lines, _PROBES, strict=True)]
        looking = asyncio.create_task(counts.look(eyes, doors))
        arriving = asyncio.create_task(
            steady(doors.feedback_port, arrivals_at(door), per_second=PER_SECOND, seconds=seconds)
        )
        seeing = asyncio.create_task(_all(probing))
        try:
            # Looking has no end of its own; when it fails, nobody should wait for what nobody sees.
            while not (arriving.done() and seeing.done()):
                pending = [task for task in (arriving, seeing) if not task.done()]
                done, _ = await asyncio.wait([looking, *pending], return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            return arriving.result(), seeing.result()
        finally:
            for task in (looking, arriving, seeing):
                task.cancel()


async def _all(probing: Sequence[Coroutine[None, None, list[float]]]) -> list[float]:
    return [one for times in await asyncio.gather(*probing) for one in times]


async def _probe(line: Connection, door: str, service: str, counts: _Counts, until: float) -> list[float]:
    """The seconds until each of this service's responses was seen, one after the other at odd moments."""
    chance = random.Random(service)
    times: list[float] = []
    while time.perf_counter() < until:
        sent = request(door, orjson.dumps(item(f"{service}-{len(times)}", service)), key=KEY)
        await line.ask(sent)
        began = time.perf_counter()
        await counts.reached(service, len(times) + 1)
        times.append(time.perf_counter() - began)
        await asyncio.sleep(chance.uniform(0.05, 0.4))
    return times


def arrivals_at(door: str) -> Callable[[int], Requests]:
    """Single responses, as people send them, to a path."""

    def arrivals(line: int) -> Requests:
        for number in itertools.count():
            yield request(door, orjson.dumps(item(f"{line}-{number}")), key=KEY)

    return arrivals
