"""Redaction: every recogniser behind its cheap pre-check, and replacement until nothing is left to find."""

import re
from collections.abc import Iterator
from typing import Final

from feedback_api.privacy.addresses import addresses
from feedback_api.privacy.birth_dates import birth_dates
from feedback_api.privacy.cards import FEWEST_CARD_DIGITS, cards
from feedback_api.privacy.emails import emails
from feedback_api.privacy.folding import read
from feedback_api.privacy.ibans import ibans
from feedback_api.privacy.identifiers import identifiers
from feedback_api.privacy.names import names
from feedback_api.privacy.networks import networks
from feedback_api.privacy.numbers import runs
from feedback_api.privacy.phones import phones
from feedback_api.privacy.spans import Span, replace, resolve
from feedback_api.privacy.urls import Link, links

REDACTION_VERSION: Final = "1"
"""Changes whenever the same text may be redacted differently; stored beside what was measured with it."""

_DIGIT: Final = re.compile(r"[0-9]")
_DIGITS: Final = re.compile(r"[0-9]+")
_FEWEST_DIGITS: Final = 4
_FEWEST_NUMBER_DIGITS: Final = 7
_NOTHING: Final[frozenset[str]] = frozenset()
_LOOSE_IN_LINKS: Final = frozenset({"name", "address", "date-of-birth"})


def find(text: str, *, place_names: frozenset[str] = _NOTHING) -> tuple[Span, ...]:
    """The personal data in a text: disjoint spans in order, positions in characters of the text as given.

    Total over strings: it never raises, and its work grows linearly with the length. `place_names` are the tenant's
    streets, towns and institutions, in any case, which a first name alone does not turn into a person.
    """
    reading = read(text)
    found = _candidates(reading.text, place_names)
    return resolve(text, map(reading.original, found)) if found else ()


def redact(text: str, *, place_names: frozenset[str] = _NOTHING) -> str:
    """The text with each personal item replaced by its kind in square brackets; redacting twice changes nothing.

    Every pass removes characters and never touches a placeholder, so the passes end; two are usual when there is a hit.
    """
    while spans := find(text, place_names=place_names):
        text = replace(text, spans)
    return text


def _candidates(text: str, place_names: frozenset[str]) -> list[Span]:
    lowered = text.lower()
    found = [*emails(text, lowered), *names(text, lowered, place_names)]
    if _DIGIT.search(text):
        found += addresses(text, lowered)
        found += birth_dates(text, lowered)
        count = sum(map(len, _DIGITS.findall(text)))
        if count >= _FEWEST_DIGITS:
            found += networks(text)
            found += identifiers(text, lowered, count)
        if count >= _FEWEST_NUMBER_DIGITS:
            found += _numbers(text, count)
    addressed = list(links(text, lowered))
    return _with_links(text, found, addressed) if addressed else found


def _numbers(text: str, count: int) -> Iterator[Span]:
    yield from ibans(text)
    for run in runs(text):
        if count >= FEWEST_CARD_DIGITS:
            yield from cards(text, run)
        yield from phones(text, run)


def _with_links(text: str, found: list[Span], addressed: list[Link]) -> list[Span]:
    """A private link goes as a whole, also for what stands in it; in any other the recognisers for prose are silent."""
    kept: list[Span] = []
    for span in found:
        link = next((link for link in addressed if link.covers(span)), None)
        if link is None or (span.start < link.start or span.end > link.end):
            kept.append(span)
        elif not link.is_private and not _is_part_of_path(text, span):
            kept.append(link.span())
    return kept + [link.span() for link in addressed if link.is_private]


def _is_part_of_path(text: str, span: Span) -> bool:
    return span.kind in _LOOSE_IN_LINKS or (span.kind == "phone" and text[span.start : span.end].isdigit())
