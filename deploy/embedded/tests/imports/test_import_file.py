"""An import settles batch by batch, reports what does not go in, and goes on where it was cut off."""

from pathlib import Path

import httpx
import orjson
import pytest

from soundings.client import Soundings, Unreachable
from soundings_embedded.imports import use_cases
from soundings_embedded.imports.checkpoint import Checkpoint, Progress
from soundings_embedded.imports.domain import Reader
from soundings_embedded.imports.mapping import read_mapping
from soundings_embedded.imports.tables import csv_table
from soundings_embedded.imports.use_cases import ImportFile, Rejected, Watcher

MAPPING = read_mapping(
    'kind = "interactions"\nid = "{n}"\n[fields]\nresults = {column = "hits", read_as = "integer"}\n'
)


class Door:
    """A listening door that keeps what it gets by id, refuses id 13, and can be cut off after some batches."""

    def __init__(self, batches: int | None = None) -> None:
        self.batches = batches
        self.kept: dict[str, object] = {}
        self.requests = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.batches is not None and self.requests >= self.batches:
            raise httpx.ConnectError("gone", request=request)
        self.requests += 1
        items = orjson.loads(request.content)
        self.kept |= {item["id"]: item for item in items if item["id"] != "13"}
        refused = [
            {"index": at, "id": item["id"], "code": "invalid", "field": "results", "detail": "unlucky"}
            for at, item in enumerate(items)
            if item["id"] == "13"
        ]
        return httpx.Response(202, json={"accepted": len(items) - len(refused), "rejected": refused})

    def client(self) -> Soundings:
        http = httpx.Client(transport=httpx.MockTransport(self.answer))
        return Soundings(http=http, sleep=lambda _seconds: None)


def text(rows: int, bad: int = -1) -> str:
    return "n,hits\n" + "".join(f"{n},{'x' if n == bad else n}\n" for n in range(rows))


def run(door: Door, folder: Path, content: str) -> tuple[Progress, list[Rejected]]:
    refused: list[Rejected] = []
    checkpoint = Checkpoint(folder, content.encode())
    watcher = Watcher(refused.append, lambda _line: None)
    table = csv_table(content)
    reader = Reader(MAPPING, table.columns)
    done = ImportFile(door.client(), "snd_x", MAPPING.kind, checkpoint=checkpoint, watcher=watcher).run(table, reader)
    return done, refused


def test_rows_that_do_not_go_in_are_named_by_line_while_the_others_go_in(tmp_path: Path):
    done, refused = run(Door(), tmp_path, text(20, bad=3))
    assert refused == [Rejected(5, "results", "'x' is not a integer"), Rejected(15, "results", "unlucky")]
    assert (done.accepted, done.rejected) == (18, 2)


def test_an_import_that_was_cut_off_goes_on_and_sends_the_rest_only(tmp_path: Path):
    content = text(use_cases.BATCH * 3)
    broken = Door(batches=2)
    with pytest.raises(Unreachable):
        run(broken, tmp_path, content)
    whole = Door()
    done, _ = run(whole, tmp_path, content)
    assert whole.requests == 1
    assert len(broken.kept | whole.kept) == use_cases.BATCH * 3 - 1
    assert (done.accepted, done.rejected) == (use_cases.BATCH * 3 - 1, 1)


def test_a_complete_import_begins_at_the_beginning_when_repeated(tmp_path: Path):
    door = Door()
    run(door, tmp_path, text(20))
    before = dict(door.kept)
    run(door, tmp_path, text(20))
    assert door.kept == before
    assert door.requests == 2
