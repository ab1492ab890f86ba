"""Recogniser of person names: by cue, title, name list and context. The tenant's place names are excluded."""

import re
from collections.abc import Iterator
from typing import Final

from feedback_api.redaction.recognisers.first_names import (
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
from feedback_api.redaction.recognisers.name_lists import MORE_FIRST_NAMES, NO_PEOPLE, SURNAMES
from feedback_api.redaction.recognisers.name_words import NameWord, WordList
from feedback_api.redaction.recognisers.person_name_cues import OPENING_WORDS, find_openings, introductions_of_two_words
from feedback_api.redaction.recognisers.person_words import (
    AFTER_PEOPLE,
    BEFORE_PEOPLE,
    OFFICES,
    PLAIN_IN_LOWER_CASE,
    ROLES,
    TITLES,
)
from feedback_api.redaction.recognisers.place_names import places_in
from feedback_api.redaction.spans import RedactedSpan

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_BLANKS_FOR_OTHERS: Final = bytes(code if chr(code).isalpha() and code < 128 else 32 for code in range(256))  # noqa: PLR2004
_SMALL_WORDS: Final = "de del la las los van von der den da das do dos bin ben ibn al el"
_PARTICLES: Final = frozenset(_SMALL_WORDS.split())
_ABBREVIATED: Final = frozenset(["st", "sta", "ft", "mt", "av", "avda"])
_MOST_WORDS: Final = 6
_SHORTEST_IN_CAPITALS: Final = 4
_FEWEST_LETTERS: Final = 3

# Abbreviations in dates; two in a row ("Sun Feb 12") are no person.
_CALENDAR_WORDS: Final = (
    "mon tue tues wed thu thur thurs fri sat sun jan feb mar apr may jun jul aug sep sept oct nov dec"
)
_CALENDAR: Final = frozenset(_CALENDAR_WORDS.split())
_NO_SPEAKERS: Final = PEOPLES | PLACE_WORDS | PLACE_PREFIXES | REGIONS_AFTER_TOWNS
_NO_FIRST_NAMES: Final = NO_NAMES_AFTER_CUE - AMBIGUOUS_NAMES
_ANY_FIRST_NAME: Final = FIRST_NAMES | AMBIGUOUS_NAMES | MORE_FIRST_NAMES
_IN_LOWER_CASE: Final = FIRST_NAMES - PLAIN_IN_LOWER_CASE
_SURNAMES_IN_LOWER_CASE: Final = SURNAMES - AFTER_PEOPLE
# A text without any of these words, without an opening and without two capitalised words has no name to find.
_TELLING: Final = frozenset(
    [
        *TITLES,
        *OFFICES,
        *ROLES,
        *_IN_LOWER_CASE,
        *(name.capitalize() for name in _ANY_FIRST_NAME),
        *(name.upper() for name in FIRST_NAMES if len(name) >= _SHORTEST_IN_CAPITALS),
    ]
)
_TELLING_IN_ASCII: Final = frozenset(word.encode() for word in _TELLING if word.isascii())
_OPENING_IN_ASCII: Final = frozenset(word.encode() for word in OPENING_WORDS if word.isascii())


def find_names(text: str, lowered: str, place_names: frozenset[str]) -> Iterator[RedactedSpan]:
    """Every name that a cue, a title, a list or its neighbours give away; the cue or title itself stays."""
    opened = list(find_openings(text, lowered)) if _has_any(lowered, OPENING_WORDS, _OPENING_IN_ASCII) else []
    introduced = list(introductions_of_two_words(text))
    if opened or introduced or _has_any(text, _TELLING, _TELLING_IN_ASCII):
        reader = _NameReader(text, place_names)
        for opening in opened:
            yield from reader.named_at(opening.position, opening.lower_words)
        for position in introduced:
            yield from reader.introduced_at(position)
        yield from reader.rest()


def _has_any(text: str, words: frozenset[str], words_in_ascii: frozenset[bytes]) -> bool:
    """Whether any of the words occurs. Runs on every text; for ASCII, bytes are translated and parted much faster."""
    if text.isascii():
        return not words_in_ascii.isdisjoint(text.encode().translate(_BLANKS_FOR_OTHERS).split())
    return not words.isdisjoint(_LETTERS.findall(text))


class _NameReader:
    """The words of one text and the names in them. The end of a name is the index after its last word."""

    def __init__(self, text: str, place_names: frozenset[str]) -> None:
        self._text = text
        self._words = WordList(text)
        self._index_of: dict[int, int] | None = None
        self._places = places_in(self._words, place_names)

    def named_at(self, position: int, lower_words: int) -> Iterator[RedactedSpan]:
        """The name that begins at a position; up to `lower_words` words may be without a capital."""
        first = self._index_at(position)
        if first is not None and (end := self._end(first, lower_words)) > first:
            yield self._span(first, end)

    def introduced_at(self, position: int) -> Iterator[RedactedSpan]:
        """The name of two words or more at a position, unless it is a people's or a place's."""
        first = self._index_at(position)
        if first is None or first in self._places:
            return
        end = self._end(first, 0)
        if end > first + 1 and _NO_SPEAKERS.isdisjoint(word.folded for word in self._words.range(first, end)):
            yield self._span(first, end)

    def rest(self) -> Iterator[RedactedSpan]:
        """The names that titles, roles and lists give away, from left to right."""
        reached = 0
        for index, text in self._words.texts():
            if index < reached or not self._is_telling(index, text):
                continue
            if index in self._places:
                reached = self._places[index]
                continue
            start, end = self._person(index, self._words[index])
            if end:
                reached = end
                yield self._span(start, end)

    def _is_telling(self, index: int, text: str) -> bool:
        return text in _TELLING or (not text.isalpha() and self._words[index].head in _ANY_FIRST_NAME)

    def _index_at(self, position: int) -> int | None:
        if self._index_of is None:
            self._index_of = self._words.indices()
        return self._index_of.get(position)

    def _person(self, index: int, word: NameWord) -> tuple[int, int]:
        """First word and end of the person at this index, title and role excluded; (0, 0) where there is none."""
        if word.text in TITLES or word.text in OFFICES:
            end = self._titled_end(index, word)
            if end:
                return index + 1, end
        if word.text in ROLES:
            return self._in_role(index + 1)
        if word.is_capitalised:
            end = max(self._end(index, 0), index + 1)
            return (index, end) if self._is_listed(index, word, end) else (0, 0)
        if word.folded in _IN_LOWER_CASE and self._has_neighbours(index, index + 1):
            return index, self._surname_in_lower_case(index + 1)
        return 0, 0

    def _in_role(self, index: int) -> tuple[int, int]:
        """The person right after a role: any capitalised word that is no common one."""
        if index >= len(self._words) or index in self._places:
            return 0, 0
        word = self._words[index]
        end = self._end(index, 0)
        if not word.is_joined or end == index or word.folded in NO_PEOPLE or not word.text[1:].islower():
            return 0, 0
        return (0, 0) if self._is_in_place(index, end) else (index, end)

    def _titled_end(self, index: int, word: NameWord) -> int:
        if index + 1 >= len(self._words) or word.stop != word.end:
            return 0
        following = self._words[index + 1]
        if not following.text[0].isupper() or following.gap.removeprefix(".") not in {"", " ", "  ", "\t"}:
            return 0
        if word.text in OFFICES and (following.folded in NO_PEOPLE or self._is_before_place(index + 2)):
            return 0
        end = self._end(index + 1, 0)
        return end if end > index + 1 else 0

    def _is_listed(self, index: int, word: NameWord, end: int) -> bool:
        """Whether the words from a listed first name to the end are a person, not a place and not a common word."""
        first = word.head
        if first not in _ANY_FIRST_NAME or not self._has_the_case_of_a_name(word) or self._is_in_place(index, end):
            return False
        surnames = [other.folded for other in self._words.range(index + 1, end)]
        if first in FIRST_NAMES:
            return self._text[word.start : word.stop].casefold() not in BRANDS
        if first in AMBIGUOUS_NAMES:
            previous = self._before(index)
            if previous[:1].isupper() and previous.casefold() not in NO_SURNAMES:
                return False
            return len("".join(surnames)) >= _FEWEST_LETTERS and REGIONS_AFTER_TOWNS.isdisjoint(surnames)
        if end > index + 1 and (self._words[index + 1].head in SURNAMES or surnames[0] in _ANY_FIRST_NAME):
            return REGIONS_AFTER_TOWNS.isdisjoint(surnames)
        return self._has_neighbours(index, end)

    def _has_neighbours(self, index: int, end: int) -> bool:
        """Whether the adjacent words refer to a person (roles, relations, activities of people only)."""
        if index:
            word, previous = self._words[index], self._words[index - 1]
            if previous.text in ROLES and word.gap in {" ", ", ", " (", ": ", " - "}:
                return True
            if word.is_joined:
                pair = f"{self._words[index - 2].folded} {previous.folded}" if index > 1 and previous.is_joined else ""
                if previous.folded in BEFORE_PEOPLE or pair in BEFORE_PEOPLE:
                    return True
        if end >= len(self._words):
            return False
        following = self._words[end]
        return following.is_joined and following.text in AFTER_PEOPLE and self._before(index) not in _IN_OR_AT

    def _surname_in_lower_case(self, index: int) -> int:
        if index < len(self._words):
            word = self._words[index]
            if word.is_joined and word.text == word.folded and word.folded in _SURNAMES_IN_LOWER_CASE:
                return index + 1
        return index

    def _has_the_case_of_a_name(self, word: NameWord) -> bool:
        if word.start and (self._text[word.start - 1].isalnum() or self._text[word.start - 1] == "_"):
            return False
        head = word.text[: len(word.head)]
        return head[1:].islower() or (
            len(head) >= _SHORTEST_IN_CAPITALS and head.isupper() and word.head in FIRST_NAMES
        )

    def _is_in_place(self, index: int, end: int) -> bool:
        """Whether these words are a part of a place's or an institution's name, or of a date."""
        if index + 1 < end and self._words[index].folded in _CALENDAR and self._words[index + 1].folded in _CALENDAR:
            return True
        previous = self._before(index)
        if previous:
            prefixes = PLACE_PREFIXES if previous[0].isupper() else PLACE_PREFIXES_IN_LOWER_CASE
            if previous.casefold() in prefixes:
                return True
        if not PLACE_WORDS.isdisjoint(word.folded for word in self._words.range(index + 1, end)):
            return True
        return self._is_before_place(end)

    def _is_before_place(self, index: int) -> bool:
        if index >= len(self._words):
            return False
        return self._words[index].gap == " " and self._words[index].folded in PLACE_WORDS

    def _before(self, index: int) -> str:
        """The word before, with the dot or slash of an abbreviation; "" where more than blanks is between."""
        if not index:
            return ""
        previous, gap = self._words[index - 1], self._words[index].gap
        if gap.startswith(".") and previous.folded in _ABBREVIATED:
            return previous.text + "."
        if gap == "/" and previous.folded == "c":
            return "c/"
        return previous.text if self._words[index].is_joined else ""

    def _end(self, first: int, lower_words: int) -> int:
        """The end of the name that begins with this word; the word's own index where it begins none."""
        end = first
        for index in range(first, min(first + _MOST_WORDS, len(self._words))):
            word = self._words[index]
            if index > first and not self._continues(self._words[index - 1], word):
                break
            if _is_of_name(word, is_first=end == first, lower_words=lower_words) or self._is_initial(word):
                end = index + 1
                lower_words = 0 if word.text[0].isupper() else lower_words - 1
            elif end == first or word.text not in _PARTICLES:
                break
        return end

    def _continues(self, previous: NameWord, word: NameWord) -> bool:
        if previous.stop != previous.end:
            return False
        return word.is_joined or (self._is_initial(previous) and word.gap in {".", ". ", ".  ", ".\t"})

    def _is_initial(self, word: NameWord) -> bool:
        return len(word.text) == 1 and word.text.isupper() and self._text[word.end : word.end + 1] == "."

    def _span(self, first: int, end: int) -> RedactedSpan:
        return RedactedSpan(self._words[first].start, self._words[end - 1].end, "name")


def _is_of_name(word: NameWord, *, is_first: bool, lower_words: int) -> bool:
    refused = _NO_FIRST_NAMES if is_first else NO_SURNAMES if lower_words <= 0 else NO_NAMES_AFTER_CUE
    return word.folded not in refused and (word.text[0].isupper() or lower_words > 0)


_IN_OR_AT: Final = frozenset(
    ["in", "at", "from", "of", "near", "on", "to", "the", "for", "en", "de", "del", "la", "el", "a"]
)
