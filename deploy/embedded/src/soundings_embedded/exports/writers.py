"""Writing records to a file: flat columns for CSV, whole objects for lines of JSON."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final, cast

from soundings_embedded.exports.csv_safety import safe_cell

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """How a CSV file is written. Without a byte order mark spreadsheets on Windows take UTF-8 for something else."""

    delimiter: str = ","
    mark: bool = True


EXCEL_STYLE: Final = CsvStyle(delimiter=";")
"""What Excel opens with a double click where commas are decimal signs; elsewhere it asks."""
PLAIN_STYLE: Final = CsvStyle(mark=False)


def write_records(
    records: Iterable[Json], path: Path, advance: Callable[[int], None], style: CsvStyle = PLAIN_STYLE
) -> int:
    """Write all records, as CSV unless the name ends in .jsonl or .ndjson; their number.

    The file is written atomically. ``advance`` is called with the number of records so far.
    """
    # Written next to the target, so that the final rename stays on one file system.
    draft = path.with_name(f"{path.name}.part")
    try:
        if path.suffix.lower() in {".jsonl", ".ndjson"}:
            with draft.open("w", encoding="utf-8", newline="") as file:
                count = _write_lines(records, file, advance)
        else:
            with draft.open("w", encoding="utf-8-sig" if style.mark else "utf-8", newline="") as file:
                count = _write_csv(records, file, advance, style.delimiter)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _write_lines(records: Iterable[Json], file: IO[str], advance: Callable[[int], None]) -> int:
    count = 0
    for count, record in enumerate(records, start=1):
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
        advance(count)
    return count


def _write_csv(records: Iterable[Json], file: IO[str], advance: Callable[[int], None], delimiter: str) -> int:
    """All records once to a temporary file, for the columns that any of them has, and from there to the CSV file."""
    columns: dict[str, None] = {}
    count = 0
    # Columns are known only after the last record; a temporary file keeps memory constant.
    with TemporaryFile("w+", encoding="utf-8") as kept:
        for count, record in enumerate(records, start=1):
            flat = dict(flat_cells(record))
            # A dictionary as an ordered set: columns keep the order of their first appearance.
            columns.update(dict.fromkeys(flat))
            kept.write(json.dumps(flat) + "\n")
            advance(count)
        kept.seek(0)
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([safe_cell(name) for name in columns])
        for line in kept:
            flat = cast("Json", json.loads(line))
            writer.writerow([safe_cell(flat.get(name, "")) for name in columns])
    return count


def flat_cells(record: Json, prefix: str = "") -> Iterator[tuple[str, object]]:
    """The cells of a record by column: a field within an object is ``outer.inner``, a list is joined by semicolons."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from flat_cells(cast("Json", value), f"{prefix}{name}.")
        elif isinstance(value, list):
            parts = cast("list[object]", value)
            plain = all(isinstance(part, str | int | float) for part in parts)
            yield prefix + name, ";".join(map(str, parts)) if plain else json.dumps(parts, ensure_ascii=False)
        else:
            yield prefix + name, "" if value is None else value
