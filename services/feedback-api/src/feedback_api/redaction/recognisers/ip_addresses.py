"""Recogniser of IP addresses, distinguished from version numbers, section numbers and times."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from feedback_api.redaction.context_cues import text_before
from feedback_api.redaction.spans import RedactedSpan

_DOTTED: Final = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]")
_QUAD: Final = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?\w)")
_COLONS: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:\.[0-9]{1,3}){0,3}(?:%\w{1,15})?(?![\w:])")
_FEWEST_HEX: Final = 4
_VERSION: Final = re.compile(
    r"(?:\b(?:v|ver|vers|versi[oó]n|release|build|firmware|update|patch|app|android|ios|macos|windows|linux|chrome|"
    r"firefox|safari|edge|java|python|section|secci[oó]n|sec|chapter|cap[ií]tulo|clause|cl[aá]usula|art[ií]culo|article|"
    r"paragraph|p[aá]rrafo|appendix|table|figure|item|step)|§)[\s.:#]{0,3}$",
    re.IGNORECASE,
)
_CUE: Final = re.compile(
    r"\b(?:ip(?:v4)?|ips|address|direcci[oó]n|host|server|servidor|dns|gateway)\b[^0-9]*$", re.IGNORECASE
)


def find_ip_addresses(text: str) -> Iterator[RedactedSpan]:
    """Every IPv4 and IPv6 address in the text."""
    if _DOTTED.search(text):
        yield from (RedactedSpan(*match.span(), "ip") for match in _QUAD.finditer(text) if _is_quad(text, match))
    if text.count(":") > 1:
        for match in _COLONS.finditer(text):
            address = match.group().rstrip(":") if match.group()[-2:] != "::" else match.group()
            if _is_version_six(address):
                yield RedactedSpan(match.start(), match.start() + len(address), "ip")


def _is_quad(text: str, match: re.Match[str]) -> bool:
    octets = match.group().split(".")
    if any(int(octet) > 255 or (octet[0] == "0" and octet != "0") for octet in octets):  # noqa: PLR2004
        return False
    introduction = text_before(text, match.start())
    if _CUE.search(introduction):
        return True
    return any(len(octet) > 1 for octet in octets) and _VERSION.search(introduction) is None


def _is_version_six(candidate: str) -> bool:
    plain = candidate.split("%", maxsplit=1)[0]
    hexadecimal = sum(character not in ":." for character in plain)
    if hexadecimal < _FEWEST_HEX or plain.count(":") < 2 or not any(c.isdigit() for c in plain):  # noqa: PLR2004
        return False
    try:
        ipaddress.IPv6Address(plain)
    except ValueError:
        return False
    return True
