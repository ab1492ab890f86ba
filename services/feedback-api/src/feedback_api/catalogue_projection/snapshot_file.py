"""The catalogue as it was last known, in a file: what a service begins with while the log is away."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, NotRequired, TypedDict, cast

import orjson
import structlog

from soundings.events.topics import CATALOGUE
from soundings.kernel.errors import safe_error_reason
from soundings.log.port import StoredRecord
from soundings.log.read_marks import ReadMark

_FORMAT: Final = 1
_log = structlog.get_logger("feedback_api.catalogue_projection")


class _SnapshotHeader(TypedDict):
    format: int
    records: int
    next: NotRequired[int]
    last: NotRequired[int | None]
    digest: NotRequired[str | None]


SnapshotLine = tuple[int, int, str, str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class KnownCatalogue:
    """The newest record of each entity, and up to which record of the topic they were read."""

    records: Sequence[StoredRecord]
    mark: ReadMark = field(default_factory=ReadMark)


class CatalogueSnapshotFile:
    """The newest record of each entity, one JSON line for each below a first one that tells how many there are.

    The first line also tells how far the topic was read, and the digest of the last record in hexadecimal digits.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = Lock()

    def read_records(self) -> KnownCatalogue | None:
        """What was written last; None where nothing was, or where it cannot be read. Blocks."""
        try:
            first, *lines = self._path.read_bytes().splitlines()
            head = cast("_Head", orjson.loads(first))
            if (head["format"], head["records"]) != (_FORMAT, len(lines)):
                raise ValueError("it is cut off, or of another format")  # noqa: TRY301 - told as all else is
            return KnownCatalogue(
                [_stored_record(cast("Line", orjson.loads(line))) for line in lines], _header_mark(head)
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("last_known_catalogue_unreadable", reason=safe_error_reason(error))
            return None

    def write_records(self, known: KnownCatalogue) -> None:
        """Put this in the place of what was there, all or nothing, also when the power fails. Blocks."""
        lines, mark = [orjson.dumps(_record_line(record)) for record in known.records], known.mark
        digest = None if mark.digest is None else mark.digest.hex()
        where = {"next": mark.next, "last": mark.last, "digest": digest}
        head = orjson.dumps({"format": _FORMAT, "records": len(lines), **where})
        with self._writing:
            _replace_file(self._path, b"\n".join([head, *lines]) + b"\n")


def _replace_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _header_mark(head: _SnapshotHeader) -> ReadMark:
    """The mark in a first line; files of earlier versions have none."""
    digest = head.get("digest")
    return ReadMark(head.get("next", 0), head.get("last"), None if digest is None else bytes.fromhex(digest))


def _record_line(record: StoredRecord) -> SnapshotLine:
    # Latin-1 gives every byte a character, and these are nearly always plain JSON, which stays readable so.
    headers = [(name, value.decode("latin-1")) for name, value in record.headers]
    return record.position, record.at, record.key.decode("latin-1"), (record.value or b"").decode("latin-1"), headers


def _stored_record(line: SnapshotLine) -> StoredRecord:
    position, at, key, value, headers = line
    unpacked = tuple((name, text.encode("latin-1")) for name, text in headers)
    return StoredRecord(CATALOGUE.name, 0, position, key.encode("latin-1"), value.encode("latin-1"), unpacked, at)
