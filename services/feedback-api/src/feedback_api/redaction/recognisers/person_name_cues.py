"""Phrases that introduce a name: introductions, speakers, signatures and titles, English and Spanish."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from feedback_api.redaction.context_cues import mentions_any, text_before

_MOST_LOWER_WORDS: Final = 2
_LONGEST_SIGNATURE: Final = 72


@dataclass(frozen=True, slots=True)
class NameOpening:
    """A position where a name may begin, with up to `lower_words` words that have no capital."""

    position: int
    lower_words: int = 0


_INTRODUCTION: Final = re.compile(
    r"(?:\b(?:my (?:full |first |last |real |legal )?name(?:['’]s| is| ?:)|me llamo|mi nombre(?: completo)?(?: es| ?:)|"
    r"mi apellido es)|(?<!\w )\b(?:(?:full |first |last )?name|nombre(?: completo| y apellidos?)?) ?:)"
    r"[\s,]{0,3}[\"“'«]?",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"\b(?:se llama|le llaman|me dicen|they call me|(?:(?:his|her|whose) )?name (?:is|was)) ", re.IGNORECASE
)
_TWO_CAPITALS: Final = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]{1,30} (?=[A-ZÀ-ÖØ-Þ][^\W\d_])")
_SPEAKER: Final = re.compile(
    r"\b(?:this is|i am|i['’]?m|soy|habla|hablé con|(?:spoke|talked) (?:with|to)|asked? for|named|"
    r"the (?:manager|clerk|agent|supervisor|cashier|operator)|"
    r"(?:el|la) (?:oficial|agente|gerente|cajer[oa]|supervisora?|funcionari[oa])),? \Z",
    re.IGNORECASE,
)
_SPEAKER_REACH: Final = 20
_LAST_SPEAKER_WORDS: Final = frozenset(
    [
        "is",
        "am",
        "i'm",
        "i’m",
        "im",
        "soy",
        "habla",
        "con",
        "with",
        "to",
        "for",
        "named",
        "manager",
        "clerk",
        "agent",
        "supervisor",
        "cashier",
        "operator",
        "oficial",
        "agente",
        "gerente",
        "cajero",
        "cajera",
        "supervisora",
        "funcionario",
        "funcionaria",
    ]
)
_SIGNATURE: Final = re.compile(
    r"\b(?:(?:signed|firmado|firma|fdo)\b(?: ?[,:.\n–—-]\s{0,3}-{0,2}\s?| (?:by|por)[ :])|"
    r"(?:sincerely|(?:kind |best |warm )?regards|yours (?:truly|faithfully)|atentamente|atte|saludos(?: cordiales)?)\b"
    r"(?: ?[,:.\n–—-]\s{0,3}-{0,2}\s?|\s{1,3}))",
    re.IGNORECASE,
)
_LAST_WORDS: Final = re.compile(r"[^\W\d_]{2,20}(?: [^\W\d_]{2,20}){0,2}\W{0,4}\Z")
_TITLE_IN_LOWER_CASE: Final = re.compile(
    r"(?<!\w)(?:(?:mr|mrs|ms|sra?|srta)\b\.?[ \t]{1,2}(?=[^\W\d_]{2})"
    r"|(?:doctora?|señor(?:a|ita)?|licenciad[oa]|profesora?|officer|nurse|judge) (?=[A-ZÀ-ÖØ-Þ][^\W\d_]))"
)

_INTRODUCING: Final = ("name", "nombre", "llam", "dicen", "apellido")
_SIGNING: Final = ("signed", "firma", "fdo", "sincerely", "regards", "yours ", "atentamente", "atte", "saludos")
_ADDRESSING: Final = ("mr", "ms ", "ms.", "sr", "doctor", "señor", "licenciad", "profesor", "officer", "nurse", "judge")
# A text without any of these words, in lower case, has no opening.
OPENING_WORDS: Final = frozenset(
    [
        "name",
        "nombre",
        "llamo",
        "llama",
        "llaman",
        "dicen",
        "call",
        "apellido",
        "signed",
        "firmado",
        "firma",
        "fdo",
        "sincerely",
        "regards",
        "yours",
        "atentamente",
        "atte",
        "saludos",
        "mr",
        "mrs",
        "ms",
        "sr",
        "sra",
        "srta",
        "doctor",
        "doctora",
        "señor",
        "señora",
        "señorita",
        "licenciado",
        "licenciada",
        "profesor",
        "profesora",
        "officer",
        "nurse",
        "judge",
    ]
)


def find_openings(text: str, lowered: str) -> Iterator[NameOpening]:
    """Where introductions, signatures and titles in lower case say that a name begins."""
    if mentions_any(lowered, _INTRODUCING):
        yield from (NameOpening(cue.end(), _MOST_LOWER_WORDS) for cue in _INTRODUCTION.finditer(text))
        yield from (NameOpening(cue.end()) for cue in _NAMED.finditer(text))
    if mentions_any(lowered, _SIGNING):
        yield from (_after_signature(text, cue) for cue in _SIGNATURE.finditer(text))
    if mentions_any(lowered, _ADDRESSING):
        yield from (NameOpening(title.end(), 1) for title in _TITLE_IN_LOWER_CASE.finditer(text))


def introductions_of_two_words(text: str) -> Iterator[int]:
    """Where two capitalised words follow "I am", "spoke to" and the like: a name, a people or a place."""
    for pair in _TWO_CAPITALS.finditer(text):
        start = pair.start()
        # The last word of every cue is known, which spares most texts the costly look.
        last_word = text[max(0, text.rfind(" ", 0, max(0, start - 1)) + 1) : start].rstrip(", ").lower()
        if last_word in _LAST_SPEAKER_WORDS and _SPEAKER.search(text_before(text, start, _SPEAKER_REACH)):
            yield start


def _after_signature(text: str, cue: re.Match[str]) -> NameOpening:
    """After a comma, colon or new line the last words of a text are a name, capitals or not."""
    is_set_off = cue.group()[-1] == "\n" or not cue.group().replace(" ", "").isalpha()
    is_last = len(text) - cue.end() < _LONGEST_SIGNATURE and _LAST_WORDS.match(text, cue.end()) is not None
    return NameOpening(cue.end(), 3 if is_set_off and is_last else 0)
