"""Subjects: the keyed pseudonym that stands for a person from the door on."""

import hmac
import re
import unicodedata
from base64 import urlsafe_b64encode
from typing import Final

from feedback_api.privacy.derivation import derive

_KEY_LENGTH: Final = 32
_TELEPHONE: Final = re.compile(r"\+?[0-9 ().\-/]+")
_NO_DIGIT: Final = re.compile(r"[^0-9]")
_FEWEST_DIGITS: Final = 7


class BlankPerson(ValueError):
    """A person identifier with nothing in it; it would make one subject of many people."""

    code: Final = "person.blank"


class SubjectKeys:
    """Pseudonyms under one key per agency and key version, derived from the root secret and kept in memory."""

    def __init__(self, root_secret: bytes, *, version: int = 1) -> None:
        self._root_secret = root_secret
        self._version = version
        self._keyed: dict[str, hmac.HMAC] = {}
        derive(root_secret, "check", length=_KEY_LENGTH)

    def pseudonym(self, agency_id: str, person: str) -> str:
        """`v<key version>:` and 43 characters: HMAC-SHA256 of the normalised identifier, base64url without padding.

        Raises:
            BlankPerson: nothing is left after normalising.
        """
        identifier = normalise(person)
        if not identifier:
            raise BlankPerson("a person identifier must not be blank")
        # A copy of a keyed state: hmac.digest would let go of the interpreter for each short text, and wait for it.
        mac = (self._keyed.get(agency_id) or self._derived(agency_id)).copy()
        mac.update(identifier.encode("utf-8", "surrogatepass"))
        return f"v{self._version}:{urlsafe_b64encode(mac.digest()).rstrip(b'=').decode('ascii')}"

    def _derived(self, agency_id: str) -> hmac.HMAC:
        key = derive(self._root_secret, "subject", str(self._version), agency_id, length=_KEY_LENGTH)
        keyed = hmac.new(key, digestmod="sha256")
        self._keyed[agency_id] = keyed
        return keyed


def normalise(person: str) -> str:
    """One spelling per identifier: NFKC, case folded, spaces at the ends and `mailto:`/`tel:` dropped.

    What consists of at least 7 digits and telephone punctuation only is reduced to its digits, with `+` before them
    when it began with `+` or `00`. No country code is guessed: `+1 415 555 0132` and `415 555 0132` stay apart.
    """
    plain = unicodedata.normalize("NFKC", person).strip().casefold()
    plain = plain.removeprefix("mailto:").removeprefix("tel:").strip()
    if _TELEPHONE.fullmatch(plain):
        digits = _NO_DIGIT.sub("", plain)
        if len(digits) >= _FEWEST_DIGITS:
            return "+" + digits.removeprefix("00") if plain[0] == "+" or digits.startswith("00") else digits
    return plain
