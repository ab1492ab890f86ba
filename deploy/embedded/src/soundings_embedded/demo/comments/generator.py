"""Writing a comment: a pattern that fits the service, the place and the score, filled with words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Final

from soundings_embedded.demo.agency import TOWNS, Place
from soundings_embedded.demo.comments.english import ENGLISH
from soundings_embedded.demo.comments.spanish import SPANISH
from soundings_embedded.demo.comments.template import CommentPhrases, Language

LANGUAGES: Final = MappingProxyType({"en": ENGLISH, "es": SPANISH})

_PERSONAL: Final = 0.07
_ABOUT_THE_STORY: Final = 0.7
_ABOUT_THE_SERVICE: Final = 0.62
_SAYS_MORE: Final = 0.3
_ENDED: Final = 0.45
_MIDDLE: Final = 3
_BEGINNING: Final = re.compile(r"(?:^|(?<=[.!?] ))[a-zñáéíóú]")


@dataclass(frozen=True, slots=True)
class CommentContext:
    """What a comment is about: where, which service, the overall score, and how far the story has come there."""

    service: str
    place: Place
    overall: int
    trouble: float
    relief: float


def generate_comment(chance: Random, language: str, occasion: CommentContext) -> str:
    """A comment in a language; the same dice write the same words."""
    tongue = LANGUAGES[language]
    is_good = occasion.overall > _MIDDLE
    if occasion.overall < _MIDDLE and chance.random() < _PERSONAL:
        patterns = [chance.choice(tongue.personal)]
    elif occasion.overall == _MIDDLE:
        patterns = [chance.choice(tongue.mixed), chance.choice(_side(tongue.services[occasion.service], is_good=False))]
        patterns = patterns[: chance.choice((1, 2, 2))]
    else:
        patterns = list(_said(chance, tongue, occasion, is_good=is_good))
    words = {place: chance.choice(choices) for place, choices in tongue.words.items()}
    text = " ".join(patterns).format(town=chance.choice(TOWNS), **words)
    return _BEGINNING.sub(lambda letter: letter[0].upper(), text)


def _said(chance: Random, tongue: Language, occasion: CommentContext, *, is_good: bool) -> Iterator[str]:
    told = tongue.relief if is_good else tongue.trouble
    generally = _side(tongue.places[occasion.place], is_good=is_good)
    if chance.random() < _ABOUT_THE_STORY * (occasion.relief if is_good else occasion.trouble):
        yield chance.choice(told[occasion.place])
    elif chance.random() < _ABOUT_THE_SERVICE:
        yield chance.choice(_side(tongue.services[occasion.service], is_good=is_good))
        if chance.random() < _SAYS_MORE:
            yield chance.choice(generally)
    else:
        yield chance.choice(generally)
    if chance.random() < _ENDED:
        yield chance.choice(_side(tongue.endings, is_good=is_good))


def _side(phrases: CommentPhrases, *, is_good: bool) -> tuple[str, ...]:
    return phrases.good if is_good else phrases.bad
