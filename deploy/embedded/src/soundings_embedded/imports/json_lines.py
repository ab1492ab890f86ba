"""Lines of JSON: each an object; a field within an object is a column of its own, as ``outer.inner``."""

from collections import ChainMap
from collections.abc import Iterator
from typing import Final, cast

import orjson

from soundings_embedded.imports.cell_texts import plain_text
from soundings_embedded.imports.errors import BadFile
from soundings_embedded.imports.table_readers import MOST_COLUMNS, MOST_ROWS, FileContent, ImportTable, Json, TableRow
from soundings_embedded.imports.text_files import open_lines

_DEEPEST: Final = 20


def json_table(content: FileContent, encoding: str) -> ImportTable:
    """The table in lines of JSON. Raises BadFile."""
    names: dict[str, None] = {}
    count = last = 0
    for number, value in _objects(content, encoding):
        count, last = count + 1, number
        # A first pass over the file finds all fields, because lines may have different ones.
        names.update(dict.fromkeys(_flat(value, number)))
        if len(names) > MOST_COLUMNS:
            raise BadFile(f"line {number}: the file has more than {MOST_COLUMNS} fields.")
        if count > MOST_ROWS:
            raise BadFile(f"the file has more than {MOST_ROWS:,} lines. Import it in parts.")
    if not count:
        raise BadFile("the file is empty; each line must hold a JSON object")
    blank = dict.fromkeys(names, "")

    def rows() -> Iterator[TableRow]:
        for number, value in _objects(content, encoding):
            # A ChainMap shares the blank columns instead of copying them for every row.
            yield TableRow(number, ChainMap(_flat(value, number), blank), value)

    return ImportTable(list(names), rows, last)


def _objects(content: FileContent, encoding: str) -> Iterator[tuple[int, Json]]:
    with open_lines(content, encoding) as lines:
        for line in lines:
            lines.end_row()
            if line.strip():
                yield lines.number, _object(lines.number, line)


def _object(number: int, line: str) -> Json:
    try:
        value: object = orjson.loads(line)
        orjson.dumps(value)  # or it would be refused with all that it is sent with
    except (orjson.JSONDecodeError, TypeError) as error:
        raise BadFile(f"line {number} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadFile(f"line {number} is not a JSON object")
    return cast("Json", value)


def _flat(value: Json, line: int, prefix: str = "", depth: int = 0) -> dict[str, str]:
    if depth > _DEEPEST:
        raise BadFile(f"line {line} holds objects within objects, more than {_DEEPEST} deep")
    flat: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat |= _flat(cast("Json", inner), line, f"{prefix}{name}.", depth + 1)
        elif isinstance(inner, list):
            flat[prefix + name] = ";".join(plain_text(one) for one in cast("list[object]", inner))
        else:
            flat[prefix + name] = plain_text(inner)
    return flat
