"""E-mail addresses: any local part of any script, any domain that ends in letters, spelled-out forms too."""

import re
from collections.abc import Iterator
from typing import Final

from feedback_api.redaction.context_cues import mentions_any
from feedback_api.redaction.spans import RedactedSpan

_LONGEST_LOCAL: Final = 64
_BACKWARDS_LOCAL: Final = re.compile(r"[\w.!#$%&'’*+=?^`{|}~-]+")
_BACKWARDS_QUOTED: Final = re.compile(r'"[^"@\[\]\n]{1,62}"')
_DOMAIN: Final = re.compile(
    r"(?:(?:[\w-]{1,63}\.){1,9}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{1,59})(?![\w-])|\[?(?:[0-9]{1,3}\.){3}[0-9]{1,3}\]?)",
    re.IGNORECASE,
)
_SPELLED: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s{0,2}(?:[(\[{<]\s?(?:at|@|arroba)\s?[)\]}>]|\sarroba\s)\s{0,2}"
    r"[\w-]{1,63}(?:(?:\.|\s{0,2}[(\[{<]\s?(?:dot|punto)\s?[)\]}>]\s{0,2}|\s(?:dot|punto)\s)[\w-]{1,63}){1,5}",
    re.IGNORECASE,
)
_BRACKETED_AT: Final = re.compile(r"[(\[{<]\s?(?:at|@|arroba)\s?[)\]}>]", re.IGNORECASE)
_BRACKETS: Final = ("(", "[", "{", "<")
_SPELLED_PLAIN: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\sat\s[\w-]{1,63}(?:\sdot\s[\w-]{1,63}){1,5}", re.IGNORECASE
)


def find_emails(text: str, lowered: str) -> Iterator[RedactedSpan]:
    """Every e-mail address in the text; `lowered` is the same text in lower case."""
    if "@" in text:
        yield from _written_emails(text)
    if "arroba" in lowered or (mentions_any(text, _BRACKETS) and _BRACKETED_AT.search(text)):
        yield from (RedactedSpan(*match.span(), "email") for match in _SPELLED.finditer(text))
    if " dot " in lowered:
        yield from (RedactedSpan(*match.span(), "email") for match in _SPELLED_PLAIN.finditer(text))


def _written_emails(text: str) -> Iterator[RedactedSpan]:
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, _skip_space(text, at + 1))
        start = _local_start(text, at) if domain else at
        if domain and start < at:
            yield RedactedSpan(start, domain.end(), "email")
        at = text.find("@", domain.end() if domain else at + 1)


def _skip_space(text: str, position: int) -> int:
    return position + 1 if text[position : position + 1] == " " else position


def _local_start(text: str, at: int) -> int:
    """Where the local part that ends before the at sign begins; the at sign's own place when there is none."""
    end = at - 1 if text[at - 1 : at] == " " else at
    backwards = text[max(0, end - _LONGEST_LOCAL) : end][::-1]
    match = _BACKWARDS_QUOTED.match(backwards) or _BACKWARDS_LOCAL.match(backwards)
    if match is None:
        return at
    local = match.group()[::-1]
    if not local.startswith('"'):
        local = local.lstrip(".!#$%&'’*+=?^`{|}~-")
    return end - len(local) if local else at
