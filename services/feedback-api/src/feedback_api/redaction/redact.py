"""Redaction of personal data: recognisers behind cheap pre-checks, and replacement with bounded re-reading."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from feedback_api.redaction.digit_groups import digit_runs
from feedback_api.redaction.normalise import normalise_text
from feedback_api.redaction.recognisers.birth_dates import birth_dates
from feedback_api.redaction.recognisers.emails import find_emails
from feedback_api.redaction.recognisers.ibans import find_ibans
from feedback_api.redaction.recognisers.ip_addresses import find_ip_addresses
from feedback_api.redaction.recognisers.national_ids import find_national_ids
from feedback_api.redaction.recognisers.payment_cards import FEWEST_CARD_DIGITS, find_cards
from feedback_api.redaction.recognisers.person_names import find_names
from feedback_api.redaction.recognisers.phones import find_phones
from feedback_api.redaction.recognisers.street_addresses import find_addresses
from feedback_api.redaction.recognisers.urls import FoundLink, find_links
from feedback_api.redaction.spans import KINDS, RedactedSpan, resolve_overlaps, unredacted_pieces

# Changes whenever the same text may be redacted differently; stored with the evaluation results.
REDACTION_VERSION: Final = "2"

_DIGIT: Final = re.compile(r"[0-9]")
_DIGITS: Final = re.compile(r"[0-9]+")
_FEWEST_DIGITS: Final = 4
_FEWEST_NUMBER_DIGITS: Final = 7
# Characters of pieces with a hit that are parted further, for a text of any length; the last piece may exceed it.
_ALLOWANCE: Final = 2000
_COST_OF_A_PIECE: Final = 50
_NOTHING: Final[frozenset[str]] = frozenset()
_LOOSE_IN_LINKS: Final = frozenset({"name", "address", "date-of-birth"})


def find_spans(text: str, *, place_names: frozenset[str] = _NOTHING) -> tuple[RedactedSpan, ...]:
    """The personal data in a text: disjoint spans in order, positions in characters of the text as given.

    Total over strings: it never raises, and its work grows linearly with the length. `place_names` are the tenant's
    streets, towns and institutions, in any case, which a first name alone does not turn into a person. Text between
    two placeholders is processed separately.
    """
    if "[" not in text:
        return _spans_in(text, place_names)
    return tuple(
        RedactedSpan(start + span.start, start + span.end, span.kind)
        for start, end in unredacted_pieces(text)
        for span in _spans_in(text[start:end], place_names)
    )


def redact_text(text: str, *, place_names: frozenset[str] = _NOTHING) -> str:
    """The text with each personal item replaced by its kind in square brackets; redacting twice changes nothing.

    What is left between two items is read again, because alone it may be one too. A piece with a hit in it is then
    parted further as long as there is an allowance; afterwards it goes as a whole. So a text is read twice, three times
    at most, whatever it holds.
    """
    spans = find_spans(text, place_names=place_names)
    if not spans:
        return text
    allowance = _ALLOWANCE
    done: list[str] = []
    waiting = [*reversed(_split_at_spans(text, spans))]
    while waiting:
        piece, is_open = waiting.pop()
        spans = _spans_in(piece, place_names) if is_open and not piece.isspace() else ()
        if not spans:
            done.append(piece)
        elif allowance <= 0:
            done.append(min(spans, key=lambda span: KINDS.index(span.kind)).replacement_label)
        else:
            allowance -= len(piece) + _COST_OF_A_PIECE
            waiting += reversed(_split_at_spans(piece, spans))
    return "".join(done)


def _split_at_spans(text: str, spans: Sequence[RedactedSpan]) -> list[tuple[str, bool]]:
    """Split at spans and placeholders: placeholders with False (not read again), the text between with True."""
    parts: list[tuple[str, bool]] = []
    position = 0
    for span in spans:
        parts += _at_placeholders(text[position : span.start])
        parts.append((span.replacement_label, False))
        position = span.end
    return parts + _at_placeholders(text[position:])


def _at_placeholders(text: str) -> list[tuple[str, bool]]:
    if "[" not in text:
        return [(text, True)] if text else []
    parts: list[tuple[str, bool]] = []
    position = 0
    for start, end in unredacted_pieces(text):
        parts += ((text[position:start], False), (text[start:end], True))
        position = end
    return [*parts, (text[position:], False)]


def _spans_in(text: str, place_names: frozenset[str]) -> tuple[RedactedSpan, ...]:
    """The personal data in a text without placeholders."""
    reading = normalise_text(text)
    found = _candidate_spans(reading.text, place_names)
    return resolve_overlaps(map(reading.original_span, found)) if found else ()


def _candidate_spans(text: str, place_names: frozenset[str]) -> list[RedactedSpan]:
    lowered = text.lower()
    found = [*find_emails(text, lowered), *find_names(text, lowered, place_names)]
    if _DIGIT.search(text):
        found += find_addresses(text, lowered)
        found += birth_dates(text, lowered)
        count = sum(map(len, _DIGITS.findall(text)))
        if count >= _FEWEST_DIGITS:
            found += find_ip_addresses(text)
            found += find_national_ids(text, lowered, count)
        if count >= _FEWEST_NUMBER_DIGITS:
            found += _number_spans(text, count)
    addressed = list(find_links(text, lowered))
    return _with_links(text, found, addressed) if addressed else found


def _number_spans(text: str, count: int) -> Iterator[RedactedSpan]:
    yield from find_ibans(text)
    for run in digit_runs(text):
        if count >= FEWEST_CARD_DIGITS:
            yield from find_cards(text, run)
        yield from find_phones(text, run)


def _with_links(text: str, found: list[RedactedSpan], addressed: list[FoundLink]) -> list[RedactedSpan]:
    """Replace private links as a whole; inside other links ignore spans of the prose recognisers."""
    addressed.sort(key=lambda link: (link.start, -link.end))
    ends = list(accumulate((link.end for link in addressed), max))
    kept: list[RedactedSpan] = []
    for span in found:
        # The first link whose end, or that of one before it, lies behind the span's start is the first to cover it.
        place = bisect_right(ends, span.start)
        link = addressed[place] if place < len(addressed) and addressed[place].start < span.end else None
        if link is None or (span.start < link.start or span.end > link.end):
            kept.append(span)
        elif not link.is_private and not _is_part_of_path(text, span):
            kept.append(link.redacted_span())
    return kept + [link.redacted_span() for link in addressed if link.is_private]


def _is_part_of_path(text: str, span: RedactedSpan) -> bool:
    return span.kind in _LOOSE_IN_LINKS or (span.kind == "phone" and text[span.start : span.end].isdigit())
