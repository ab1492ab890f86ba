"""Cells are written by whoever filled a survey in: they are read in time that grows with their length only."""

import time

import pytest

from soundings_embedded.imports.errors import BadRow
from soundings_embedded.imports.mapping import ImportMapping
from soundings_embedded.imports.row_mapper import RowReader
from soundings_embedded.imports.table_readers import TableRow

LENGTH = 100_000
ROUNDS = 4
RULES = (
    {"column": "cell"},
    {"template": "{cell} {cell}"},
    {"column": "cell", "read_as": "list"},
    {"column": "cell", "read_as": "duration"},
    {"column": "cell", "read_as": "integer"},
    {"column": "cell", "read_as": "number"},
    {"column": "cell", "read_as": "time"},
)


def seconds(reader: RowReader, text: str) -> float:
    taken = []
    for _ in range(3):
        start = time.process_time()
        try:
            reader.item(TableRow(1, {"cell": text}))
        except BadRow as problem:
            assert problem  # noqa: PT017 - refusing a cell is as good as reading it
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("read_as", "text"))
@pytest.mark.parametrize("fragment", ["1", "1:", "12/", " ", "{cell}", ".", "9,", ";", "2026-01-01 ", "\u0301"])
def test_a_cell_is_read_in_linear_time(rule: dict[str, str], fragment: str):
    mapping = ImportMapping.model_validate({"kind": "interactions", "id": "{cell}", "fields": {"attributes.a": rule}})
    reader = RowReader(mapping, ("cell",))
    for _ in range(ROUNDS):  # other work on the machine may spoil a round, but what is quadratic spoils every one
        once, twice = (seconds(reader, (fragment * length)[:length]) for length in (LENGTH, 2 * LENGTH))
        if twice <= 2.5 * max(once, 0.004):
            break
    assert twice <= 2.5 * max(once, 0.004)
