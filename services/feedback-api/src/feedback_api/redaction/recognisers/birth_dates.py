"""Recogniser of dates of birth: a date next to a birth cue."""

import re
from collections.abc import Iterator
from typing import Final

from feedback_api.redaction.context_cues import mentions_any
from feedback_api.redaction.spans import RedactedSpan

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|enero|ene|febrero|marzo|abril|abr|mayo|junio|julio|agosto|ago|septiembre|setiembre|"
    r"octubre|noviembre|diciembre|dic)\b"
    r"(?:\.(?=[\s\-/.,]{1,2}(?:de |del |of )?'?[0-9]))?"
)
_DAY: Final = r"[0-3]?[0-9](?:st|nd|rd|th|º|o|ro)?"
_YEAR: Final = r"(?:'?[0-9]{4}|'[0-9]{2}|[0-9]{2})"
_FULL_DATE: Final = (
    r"(?:[0-9]{4}\s?[-/.]\s?[0-9]{1,2}\s?[-/.]\s?[0-9]{1,2}|[0-9]{1,2}\s?[-/.]\s?[0-9]{1,2}\s?[-/.]\s?[0-9]{2,4}"
    rf"|{_DAY}[\s\-/.]{{1,2}}(?:(?:of|de|del)\s)?{_MONTH}(?:[\s\-/.,]{{1,2}}(?:(?:de|del|of)\s)?{_YEAR})?"
    rf"|{_MONTH}[\s\-]{_DAY}(?:,?[\s\-]{{1,2}}{_YEAR})?)"
)
_PART_DATE: Final = (
    rf"(?:{_FULL_DATE}|{_MONTH}[\s,]{{1,2}}(?:del?\s)?[0-9]{{4}}"
    r"|[0-9]{1,2}/[0-9]{4}|[0-9]{8}|(?:19|20)[0-9]{2})"
)
_BIRTH: Final = (
    r"(?:d\.?\s?o\.?\s?b\.?|date of birth|birth\s?-?date|birthday|"
    r"fecha de nac(?:imiento|\.)?|f\.?\s?(?:de\s)?nac(?:imiento|\.)?|cumplea[nñ]os)"
)
_BORN: Final = r"(?:born|nacid[oa]s?|nac[ií](?:eron|[oó])?)"
_GAP: Final = r"[^0-9\n\].;!?]{0,24}?"
_AFTER_BIRTH: Final = re.compile(rf"\b{_BIRTH}(?!\w){_GAP}(?<![0-9])({_PART_DATE})(?![0-9])", re.IGNORECASE)
_AFTER_BORN: Final = re.compile(rf"\b{_BORN}\b{_GAP}(?<![0-9])({_FULL_DATE})(?![0-9])", re.IGNORECASE)
_BEFORE_BIRTH: Final = re.compile(
    rf"(?<![0-9])({_FULL_DATE})(?![0-9])[\s,:(=-]{{0,3}}(?:(?:is|was|es|era|as)\s)?(?:(?:my|his|her|the|mi|su|la|de)\s)?{_BIRTH}(?!\w)",
    re.IGNORECASE,
)
_STEMS: Final = ("born", "birth", "nac", "cumple", "dob", "d.o", "d o")


def birth_dates(text: str, lowered: str) -> Iterator[RedactedSpan]:
    """Every date of birth that a cue gives away; the cue itself stays."""
    if mentions_any(lowered, _STEMS):
        for pattern in (_AFTER_BIRTH, _AFTER_BORN, _BEFORE_BIRTH):
            yield from (RedactedSpan(*match.span(1), "date-of-birth") for match in pattern.finditer(text))
