"""International bank account numbers (ISO 13616): country, length and mod 97; after the cue the shape suffices."""

import re
from collections.abc import Iterator
from typing import Final

from feedback_api.redaction.context_cues import text_before
from feedback_api.redaction.spans import RedactedSpan

_BY_LENGTH: Final = (
    "15:NO 16:BE 18:DK,FI,FO,GL,NL,SD,FK 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,XK,MN 21:CH,HR,LI,LV "
    "22:BG,BH,CR,DE,GB,GE,IE,ME,RS,VA 23:AE,GI,IL,IQ,OM,TL,SO 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG "
    "25:LY,PT,ST 26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM 28:AL,AZ,BY,CY,DO,GT,HN,HU,LB,NI,PL,SV "
    "29:BR,EG,PS,QA,UA 30:JO,KW,MU,YE 31:MT,SC 32:LC 33:RU"
)
_LENGTHS: Final = {
    country: int(length)
    for length, countries in (pair.split(":") for pair in _BY_LENGTH.split())
    for country in countries.split(",")
}
_HEAD: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ \-]?[A-Za-z0-9])")
_DIGITS_OF_HEAD: Final = re.compile(r"[0-9]{2}(?<=[A-Za-z]{2}[0-9]{2})")
_BODY: Final = re.compile(r"(?:[ \-]{0,2}[A-Za-z0-9]){0,34}")
_CUE: Final = re.compile(r"\biban\b[^0-9]{0,20}$", re.IGNORECASE)


def find_ibans(text: str) -> Iterator[RedactedSpan]:
    """Every bank account number in the text, compact or in groups, in either case."""
    for head in _HEAD.finditer(text) if _DIGITS_OF_HEAD.search(text) else ():
        length = _LENGTHS.get(head.group()[:2].upper())
        end = _end_of(text, head.start(), length) if length else None
        if end and (_is_sound(text[head.start() : end]) or _CUE.search(text_before(text, head.start()))):
            yield RedactedSpan(head.start(), end, "iban")


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits from the start end, when nothing of the kind follows directly."""
    body = _BODY.match(text, start)
    seen = 0
    for position in range(start, body.end() if body else start):
        seen += text[position].isalnum()
        if seen == length:
            follower = text[position + 1 : position + 2]
            return None if follower.isalnum() else position + 1
    return None


def _is_sound(account: str) -> bool:
    compact = "".join(character for character in account.upper() if character.isalnum())
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
