"""What the cells of a column look like, from the first rows of a file."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from zoneinfo import ZoneInfo

from soundings_embedded.imports.table_readers import ImportTable
from soundings_embedded.imports.time_readers import TimeReader

ROWS_READ: Final = 2_000
_FEW: Final = 12
_SUSPECTS: Final = frozenset({"-", "--", "n/a", "na", "null", "none", "nan", "#n/a", "not applicable", "not asked"})
"""Texts that may mean that there is no value, and may be answers; only people can tell."""
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DURATION: Final = re.compile(r"([0-9]+:)?[0-9]{1,2}:[0-9]{2}(\.[0-9]+)?")
_EMAIL: Final = re.compile(r"[^@\s]{1,100}@[^@\s]{1,100}\.[^@\s.]{2,30}")
_IP: Final = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{0,4}")
_PARTS_OF_A_DATE: Final = re.compile(r"[0-9]{1,4}[-/., ]")
_MOST_FORMATTED: Final = 400
_DATES: Final = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
)
_CLOCKS: Final = (
    " %H:%M:%S",
    " %H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %H:%M:%S.%f",
    " %H:%M:%S %Z",
    " %H:%M %Z",
    " %I:%M:%S %p %Z",
    " %I:%M %p %Z",
    " %H:%M:%S%z",
    ", %H:%M:%S",
    ", %I:%M:%S %p",
    ", %I:%M %p",
    "",
)
FORMATS: Final = (
    "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M%z", *(date + clock for date in _DATES for clock in _CLOCKS), "%a %b %d %H:%M:%S %Z %Y",
    "%a, %d %b %Y %H:%M:%S %Z", "%a %b %d %Y %H:%M:%S %Z", "%a %b %d %H:%M:%S %Y",
)  # fmt: skip
"""Times as spreadsheets, browsers and survey tools write them."""

Looks = Literal["nothing", "time", "duration", "integer", "number", "text"]
Personal = Literal["e-mail addresses", "IP addresses"]


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What the values of a column look like; ``values`` are all of them where they are few, with how often they stand.

    ``suspects`` are texts that may mean "no value". ``text`` is the question that the column answers.
    """

    name: str
    looks: Looks
    formats: Sequence[str]
    values: Mapping[str, int]
    distinct: int
    filled: int
    blanks: int
    personal: Personal | None = None
    suspects: Mapping[str, int] = field(default_factory=dict[str, int])
    text: str = ""
    sample: Sequence[str] = ()


def profile_columns(table: ImportTable, texts: Mapping[str, str]) -> list[ColumnProfile]:
    """Profiles of all columns from the first rows; ``texts`` are the question texts of the header."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in table.columns if name}
    rows = 0
    for row in table.rows():
        if row.fault is None:
            for name, counts in seen.items():
                counts[row.cells.get(name, "").strip()] += 1
            rows += 1
        # A bounded sample: the draft is reviewed by a person anyway.
        if rows >= ROWS_READ:
            break
    return [_column(name, counts, texts.get(name, name)) for name, counts in seen.items()]


def _column(name: str, counts: Counter[str], text: str) -> ColumnProfile:
    blanks = counts.pop("", 0)
    suspects = {value: count for value, count in counts.items() if value.casefold() in _SUSPECTS}
    sure = Counter({value: count for value, count in counts.items() if value not in suspects})
    looks, formats = _looks_of(sure)
    if looks in {"text", "nothing"}:
        sure = counts  # among texts, "None" is an answer like any other
        looks = "text" if counts else "nothing"
    few = len(sure) <= _FEW and (len(sure) < sum(sure.values()) or looks == "integer")
    return ColumnProfile(
        name=name,
        looks=looks,
        formats=formats,
        values=dict(sorted(sure.items())) if few else {},
        distinct=len(sure),
        filled=sum(sure.values()),
        blanks=blanks,
        personal=_personal(sure),
        suspects=suspects,
        text=text,
        sample=list(sure)[:_MOST_FORMATTED],
    )


def _looks_of(counts: Counter[str]) -> tuple[Looks, Sequence[str]]:
    texts = list(counts)
    if not texts:
        return "nothing", ()
    if all(_NUMBER.fullmatch(text) for text in texts):
        return ("number" if any("." in text for text in texts) else "integer"), ()
    if all(_DURATION.fullmatch(text) for text in texts):
        return "duration", ()
    formats = _fitting(texts[:_MOST_FORMATTED])
    return ("time" if formats else "text"), formats


def _fitting(texts: Iterable[str]) -> Sequence[str]:
    left = list(FORMATS)
    for text in texts:
        if len(text) > 60 or not _PARTS_OF_A_DATE.search(text):  # noqa: PLR2004 - no time is that long
            return ()
        left = [one for one in left if _fits(text, one)]
        if not left:
            return ()
    return left


def _fits(text: str, form: str) -> bool:
    try:
        TimeReader((form,), ZoneInfo("UTC"), {}).read(text)
    except (ValueError, OverflowError):
        return False
    return True


def _personal(counts: Mapping[str, int]) -> Personal | None:
    """What half of the values are, at least."""
    emails = sum(_EMAIL.fullmatch(text) is not None for text in counts)
    addresses = sum(_IP.fullmatch(text) is not None for text in counts)
    if counts and emails * 2 >= len(counts):
        return "e-mail addresses"
    return "IP addresses" if counts and addresses * 2 >= len(counts) else None


def is_ambiguous(formats: Sequence[str]) -> bool:
    """Whether day and month could be either way round."""
    return any(_first(one) == "%m" for one in formats) and any(_first(one) == "%d" for one in formats)


def _first(form: str) -> str:
    return form[:2] if form[2:3] in {"/", "-", "."} and form[3:5] in {"%m", "%d"} else ""
