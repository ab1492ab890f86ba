"""Telephone numbers: a shape rule on groups of digits, and lengths by country code (the phonenumbers library)."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import phonenumbers

from feedback_api.redaction.context_cues import is_quantity, is_reference, text_before
from feedback_api.redaction.digit_groups import DigitGroup, joined_digits
from feedback_api.redaction.spans import RedactedSpan

_FEWEST: Final = 7
_FEWEST_ABROAD: Final = 8
_FEWEST_UNKNOWN: Final = 10
_MOST: Final = 15
_MOST_CUED: Final = 12
_MOST_GROUPS: Final = 7

_SHAPES: Final = {
    tuple(map(int, shape.split("-"))): re.compile(digits)
    for shape, digits in {
        "3-3-4": r"[2-9]|0[1-9]",  # North America, Mexico, Colombia
        "1-3-3-4": r"1[2-9]",
        "3-7": r"[2-9][0-9]{2}[2-9]",
        "10": r"[2-9][0-9]{2}[2-9]",
        "11": r"1[2-9][0-9]{2}[2-9]|0[1-9]",
        "2-4-4": r"0?[2-9]",  # Mexico, Australia
        "3-4-4": r"0[1-9]",  # Britain and everyone else with a trunk zero
        "4-3-4": r"0[1-9]",
        "4-3-3": r"0[1-9]",
        "4-3-2-2": r"0[1-9]",
        "4-6": r"0[1-9]",
        "4-7": r"0[1-9]",
        "5-6": r"0[1-9]",
        "5-5": r"0[1-9]",
        "5-3-3": r"0[1-9]",
        "3-8": r"0[1-9]",
        "2-8": r"0[1-9]",
        "2-2-2-2-2": r"0[1-9]",  # France
        "2-2-2-2": r"[2-9]",  # Denmark, Norway
        "3-3-3": r"[67]",  # Spain
        "2-3-2-2": r"[89]",
        "3-2-2-2": r"[6-9]",
    }.items()
}
_PAIRS: Final = (2, 2, 2, 2)
_UNMISTAKABLE: Final = {(3, 3, 4), (1, 3, 3, 4)}
_MOST_SHAPED_GROUPS: Final = max(map(len, _SHAPES))
_LOCAL: Final = re.compile(r"[2-9][0-9]{6}")
_CUE: Final = re.compile(
    r"\b(?:(?:tele)?phones?|tel|cell(?:ular|phone)?|mobile|call(?:ed|ing|s)?|ring|rang|text(?:ed)?|sms|whats?app|fax|"
    r"dial(?:ed|ing)?|answering at|registered|landline|office|"
    r"reach(?:ed)?|contact(?:ed)?|(?:my|this|his|her|mi|su|este) (?:number|n[uú]mero)|"
    r"tel[eé]fonos?|tel[eé]f|tfno|tlf|m[oó]vil|celular|cel|ll[aá]m\w{1,8}|marqu\w{1,4}|marc\w{1,4}|fijo|wasap)\b"
    r"(?:[^0-9\n]{0,4}|[^0-9\n.;!?]{0,24})$",
    re.IGNORECASE,
)
_CUE_AFTER: Final = re.compile(
    r"[ ,]{0,2}[-–(]?\s?(?:office|fax|cell|mobile|home|work|phone|tel|landline|direct line|"
    r"oficina|casa|celular|m[oó]vil)\b",
    re.IGNORECASE,
)
_EXTENSION: Final = re.compile(r",?\s?(?:ext(?:ension|ensi[oó]n)?\.?|extn\.?|x|int\.)\s?[0-9]{1,6}\b", re.IGNORECASE)
_DATE_LENGTHS: Final = {
    (4, 2, 2),
    (4, 1, 2),
    (4, 2, 1),
    (4, 1, 1),
    (2, 2, 4),
    (1, 2, 4),
    (2, 1, 4),
    (1, 1, 4),
    (2, 2, 2),
}
_YEAR: Final = 4
_BOUND: Final = "-._"


def find_phones(text: str, run: Sequence[DigitGroup]) -> Iterator[RedactedSpan]:
    """The telephone numbers in one run of digit groups."""
    lengths = [len(group.digits) for group in run]
    if sum(lengths) < _FEWEST:
        return
    first = 0
    while first < len(run):
        if tuple(lengths[first : first + 3]) in _DATE_LENGTHS and _is_date(run[first : first + 3]):
            first += 3
            continue
        size = _size_at(text, run, first)
        if size:
            yield _phone_span(text, run[first : first + size])
        first += size or 1


def _phone_span(text: str, window: Sequence[DigitGroup]) -> RedactedSpan:
    start, end = window[0].start, window[-1].end
    extension = _EXTENSION.match(text, end)
    while start and text[start - 1] in "+(":
        start -= 1
    return RedactedSpan(start, extension.end() if extension else end, "phone")


def _size_at(text: str, run: Sequence[DigitGroup], first: int) -> int:
    """How many groups from the first on are one telephone number; 0 when none are."""
    group = run[first]
    start = group.start
    abroad = _is_abroad(text, group)
    if first and not abroad and group.joint in _BOUND:
        return 0
    if start and text[start - 1].isalpha() and not _CUE.search(text_before(text, start)):
        return 0
    if abroad:
        return _abroad_size(run, first)
    return _shaped_size(text, run, first) or _cued_size(text, run, first)


def _is_abroad(text: str, group: DigitGroup) -> bool:
    if group.digits.startswith("00"):
        return group.digits[2:3] not in {"", "0"}
    start = group.start
    return start > 0 and text[start - 1] in "+( " and text[max(0, start - 2) : start].rstrip(" (").endswith("+")


def _abroad_size(run: Sequence[DigitGroup], first: int) -> int:
    """The most groups that are a possible number abroad, else as many as there may be, if digits enough."""
    digits = run[first].digits.removeprefix("00")
    sizes: list[tuple[int, int]] = []
    for size, group in enumerate(run[first : first + _MOST_GROUPS], start=1):
        if size > 1:
            digits += group.digits
        if len(digits) > _MOST:
            break
        sizes.append((size, len(digits)))
    for size, length in reversed(sizes):
        if length >= _FEWEST_ABROAD and _is_possible_abroad(digits[:length]):
            return size
    return sizes[-1][0] if sizes and sizes[-1][1] >= _FEWEST_UNKNOWN else 0


def _shaped_size(text: str, run: Sequence[DigitGroup], first: int) -> int:
    shape: list[int] = []
    fitting: list[int] = []
    for group in run[first : first + _MOST_SHAPED_GROUPS]:
        shape.append(len(group.digits))
        if tuple(shape) in _SHAPES:
            fitting.append(len(shape))
    for size in reversed(fitting):
        window = run[first : first + size]
        if _is_shaped(text, window) and not _is_bound(text, run, first + size):
            return size
    return 0


def _is_shaped(text: str, window: Sequence[DigitGroup]) -> bool:
    shape = tuple(len(group.digits) for group in window)
    if _SHAPES[shape].match(joined_digits(window)) is None or _has_years(window):
        return False
    start, end = window[0].start, window[-1].end
    pairs = [group.digits for group in window]
    if shape == _PAIRS and pairs in (sorted(pairs), sorted(pairs, reverse=True)):
        return False  # steps of a list or a table
    if shape in _UNMISTAKABLE:
        return not is_quantity(text, start, start)
    return not is_quantity(text, start, end) and not is_reference(text, start)


def _cued_size(text: str, run: Sequence[DigitGroup], first: int) -> int:
    """Number of groups of a cued number: the longest valid length, in any grouping, that is no date or amount."""
    if first and not (first == 1 and len(run[0].digits) == 1):
        return 0
    start = run[first].start
    is_cued = _CUE.search(text_before(text, start)) is not None
    if is_reference(text, start):
        return 0
    for size in range(min(_MOST_GROUPS, len(run) - first), 0, -1):
        window = run[first : first + size]
        digits = joined_digits(window)
        if len(digits) > _MOST_CUED or _has_years(window) or _is_bound(text, run, first + size):
            continue
        if not is_cued and _CUE_AFTER.match(text, window[-1].end) is None:
            continue
        if len(digits) > _FEWEST and not is_quantity(text, start, window[-1].end):
            return size
        if _LOCAL.fullmatch(digits) and not is_quantity(text, start, window[-1].end):
            return size
    return 0


def _is_bound(text: str, run: Sequence[DigitGroup], after: int) -> bool:
    """Whether the window that ends before this group is only a part of something longer."""
    if after < len(run):
        return run[after].joint in _BOUND
    end = run[-1].end
    return text[end : end + 1].isalpha() and _EXTENSION.match(text, end) is None


def _is_date(groups: Sequence[DigitGroup]) -> bool:
    lengths = tuple(len(group.digits) for group in groups)
    if groups[1].joint != groups[2].joint:
        return False
    day, month = sorted(int(group.digits) for group in (groups[1:] if lengths[0] == _YEAR else groups[:2]))[::-1]
    return day <= 31 and 1 <= month <= 12 and groups[1].joint in ("-/." if max(lengths) < _YEAR else "-/. ")  # noqa: PLR2004


def _has_years(window: Sequence[DigitGroup]) -> bool:
    """Whether two groups of four read as years: a range of years, not the end of a number."""
    return sum(group.digits[:2] in {"19", "20"} and len(group.digits) == 4 for group in window) > 1  # noqa: PLR2004


def _is_possible_abroad(digits: str) -> bool:
    """Whether digits after `+` or `00` begin with a country code and have a length that its numbers may have."""
    for size in (1, 2, 3):
        code = int(digits[:size])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return len(digits) - size in _national_lengths(code)
    return False


@lru_cache(maxsize=256)
def _national_lengths(country_code: int) -> frozenset[int]:
    """Lengths of a country's national numbers, with the trunk prefix too, which many write after the country code."""
    region = phonenumbers.region_code_for_country_code(country_code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    lengths = () if metadata is None or metadata.general_desc is None else metadata.general_desc.possible_length
    prefix = "" if metadata is None else metadata.national_prefix or ""
    return frozenset(lengths) | {length + len(prefix) for length in lengths}
