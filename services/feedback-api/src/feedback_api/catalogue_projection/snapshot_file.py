"""Snapshot file of the catalogue, loaded at start-up while the log is unavailable."""

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
    """The newest record of each entity as JSON lines below a header line.

    The header holds the number of records, the read position and the digest of the last record (hexadecimal).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = Lock()

    def read_records(self) -> KnownCatalogue | None:
        """The last written snapshot; None where there is none or it is unreadable. Blocks."""
        try:
            first, *lines = self._path.read_bytes().splitlines()
            head = cast("_SnapshotHeader", orjson.loads(first))
            if (head["format"], head["records"]) != (_FORMAT, len(lines)):
                raise ValueError("it is cut off, or of another format")  # noqa: TRY301 - reported by the same handler
            return KnownCatalogue(
                [_stored_record(cast("SnapshotLine", orjson.loads(line))) for line in lines], _header_mark(head)
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("last_known_catalogue_unreadable", reason=safe_error_reason(error))
            return None

    def write_records(self, known: KnownCatalogue) -> None:
        """Replace the snapshot atomically and durably (fsync of file and folder). Blocks."""
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
    # Latin-1 maps every byte to one character, so any bytes survive and JSON stays readable.
    headers = [(name, value.decode("latin-1")) for name, value in record.headers]
    return record.position, record.at, record.key.decode("latin-1"), (record.value or b"").decode("latin-1"), headers


def _stored_record(line: SnapshotLine) -> StoredRecord:
    position, at, key, value, headers = line
    unpacked = tuple((name, text.encode("latin-1")) for name, text in headers)
    return StoredRecord(CATALOGUE.name, 0, position, key.encode("latin-1"), value.encode("latin-1"), unpacked, at)
