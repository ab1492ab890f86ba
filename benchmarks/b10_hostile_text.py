"""B10: processor time of what an outsider's text reaches, on texts built against it, at n and 2n."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from benchmarks.backends import Mode
from benchmarks.report import Line
from benchmarks.run_size import Extent
from feedback_api.redaction.redact import redact_text
from feedback_api.spam import text_heuristics
from feedback_api.spam.repeated_text import RepeatedTextDetector
from metrics_worker.responses.domain import read_words
from soundings.kernel.errors import InvalidInput
from soundings_embedded.imports.mapping import ImportMapping
from soundings_embedded.imports.row_mapper import RowReader
from soundings_embedded.imports.table_readers import TableRow

LENGTH: Final = 10_000
_RUNS: Final = 5
_FRAGMENTS: Final[Mapping[str, Sequence[str]]] = {
    "redaction": (
        "0012 ", "12 Main St Ana", "name: Dr ", "name: DOB ", "001.", "123-45-6789 00", "name: O'B'C ", "4111 ",
        "12 May ", "255.255.255.255.", "a@b.co ", "http://a@", "Calle Mayor 12, ", "my daughter maria ",
        "SSN 219-09-9999 ",        "\u200b1",
    ),
    "spam scoring": ("<a ", "[url", "[-", "http://", "qxzjw ", "\u0301\u0323", "é", ". "),
    "search": ("a ", '"', "é", "a", "* ", "NEAR(", "\u0301"),
    "import": ("1", "1:", "12/", " ", "{a}", ".", "9,", "2026-01-01 "),
}  # fmt: skip
_MAPPING: Final = ImportMapping.model_validate(
    {
        "kind": "interactions",
        "time_zone": "UTC",
        "id": "{cell}-{cell}",
        "fields": {
            "attributes.a": {"column": "cell"},
            "topic": {"column": "cell", "read_as": "list"},
            "team": {"template": "{cell} {cell}"},
        },
    }
)


def hostile(_extent: Extent, _mode: Mode) -> Sequence[Line]:
    """One line for each reader, with the worst of its fragments."""
    readers: Mapping[str, Callable[[str], object]] = {
        "redaction": redact_text,
        "spam scoring": _scored,
        "search": _searched,
        "import": _imported,
    }
    return [_line(name, read, _FRAGMENTS[name]) for name, read in readers.items()]


def _line(name: str, read: Callable[[str], object], fragments: Sequence[str]) -> Line:
    pairs = [(_seconds(read, fragment, LENGTH), _seconds(read, fragment, 2 * LENGTH)) for fragment in fragments]
    longest = max(once for once, _ in pairs)
    steepest = max(twice / max(once, 0.001) for once, twice in pairs)
    figure = f"{longest * 1000:.1f} ms; {steepest:.2f} × at twice the length"
    return Line("B10", f"{name} of {LENGTH:,} hostile characters", "–", figure, "≤ 100 ms; ≤ 2.5 ×")


def _seconds(read: Callable[[str], object], fragment: str, length: int) -> float:
    text = (fragment * (length // len(fragment) + 1))[:length]
    taken: list[float] = []
    for _ in range(_RUNS):
        began = time.process_time()
        read(text)
        taken.append(time.process_time() - began)
    return min(taken)


def _searched(text: str) -> None:
    with suppress(InvalidInput):
        read_words(text)


def _scored(text: str) -> None:
    text_heuristics.count_links(text)
    text_heuristics.has_markup(text)
    text_heuristics.is_gibberish(text)
    RepeatedTextDetector(time.monotonic).count_others("form", "record", text)


def _imported(text: str) -> object:
    return RowReader(_MAPPING, ("cell",)).item(TableRow(1, {"cell": text}))
