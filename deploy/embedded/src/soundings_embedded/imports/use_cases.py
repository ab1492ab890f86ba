"""Sending a file's rows in batches through the public door, settling each batch before the next."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import StringIO

from soundings.client import Soundings
from soundings_embedded.imports.checkpoint import Checkpoint, Progress
from soundings_embedded.imports.domain import Json, Reader
from soundings_embedded.imports.errors import BadFile, BadRow
from soundings_embedded.imports.mapping import Mapping

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not go in: its line in the file, the field and the reason."""

    line: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file, and the line on which it ends."""

    line: int
    cells: dict[str, str]


def rows(text: str, mapping: Mapping) -> Iterator[Row]:
    """The rows of a CSV text, with column names and cells freed from the spaces around them."""
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=mapping.delimiter)
    for row in reader:
        yield Row(reader.line_num, {(name or "").strip(): _cell(value) for name, value in row.items()})


def columns(text: str, mapping: Mapping) -> list[str]:
    """The names of the columns, as :func:`rows` gives them."""
    header = next(csv.reader(StringIO(text, newline=""), delimiter=mapping.delimiter), None)
    if not header:
        raise BadFile("the file is empty; its first line must name the columns")
    return [name.strip() for name in header]


def _cell(value: str | list[str] | None) -> str:
    if isinstance(value, list):  # more cells than columns
        return ",".join(value)
    return value or ""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told of every row that does not go in, and of how many lines of the file are settled."""

    report: Callable[[Rejected], None]
    advance: Callable[[int], None]


class ImportFile:
    """Imports one file with one mapping and one source key."""

    def __init__(
        self, client: Soundings, key: str, mapping: Mapping, *, checkpoint: Checkpoint, watcher: Watcher
    ) -> None:
        self._client, self._key, self._mapping = client, key, mapping
        self._checkpoint, self._watcher = checkpoint, watcher
        self._unread = 0

    def run(self, text: str) -> Progress:
        """Send everything that is not settled yet; the totals over all tries."""
        reader = Reader(self._mapping, columns(text, self._mapping))
        progress = self._checkpoint.read()
        self._watcher.advance(progress.lines)
        batch: list[tuple[int, Json]] = []
        for row in rows(text, self._mapping):
            # Rows that are settled are read too: ids made from equal rows are numbered from the top.
            item = self._item(reader, row, settled=row.line <= progress.lines)
            if item is not None:
                batch.append((row.line, item))
            if len(batch) >= BATCH:
                progress = self._settle(batch, progress, row.line)
                batch = []
        progress = self._settle(batch, progress, text.count("\n") + 1)
        self._checkpoint.clear()
        return replace(progress, rejected=progress.rejected + self._unread)

    def _item(self, reader: Reader, row: Row, *, settled: bool) -> Json | None:
        try:
            item = reader.item(row.cells)
        except BadRow as error:
            self._unread += 1
            self._watcher.report(Rejected(row.line, error.field, error.detail))
            return None
        return None if settled else item

    def _settle(self, batch: list[tuple[int, Json]], progress: Progress, line: int) -> Progress:
        if batch:
            taken = self._client.send(self._mapping.kind, [item for _, item in batch], self._key)
            for refusal in taken.rejected:
                at = batch[int(str(refusal["index"]))][0]
                self._watcher.report(Rejected(at, str(refusal["field"]), str(refusal["detail"])))
            progress = Progress(line, progress.accepted + taken.accepted, progress.rejected + len(taken.rejected))
            self._checkpoint.write(progress)
        self._watcher.advance(line)
        return progress
