"""Sending a file's rows in batches through the public door, settling each batch before the next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from soundings.client import Soundings
from soundings_embedded.imports.checkpoint import Checkpoint, Progress
from soundings_embedded.imports.errors import BadRow
from soundings_embedded.imports.mapping import Kind
from soundings_embedded.imports.tables import Json, Row, Table

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not go in: its line in the file, the field and the reason."""

    line: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told of every row that does not go in, and of how many lines of the file are settled."""

    report: Callable[[Rejected], None]
    advance: Callable[[int], None]


class Items(Protocol):
    """What makes items of rows; the same row always gives the same item with the same id."""

    def item(self, row: Row) -> Json:
        """The item of a row; BadRow names the field that cannot be read."""
        ...


class AsItIs:
    """Lines of JSON that are items already; one without an id gets one made from what it says."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def item(self, row: Row) -> Json:
        """The object of the line."""
        if row.whole.get("id") is not None:
            return row.whole
        digest = sha256(repr(sorted(row.cells.items())).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        again = self._seen.get(digest, 0)
        self._seen[digest] = again + 1
        return {**row.whole, "id": f"row-{digest}-{again}"}


class ImportFile:
    """Imports one file with one source key."""

    def __init__(self, client: Soundings, key: str, kind: Kind, *, checkpoint: Checkpoint, watcher: Watcher) -> None:
        self._client, self._key = client, key
        self._kind: Kind = kind
        self._checkpoint, self._watcher = checkpoint, watcher
        self._unread = 0

    def run(self, table: Table, items: Items) -> Progress:
        """Send everything that is not settled yet; the totals over all tries."""
        progress = self._checkpoint.read()
        self._watcher.advance(progress.lines)
        batch: list[tuple[int, Json]] = []
        for row in table.rows():
            # Rows that are settled are read too: ids made from equal rows are numbered from the top.
            item = self._item(items, row, settled=row.line <= progress.lines)
            if item is not None:
                batch.append((row.line, item))
            if len(batch) >= BATCH:
                progress = self._settle(batch, progress, row.line)
                batch = []
        progress = self._settle(batch, progress, table.lines)
        self._checkpoint.clear()
        return replace(progress, rejected=progress.rejected + self._unread)

    def _item(self, items: Items, row: Row, *, settled: bool) -> Json | None:
        try:
            item = items.item(row)
        except BadRow as error:
            self._unread += 1
            self._watcher.report(Rejected(row.line, error.field, error.detail))
            return None
        return None if settled else item

    def _settle(self, batch: list[tuple[int, Json]], progress: Progress, line: int) -> Progress:
        if batch:
            taken = self._client.send(self._kind, [item for _, item in batch], self._key)
            for refusal in taken.rejected:
                at = batch[int(str(refusal["index"]))][0]
                self._watcher.report(Rejected(at, str(refusal["field"]), str(refusal["detail"])))
            progress = Progress(line, progress.accepted + taken.accepted, progress.rejected + len(taken.rejected))
            self._checkpoint.write(progress)
        self._watcher.advance(line)
        return progress
