"""Readiness by writes: the last one of somebody, and now and then a small one of our own."""

import asyncio

from soundings.http.write_health import WriteHealth
from soundings.kernel.errors import ServiceUnavailable


class Disk:
    """A disk that may be full, with a clock beside it."""

    def __init__(self) -> None:
        self.full = False
        self.probes = 0
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def probe(self) -> None:
        self.probes += 1
        if self.full:
            raise ServiceUnavailable("there is no room")


async def test_the_first_question_and_then_only_some_cost_a_write():
    disk = Disk()
    health = WriteHealth(disk.probe, clock=disk)
    assert [await health.unready_reason() for _ in range(5)] == [None] * 5
    assert disk.probes == 1
    disk.full = True
    assert await health.unready_reason() is None
    disk.now += 10
    assert await health.unready_reason() == "nothing can be written: there is no room"
    disk.full = False
    assert await health.unready_reason() is not None
    disk.now += 10
    assert await health.unready_reason() is None
    assert disk.probes == 3


async def test_a_write_that_fails_is_known_at_once_and_one_that_succeeds_ends_it():
    disk = Disk()
    health = WriteHealth(disk.probe, clock=disk)
    health.failed(ServiceUnavailable("there is no room"))
    assert await health.unready_reason() == "nothing can be written: there is no room"
    disk.now += 9
    assert await health.unready_reason() is not None
    assert disk.probes == 0
    health.succeeded()
    assert await health.unready_reason() is None


async def test_who_asks_while_a_probe_is_under_way_has_the_old_answer():
    disk, entered, go_on = Disk(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        entered.set()
        await go_on.wait()
        raise ServiceUnavailable("there is no room")

    health = WriteHealth(slow, clock=disk)
    first = asyncio.create_task(health.unready_reason())
    await entered.wait()
    assert await health.unready_reason() is None
    go_on.set()
    assert await first is not None
