"""Keyed pseudonyms that replace personal identifiers at intake."""

import hmac
import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Final

from feedback_api.secrets.key_derivation import derive_key

_KEY_LENGTH: Final = 32
_TELEPHONE: Final = re.compile(r"\+?[0-9 ().\-/]+")
_NO_DIGIT: Final = re.compile(r"[^0-9]")
_FEWEST_DIGITS: Final = 7

# The version of an agency's key that is in force, from 1.
VersionOf = Callable[[str], int]


class BlankPerson(ValueError):
    """A person identifier with nothing in it; it would make one subject of many people."""

    code: Final = "person.blank"


def first_version(_agency_id: str) -> int:
    """The version of every agency whose key was never rotated."""
    return 1


class SubjectPseudonyms:
    """Pseudonyms under one key per agency and key version, derived from the root secret and kept in memory.

    ``former`` root secrets make no pseudonyms any more; those that they made are still found.
    """

    def __init__(
        self, root_secret: bytes, version_of: VersionOf = first_version, *, former: Sequence[bytes] = ()
    ) -> None:
        self._root_secret = root_secret
        self._former = tuple(former)
        self._version_of = version_of
        self._keyed: dict[tuple[str, int], hmac.HMAC] = {}
        for secret in (root_secret, *self._former):
            derive_key(secret, "check", length=_KEY_LENGTH)

    def pseudonym_of(self, agency_id: str, person: str) -> str:
        """`v<key version>:` and 43 characters: HMAC-SHA256 of the normalised identifier, base64url without padding.

        Raises:
            BlankPerson: nothing is left after normalising.
        """
        identifier = _normal_identifier(person)
        version = self._version_of(agency_id)
        keyed = self._keyed.get((agency_id, version))
        if keyed is None:
            keyed = self._keyed[agency_id, version] = _keyed_hash(self._root_secret, agency_id, version)
        return _compute_pseudonym(keyed, version, identifier)

    def all_pseudonyms(self, agency_id: str, person: str) -> tuple[str, ...]:
        """All pseudonyms that the person has had: under each version so far, of this root secret and the former ones.

        Raises:
            BlankPerson: nothing is left after normalising.
        """
        identifier = _normal_identifier(person)
        return tuple(
            _compute_pseudonym(_keyed_hash(secret, agency_id, version), version, identifier)
            for secret in (self._root_secret, *self._former)
            for version in range(self._version_of(agency_id), 0, -1)
        )


def _normal_identifier(person: str) -> str:
    identifier = normalise_person(person)
    if not identifier:
        raise BlankPerson("a person identifier must not be blank")
    return identifier


def _compute_pseudonym(keyed: hmac.HMAC, version: int, identifier: str) -> str:
    # Copying a keyed state avoids hmac.digest, which releases the GIL for each short text and then waits for it.
    mac = keyed.copy()
    mac.update(identifier.encode("utf-8", "surrogatepass"))
    return f"v{version}:{urlsafe_b64encode(mac.digest()).rstrip(b'=').decode('ascii')}"


def _keyed_hash(root_secret: bytes, agency_id: str, version: int) -> hmac.HMAC:
    return hmac.new(derive_key(root_secret, "subject", str(version), agency_id, length=_KEY_LENGTH), digestmod="sha256")


def normalise_person(person: str) -> str:
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
