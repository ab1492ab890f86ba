"""An import settles batch by batch, reports what does not go in, and goes on where it was cut off."""

from collections.abc import Sequence
from pathlib import Path

import httpx
import orjson
import pytest

from soundings.client import Soundings, Unreachable
from soundings_embedded.imports import use_cases
from soundings_embedded.imports.checkpoint import ImportCheckpoint, ImportProgress
from soundings_embedded.imports.comparison import CannotCompare, StoredState
from soundings_embedded.imports.mapping import read_mapping
from soundings_embedded.imports.row_mapper import RowReader
from soundings_embedded.imports.summary import summary_lines
from soundings_embedded.imports.table_readers import Json, csv_table
from soundings_embedded.imports.use_cases import ImportCallbacks, ImportFile, RejectedRow

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


def run(door: Door, folder: Path, content: str) -> tuple[ImportProgress, list[RejectedRow]]:
    refused: list[RejectedRow] = []
    checkpoint = ImportCheckpoint(folder, content.encode())
    watcher = ImportCallbacks(refused.append, lambda _line: None)
    table = csv_table(content)
    reader = RowReader(MAPPING, table.columns)
    done = ImportFile(door.client(), "snd_x", MAPPING.kind, checkpoint=checkpoint, watcher=watcher).run(table, reader)
    return done, refused


def test_rows_that_do_not_go_in_are_named_by_line_while_the_others_go_in(tmp_path: Path):
    done, refused = run(Door(), tmp_path, text(20, bad=3))
    assert refused == [RejectedRow(5, "results", "'x' is not a integer"), RejectedRow(15, "results", "unlucky")]
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


class Stored:
    """What is stored already, by id; it may stop answering after some batches."""

    def __init__(self, states: dict[str, StoredState], batches: int = 10**9) -> None:
        self.states_by_id = states
        self.batches = batches
        self.begun = False

    def begin(self) -> None:
        if self.batches < 0:
            raise CannotCompare("away")
        self.begun = True

    def states(self, items: Sequence[Json]) -> list[StoredState]:
        assert self.begun
        self.batches -= 1
        if self.batches < 0:
            raise CannotCompare("away")
        return [self.states_by_id.get(str(item["id"]), StoredState("new")) for item in items]


def compared(door: Door, folder: Path, content: str, known: Stored, *, replaces: bool = False):
    refused, differing = list[RejectedRow](), list[int]()
    watcher = ImportCallbacks(refused.append, lambda _line: None, differing.append)
    table = csv_table(content)
    run = ImportFile(
        door.client(), "snd_x", MAPPING.kind, checkpoint=ImportCheckpoint(folder, content.encode()), watcher=watcher,
        known=known, replaces=replaces,
    )  # fmt: skip
    items = RowReader(MAPPING, table.columns)
    total = run.run(table, items)
    return total, differing, list(summary_lines(total, items, differing))


STATES = {
    "1": StoredState("equal", 0), "2": StoredState("different", 4), "3": StoredState("retracted", 0),
}  # fmt: skip


def test_what_is_new_corrected_unchanged_and_refused_is_told_apart(tmp_path: Path):
    door = Door()
    total, differing, said = compared(door, tmp_path, "n,hits\n0,0\n1,1\n2,2\n3,3\n13,1\n4,x\n0,0\n", Stored(STATES))
    assert total == ImportProgress(
        lines=8, accepted=3, rejected=2, new=1, corrected=0, unchanged=2, differing=1, retracted=1, compared=True
    )
    assert list(door.kept) == ["0"]
    assert differing == [4]
    assert said[:2] == ["3 rows accepted, 2 rejected.", "Of these: 1 new, 0 corrected, 2 unchanged, 2 refused."]
    assert "(line 4)" in said[2]
    assert "--replace" in said[2]


def test_replacing_sends_the_next_revision(tmp_path: Path):
    door = Door()
    total, differing, _ = compared(door, tmp_path, "n,hits\n1,1\n2,2\n", Stored(STATES), replaces=True)
    assert (total.corrected, total.differing, differing) == (1, 0, [])
    assert door.kept == {"2": {"id": "2", "results": 2, "revision": 5}}


@pytest.mark.parametrize("batches", [-1, 1])
def test_an_import_goes_on_when_nobody_can_tell_what_is_stored(tmp_path: Path, batches: int):
    door = Door()
    total, _, said = compared(door, tmp_path, text(use_cases.BATCH * 2), Stored({}, batches))
    assert (total.accepted, total.compared) == (use_cases.BATCH * 2 - 1, False)
    assert "cannot be told" in said[1]
