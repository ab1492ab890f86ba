"""On a disk that fills up no service calls itself ready while it cannot write, and all recover by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from soundings.testing.disks import small_disk
from soundings_embedded.home import open_home
from soundings_embedded.house import house

PATIENCE = 30.0


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk(32) as folder:
        yield folder


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = house(open_home(folder / "home"))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http,
    ):
        yield http


async def until(http: httpx.AsyncClient, before: Callable[[], object] = lambda: None, **ready: bool) -> None:
    """Until each service says so of itself."""
    found: dict[str, object] = {}
    answer = await http.get("/readyz")
    end = asyncio.get_running_loop().time() + PATIENCE
    while {name: found.get(name) for name in ready} != ready:
        assert asyncio.get_running_loop().time() < end, answer.json()
        before()
        answer = await http.get("/readyz")
        found = {name: said["ok"] for name, said in answer.json().items() if name != "ok"}
        assert answer.json()["ok"] is all(found.values())
        assert (answer.status_code == 200) is answer.json()["ok"]
        await asyncio.sleep(0.2)


def fill(path: Path) -> None:
    """Take all the room that a disk has left."""
    with path.open("ab", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    ballast.write(bytes(size))
            except OSError:
                continue


@pytest.mark.slow
@pytest.mark.needs_machine
async def test_readiness_follows_a_disk_that_fills_up_and_is_freed(disk: Path):
    async with running(disk) as http:
        await until(http, feedback=True, catalogue=True, metrics=True)
        # What services give back meanwhile, such as a journal that they empty, is taken again.
        await until(http, lambda: fill(disk / "ballast"), feedback=False, catalogue=False, metrics=False)
        (disk / "ballast").unlink()
        await until(http, feedback=True, catalogue=True, metrics=True)
