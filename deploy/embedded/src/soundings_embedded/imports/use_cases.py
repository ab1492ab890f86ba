"""Sending a file's rows in batches to the public endpoint, settling each batch before the next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Protocol

from soundings.client import Soundings
from soundings_embedded.imports.checkpoint import ImportCheckpoint, ImportProgress
from soundings_embedded.imports.comparison import CannotCompare, KnownRecords, StoredState
from soundings_embedded.imports.errors import BadRow
from soundings_embedded.imports.mapping import Kind
from soundings_embedded.imports.row_mapper import AsItIs, ContentClashes
from soundings_embedded.imports.table_readers import ImportTable, Json, TableRow

__all__ = ["BATCH", "AsItIs", "ImportCallbacks", "ImportFile", "ItemReader", "RejectedRow"]

BATCH = 500
_REVISION_MAX: Final = 2**63 - 1


class PendingRow(NamedTuple):
    """An item on its way, and the line that it comes from; ``repeats`` an earlier row of the file, word for word."""

    line: int
    item: Json
    repeats: bool = False


Batch = list[PendingRow]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that did not go in: its line in the file, the field and the reason."""

    line: int
    field: str
    detail: str


def _ignore_line(_line: int) -> None:
    """Ignores all progress reports."""


@dataclass(frozen=True, slots=True)
class ImportCallbacks:
    """Callbacks of an import: each rejected row, and the number of settled lines.

    ``differ`` receives lines whose content differs from the record stored under their id.
    """

    report: Callable[[RejectedRow], None]
    advance: Callable[[int], None]
    differ: Callable[[int], None] = _ignore_line


class ItemReader(Protocol):
    """What makes items of rows; the same row always gives the same item with the same id."""

    @property
    def left_out(self) -> Mapping[tuple[str, str], int]:
        """How often each text was taken for no value, by field and text."""
        ...

    @property
    def replaced(self) -> Mapping[str, int]:
        """How many texts of a field were replaced because nothing translates them."""
        ...

    @property
    def unused(self) -> Sequence[str]:
        """Columns of the file that do not go anywhere."""
        ...

    def item(self, row: TableRow) -> Json:
        """The item of a row; BadRow names the field that cannot be read."""
        ...


class ImportFile:
    """Imports one file with one source key.

    With ``known`` rows are classified as new, corrected or unchanged, and only changes are sent; a record
    whose content differs from what is stored is left alone, unless it is to ``replace`` that as a higher revision.
    """

    def __init__(
        self,
        client: Soundings,
        key: str,
        kind: Kind,
        *,
        checkpoint: ImportCheckpoint,
        watcher: ImportCallbacks,
        known: KnownRecords | None = None,
        replaces: bool = False,
    ) -> None:
        self._client, self._key = client, key
        self._kind: Kind = kind
        self._checkpoint, self._watcher = checkpoint, watcher
        self._known, self._replaces = known, replaces
        self._clashes = ContentClashes(kind)
        self._unread = 0

    def run(self, table: ImportTable, items: ItemReader) -> ImportProgress:
        """Send everything that is not settled yet; the totals over all tries."""
        progress = self._begun(self._checkpoint.read())
        self._watcher.advance(progress.lines)
        batch: Batch = []
        for row in table.rows():
            # Rows that are settled are read too: ids made from equal rows are numbered from the top.
            pending = self._pending(items, row)
            if pending is not None and row.line > progress.lines:
                batch.append(pending)
            if len(batch) >= BATCH:
                progress = self._settle(batch, progress, row.line)
                batch = []
        progress = self._settle(batch, progress, table.lines)
        self._checkpoint.clear()
        return replace(progress, rejected=progress.rejected + self._unread)

    def _begun(self, progress: ImportProgress) -> ImportProgress:
        try:
            if self._known is not None:
                self._known.begin()
        except CannotCompare:
            self._known = None
        return progress if self._known is not None else replace(progress, compared=False)

    def _pending(self, items: ItemReader, row: TableRow) -> PendingRow | None:
        try:
            item = items.item(row)
            return PendingRow(row.line, item, self._clashes.repeats(item, row.line))
        except BadRow as error:
            self._unread += 1
            self._watcher.report(RejectedRow(row.line, error.field, error.detail))
            return None

    def _settle(self, batch: Batch, progress: ImportProgress, line: int) -> ImportProgress:
        if batch:
            progress = replace(self._sent(batch, progress), lines=line)
            self._checkpoint.write(progress)
        self._watcher.advance(line)
        return progress

    def _sent(self, batch: Batch, progress: ImportProgress) -> ImportProgress:
        states = self._states(batch)
        if states is None:
            refused = self._send(batch)
            taken = len(batch) - len(refused)
            return replace(
                progress,
                accepted=progress.accepted + taken,
                rejected=progress.rejected + len(refused),
                compared=False,
            )
        sorted_out = _sorted_out(batch, states, self._kind, replaces=self._replaces)
        for line in sorted_out.differing:
            self._watcher.differ(line)
        new_refused = len(self._send(sorted_out.new))
        corrected_refused = len(self._send(sorted_out.corrected))
        new, corrected = len(sorted_out.new) - new_refused, len(sorted_out.corrected) - corrected_refused
        return replace(
            progress,
            accepted=progress.accepted + new + corrected + sorted_out.unchanged,
            rejected=progress.rejected + new_refused + corrected_refused,
            new=progress.new + new,
            corrected=progress.corrected + corrected,
            unchanged=progress.unchanged + sorted_out.unchanged,
            differing=progress.differing + len(sorted_out.differing),
            retracted=progress.retracted + sorted_out.retracted,
        )

    def _states(self, batch: Batch) -> Sequence[StoredState] | None:
        if self._known is None:
            return None
        try:
            return self._known.states([row.item for row in batch])
        except CannotCompare:
            self._known = None
            return None

    def _send(self, batch: Batch) -> Sequence[Json]:
        """Send a batch; those that the server refuses are reported."""
        if not batch:
            return ()
        taken = self._client.send(self._kind, [row.item for row in batch], self._key)
        for refusal in taken.rejected:
            at = batch[int(str(refusal["index"]))]
            self._watcher.report(RejectedRow(at.line, str(refusal["field"]), str(refusal["detail"])))
        return taken.rejected


@dataclass(slots=True)
class _SortedOut:
    """A batch by what is to become of it."""

    new: Batch
    corrected: Batch
    differing: list[int]
    unchanged: int = 0
    retracted: int = 0


def _sorted_out(batch: Batch, states: Sequence[StoredState], kind: Kind, *, replaces: bool) -> _SortedOut:
    out = _SortedOut([], [], [])
    for row, stored in zip(batch, states, strict=True):
        if row.repeats or stored.state == "equal":
            out.unchanged += 1
        elif stored.state == "retracted":
            out.retracted += 1
        elif stored.state == "new":
            out.new.append(row)
        elif (revised := _revised(row.item, stored.revision, kind, replaces=replaces)) is None:
            out.differing.append(row.line)
        else:
            out.corrected.append(row._replace(item=revised))
    return out


def _revised(item: Json, stored: int, kind: Kind, *, replaces: bool) -> Json | None:
    """The item as a correction of what is stored; None where it is none. A tally's revision is the time it comes in."""
    own = item.get("revision")
    if isinstance(own, int) and own > stored:
        return item
    if own is None and kind == "tallies":
        return item
    return {**item, "revision": stored + 1} if replaces and stored < _REVISION_MAX else None
