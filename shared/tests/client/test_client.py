"""The client sends what it was given once, whatever happens on the way, and keeps what could not be sent."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import orjson
import pytest

from soundings.client import AsyncSoundings, Buffer, BufferFull, RefusedByServer, Soundings, Unreachable


class Door:
    """A listening door that keeps what it gets by id, refuses what is bad, and fails as it is told."""

    def __init__(self, *failures: int | str) -> None:
        self.failures = list(failures)
        self.kept: dict[str, object] = {}
        self.sizes: list[int] = []
        self.waits: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        failure = self.failures.pop(0) if self.failures else None
        if failure == "away":
            raise httpx.ConnectError("away", request=request)
        if isinstance(failure, int):
            return httpx.Response(failure, headers={"retry-after": "7"}, json={"detail": "later"})
        items = orjson.loads(request.content)
        self.sizes.append(len(items))
        self.kept |= {item["id"]: item for item in items if not item.get("bad")}
        refused = [
            {"index": index, "id": item["id"], "code": "invalid", "field": "bad", "detail": "is bad"}
            for index, item in enumerate(items)
            if item.get("bad")
        ]
        if failure == "lost":
            raise httpx.ReadError("lost", request=request)
        return httpx.Response(202, json={"accepted": len(items) - len(refused), "rejected": refused})

    def client(self) -> Soundings:
        return Soundings(http=httpx.Client(transport=httpx.MockTransport(self.answer)), sleep=self.waits.append)

    def waiting(self) -> AsyncSoundings:
        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        return AsyncSoundings(http=httpx.AsyncClient(transport=httpx.MockTransport(self.answer)), sleep=sleep)


def send(door: Door, kind: str, items: list[dict[str, object]], way: str):
    if way == "blocking":
        with door.client() as client:
            return client.send(kind, items, "snd_x", batch=2)

    async def awaited():
        async with door.waiting() as client:
            return await client.send(kind, items, "snd_x", batch=2)

    return asyncio.run(awaited())


@pytest.mark.parametrize("way", ["blocking", "awaited"])
def test_a_try_whose_answer_was_lost_is_no_second_record(way):
    door = Door("lost", "away", 503)
    taken = send(door, "responses", [{"n": n} for n in range(3)], way)
    assert (taken.accepted, taken.rejected) == (3, [])
    assert len(door.kept) == 3
    assert door.sizes == [2, 2, 1]
    assert door.waits == [0.2, 0.4, 7]


@pytest.mark.parametrize("way", ["blocking", "awaited"])
def test_refusals_name_their_place_in_the_whole_list(way):
    taken = send(Door(), "interactions", [{"id": "a"}, {"id": "b"}, {"id": "c", "bad": True}], way)
    assert (taken.accepted, [one["index"] for one in taken.rejected]) == (2, [2])


def test_an_empty_list_asks_whether_the_door_is_open():
    door = Door()
    assert send(door, "responses", [], "blocking").accepted == 0
    assert door.sizes == [0]


@pytest.mark.parametrize("way", ["blocking", "awaited"])
def test_what_nobody_answers_and_what_is_refused_as_a_whole_raises(way):
    with pytest.raises(Unreachable):
        send(Door(*["away"] * 8), "responses", [{}], way)
    with pytest.raises(RefusedByServer, match="401"):
        send(Door(401), "responses", [{}], way)


def test_a_buffer_sends_what_it_holds_once_and_sets_aside_what_is_refused(tmp_path: Path):
    door = Door("away", "away", "away", "away", "away", "away", "away", "away")
    with Buffer(tmp_path / "line.db") as buffer, door.client() as client:
        ids = [buffer.put("responses", {"n": n})["id"] for n in range(3)]
        buffer.put("responses", {"id": "x", "bad": True})
        buffer.put("interactions", {"id": "call"})
        with pytest.raises(Unreachable):
            client.drain(buffer, "snd_x")
        assert len(buffer) == 5
    with Buffer(tmp_path / "line.db") as buffer, door.client() as client:
        taken = client.drain(buffer, "snd_x")
        assert (taken.accepted, len(taken.rejected), len(buffer)) == (4, 1, 0)
        (refusal,) = buffer.refused()
        assert (refusal.item, refusal.field, refusal.detail) == ({"id": "x", "bad": True}, "bad", "is bad")
    assert list(door.kept) == [*ids, "call"]


async def test_a_buffer_can_be_drained_without_blocking(tmp_path: Path):
    door = Door()
    with Buffer(tmp_path / "line.db") as buffer:
        buffer.put("tallies", {"id": "t"})
        async with door.waiting() as client:
            assert (await client.drain(buffer, "snd_x")).accepted == 1
        assert len(buffer) == 0


def test_what_was_put_in_survives_a_kill(tmp_path: Path):
    line = tmp_path / "line.db"
    program = (
        "import os, pathlib, sys\nfrom soundings.client import Buffer\n"
        "buffer = Buffer(pathlib.Path(sys.argv[1]))\n"
        "for n in range(20): buffer.put('responses', {'id': str(n)})\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(line)], check=False)  # noqa: S603 - our own words
    assert done.returncode == -9
    with Buffer(line) as buffer:
        assert [kept.item["id"] for kept in buffer.oldest(100)] == [str(n) for n in range(20)]


def test_what_could_not_be_stored_just_now_stays_in_the_line(tmp_path: Path):
    def answer(request: httpx.Request) -> httpx.Response:
        items = orjson.loads(request.content)
        rejected = [{"index": 0, "id": items[0]["id"], "code": "not_stored", "field": "", "detail": "later"}]
        return httpx.Response(202, json={"accepted": len(items) - 1, "rejected": rejected})

    with (
        Buffer(tmp_path / "line.db") as buffer,
        Soundings(http=httpx.Client(transport=httpx.MockTransport(answer))) as client,
    ):
        for n in range(3):
            buffer.put("responses", {"id": str(n)})
        client.drain(buffer, "snd_x")
        assert [kept.item["id"] for kept in buffer.oldest(9)] == ["0"]
        assert buffer.refused() == []


def test_a_full_buffer_says_so(tmp_path: Path):
    with Buffer(tmp_path / "line.db", records_max=1) as buffer:
        buffer.put("responses", {})
        with pytest.raises(BufferFull):
            buffer.put("responses", {})
