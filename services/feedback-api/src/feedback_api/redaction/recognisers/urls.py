"""Recogniser of private links (credentials, tokens, personal parameters); public links are kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from feedback_api.redaction.recognisers.emails import find_emails
from feedback_api.redaction.spans import RedactedSpan

_LINK: Final = re.compile(
    r"(?<![\w+.-])(?:[a-z][a-z0-9+.-]{1,20}://(?:[^\s<>\"/\[\]]{0,255}@)?(?:\[[0-9a-f:.]{2,45}\])?|www\.)[^\s<>\"\[\]]+",
    re.IGNORECASE,
)
_QUERIED: Final = re.compile(r"(?<![^\s<>\"(\[\]])[^\s<>\"(\[\]?]*\?[^\s<>\"\[\]=]{1,64}=[^\s<>\"\[\]]+")
_USERINFO: Final = re.compile(r"://[^/?#@\s]{1,255}@")
_PARAMETER: Final = re.compile(r"[?&#;]([^=&#;?]{1,64})=([^&#;]+)")
_KEY_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_KEYS: Final = (
    "token key secret password passwd pwd pass sig signature session sid auth jwt otp pin hash nonce credential "
    "credentials apikey email mail correo phone tel telephone mobile cell telefono celular name firstname lastname "
    "fname lname surname fullname nombre nombres apellido apellidos user username userid uid login account usuario "
    "clave contrasena dob birthdate birthday birth nacimiento ssn sin nino passport address street domicilio "
    "direccion dni nie nif curp rfc"
)
_PERSONAL_KEYS: Final = frozenset(_KEYS.split())
_ONE_TIME_CODE: Final = 6
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_CHUNK: Final = re.compile(r"[A-Za-z0-9]{16,}")
_CHANGE: Final = re.compile(r"[0-9][A-Za-z]|[A-Za-z][0-9]")
_FEWEST_CHANGES: Final = 3
_TRAILING: Final = ".,;:!?'’)}*_"


@dataclass(frozen=True, slots=True)
class FoundLink:
    """Position of a web address, and whether it must be redacted as a whole."""

    start: int
    end: int
    is_private: bool

    def redacted_span(self) -> RedactedSpan:
        return RedactedSpan(self.start, self.end, "url")

    def covers_span(self, span: RedactedSpan) -> bool:
        return self.start < span.end and span.start < self.end


def find_links(text: str, lowered: str) -> Iterator[FoundLink]:
    """Every web address with a scheme or `www.`, and every private one without."""
    if "://" in text or "www." in lowered:
        for match in _LINK.finditer(text):
            yield _found_link(match)
    if "?" in text and "=" in text:
        for match in _QUERIED.finditer(text):
            link = _found_link(match)
            if link.is_private:
                yield link


def _found_link(match: re.Match[str]) -> FoundLink:
    address = match.group().rstrip(_TRAILING)
    return FoundLink(match.start(), match.start() + len(address), _is_private(address))


def _is_private(address: str) -> bool:
    """Whether it carries a login, a personal or secret parameter, an e-mail address, or what looks like a token."""
    if _USERINFO.search(address) or _UUID.search(address):
        return True
    if any(_is_personal(key, value) for key, value in _PARAMETER.findall(address)):
        return True
    plain = unquote(address)
    if next(find_emails(plain, plain.lower()), None) is not None:
        return True
    return any(_is_token(chunk) for chunk in _CHUNK.findall(address))


def _is_personal(key: str, value: str) -> bool:
    if key.lower() == "code":
        return len(value) >= _ONE_TIME_CODE
    return any(part.lower() in _PERSONAL_KEYS for part in (key, *_KEY_PART.findall(key)))


def _is_token(chunk: str) -> bool:
    """Letters and digits mixed as only machines mix them: `AnnualReport2018` is not, `8f14e45fceea167a` is."""
    return chunk.startswith("eyJ") or len(_CHANGE.findall(chunk)) >= _FEWEST_CHANGES
