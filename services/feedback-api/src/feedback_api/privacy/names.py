"""Names of people: after a cue, after a title, and by first name; a tenant's place names are no people."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from feedback_api.privacy.first_names import (
    AMBIGUOUS_NAMES,
    BRANDS,
    FIRST_NAMES,
    NO_NAMES_AFTER_CUE,
    NO_SURNAMES,
    PEOPLES,
    PLACE_PREFIXES,
    PLACE_PREFIXES_IN_LOWER_CASE,
    PLACE_WORDS,
    REGIONS_AFTER_TOWNS,
)
from feedback_api.privacy.name_cues import introductions_of_two_words, openings
from feedback_api.privacy.spans import Span

_WORD: Final = re.compile(r"[^\W\d_]{1,30}(?:['’-][^\W\d_]{1,30}){0,3}")
_CAPITALISED: Final = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+")
_SPACE: Final = re.compile(r"[ \t]{1,2}")
_AFTER_INITIAL: Final = re.compile(r"\.?[ \t]{0,2}")
_PREVIOUS: Final = re.compile(r"(?<![^\W\d_])((?:st|sta|ft|mt|av|avda)\.|c/|[^\W\d_]{1,20})[ \t]{1,2}\Z", re.IGNORECASE)
_FOLLOWING: Final = re.compile(r" ([^\W\d_]{2,20})")
_SMALL_WORDS: Final = "de del la las los van von der den da das do dos bin ben ibn al el"
_PARTICLES: Final = frozenset(_SMALL_WORDS.split())
_MOST_WORDS: Final = 6
_SHORTEST_IN_CAPITALS: Final = 4
_LONGEST_PLACE: Final = 5

_TITLES: Final = (
    "Mr Mrs Ms Mx Dr Dra Prof Sr Sra Srta Lic Ing Sgt Cpl Rev Hon Supt Insp Miss Mister Doctor Doctora Professor "
    "Profesor Profesora Officer Judge Sergeant Detective Señor Señora Señorita Don Doña Licenciado Licenciada "
    "Ingeniero Ingeniera Enfermero Enfermera Nurse Sir Madam MR MRS MS DR DRA SR SRA SRTA"
)
_TITLE: Final = re.compile(rf"(?<!\w)(?:{'|'.join(_TITLES.split())})\b\.?[ \t]{{0,2}}(?=[A-ZÀ-ÖØ-Þ])")

_NO_SPEAKERS: Final = PEOPLES | PLACE_WORDS | PLACE_PREFIXES | REGIONS_AFTER_TOWNS
_NO_FIRST_NAMES: Final = NO_NAMES_AFTER_CUE - AMBIGUOUS_NAMES
_LISTED: Final = FIRST_NAMES | AMBIGUOUS_NAMES
_TELLING: Final = frozenset(
    [
        *_TITLES.split(),
        *(name.capitalize() for name in _LISTED),
        *(name.upper() for name in FIRST_NAMES if len(name) >= _SHORTEST_IN_CAPITALS),
    ]
)


def names(text: str, lowered: str, place_names: frozenset[str]) -> Iterator[Span]:
    """Every name that a cue, a title or a known first name gives away; the cue or title itself stays."""
    for opening in openings(text, lowered):
        yield from _name_at(text, opening.position, opening.lower_words)
    capitalised = _CAPITALISED.findall(text)
    if len(capitalised) > 1:
        yield from _introduced(text, place_names)
    if not _TELLING.isdisjoint(capitalised):
        places = _folded(place_names)
        yield from _titled(text, places)
        yield from _listed(text, places)


def _introduced(text: str, place_names: frozenset[str]) -> Iterator[Span]:
    for position in introductions_of_two_words(text):
        end = _name_end(text, position, lower_words=0) or position
        words = {word.casefold() for word in _WORD.findall(text, position, end)}
        if len(words) > 1 and words.isdisjoint(_NO_SPEAKERS) and not _place_end(text, position, _folded(place_names)):
            yield Span(position, end, "name")


def _titled(text: str, places: frozenset[str]) -> Iterator[Span]:
    for title in _TITLE.finditer(text):
        if not _place_end(text, title.start(), places):
            yield from _name_at(text, title.end(), lower_words=0)


def _listed(text: str, places: frozenset[str]) -> Iterator[Span]:
    reached = 0
    for match in _CAPITALISED.finditer(text):
        start = match.start()
        if start < reached or match.group() not in _TELLING or match.group().casefold() not in _LISTED:
            continue
        reached = _place_end(text, start, places) or _name_end(text, start, lower_words=0) or match.end()
        if not _place_end(text, start, places) and _is_person(text, match, reached):
            yield Span(start, reached, "name")


def _is_person(text: str, first: re.Match[str], end: int) -> bool:
    """Whether the words from a listed first name to the end are a person, not a place and not a common word."""
    if first.start() and (text[first.start() - 1].isalnum() or text[first.start() - 1] == "_"):
        return False
    previous = _PREVIOUS.search(text, max(0, first.start() - 24), first.start())
    if previous and _introduces_place(previous.group(1)):
        return False
    surnames = [word.group().casefold() for word in _WORD.finditer(text, first.end(), end)]
    following = _FOLLOWING.match(text, end)
    if not PLACE_WORDS.isdisjoint([*surnames, following.group(1).casefold() if following else ""]):
        return False
    if first.group().casefold() not in AMBIGUOUS_NAMES:
        return (text[first.start() : end + 2].casefold()) not in BRANDS
    if previous and previous.group(1)[:1].isupper() and previous.group(1).casefold() not in NO_SURNAMES:
        return False
    return len("".join(surnames)) > 2 and REGIONS_AFTER_TOWNS.isdisjoint(surnames)  # noqa: PLR2004


def _introduces_place(word: str) -> bool:
    return word.casefold() in (PLACE_PREFIXES if word[0].isupper() else PLACE_PREFIXES_IN_LOWER_CASE)


def _name_at(text: str, start: int, lower_words: int) -> Iterator[Span]:
    end = _name_end(text, start, lower_words)
    if end:
        yield Span(start, end, "name")


def _name_end(text: str, start: int, lower_words: int) -> int | None:
    """Where the name that begins at the start ends; up to `lower_words` words may be without a capital."""
    end: int | None = None
    position = start
    for _ in range(_MOST_WORDS):
        match = _WORD.match(text, position)
        if match is None:
            break
        word = _without_possessive(match.group())
        if not _continues(word, is_first=end is None, lower_words=lower_words) and not _is_initial(text, match):
            if end is None or word not in _PARTICLES:
                break
        else:
            end = match.start() + len(word)
            lower_words = 0 if word[0].isupper() else lower_words - 1
        gap = (_AFTER_INITIAL if _is_initial(text, match) else _SPACE).match(text, match.end())
        if gap is None or len(word) < len(match.group()):
            break
        position = gap.end()
    return end


def _continues(word: str, *, is_first: bool, lower_words: int) -> bool:
    refused = _NO_FIRST_NAMES if is_first else NO_SURNAMES if lower_words <= 0 else NO_NAMES_AFTER_CUE
    if word.casefold() in refused:
        return False
    return word[0].isupper() or lower_words > 0


def _is_initial(text: str, match: re.Match[str]) -> bool:
    return len(match.group()) == 1 and match.group().isupper() and text[match.end() : match.end() + 1] == "."


def _without_possessive(word: str) -> str:
    return word[:-2] if word[-2:] in {"'s", "’s", "'S", "’S"} else word


def _place_end(text: str, start: int, places: frozenset[str]) -> int | None:
    """Where the tenant's place name that covers the start ends, if one does."""
    if not places:
        return None
    words = list(_WORD.finditer(text, max(0, start - 80), start + 80))
    here = next((index for index, word in enumerate(words) if word.end() > start), len(words))
    for size in range(_LONGEST_PLACE, 0, -1):
        for first in range(max(0, here - size + 1), min(here + 1, len(words) - size + 1)):
            chosen = words[first : first + size]
            if _phrase(word.group() for word in chosen) in places:
                return chosen[-1].end()
    return None


@lru_cache(maxsize=256)
def _folded(place_names: frozenset[str]) -> frozenset[str]:
    return frozenset(_phrase(_WORD.findall(name)) for name in place_names)


def _phrase(words: Iterator[str] | list[str]) -> str:
    return " ".join(_without_possessive(word).casefold() for word in words)
