"""Pseudonyms: stable per agency, unlinkable across agencies, one per spelling of an identifier."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.pseudonyms.domain import BlankPerson, SubjectPseudonyms, normalise_person
from feedback_api.secrets.key_derivation import derive_key

ROOT = bytes(range(32))


def test_a_pseudonym_is_a_version_and_43_characters():
    assert re.fullmatch(r"v1:[A-Za-z0-9_-]{43}", SubjectPseudonyms(ROOT).pseudonym_of("oakfield", "jo@example.org"))


def test_it_is_the_hmac_under_the_agencys_derived_key():
    # RFC 5869 by hand: extract with the salt, one expand step, info = length-prefixed purpose and parts.
    extracted = hmac.digest(b"soundings", ROOT, "sha256")
    info = b"".join(len(part).to_bytes(4, "big") + part for part in (b"subject", b"1", b"oakfield"))
    key = hmac.digest(extracted, info + b"\x01", "sha256")
    digest = hmac.new(key, b"jo@example.org", hashlib.sha256).digest()
    expected = "v1:" + urlsafe_b64encode(digest).decode().rstrip("=")
    assert SubjectPseudonyms(ROOT).pseudonym_of("oakfield", " Jo@Example.org ") == expected


def test_agencies_roots_and_versions_are_unlinkable():
    person = "jo@example.org"
    given_ = {
        SubjectPseudonyms(ROOT).pseudonym_of("oakfield", person)[3:],
        SubjectPseudonyms(ROOT).pseudonym_of("elmfield", person)[3:],
        SubjectPseudonyms(ROOT[::-1]).pseudonym_of("oakfield", person)[3:],
        SubjectPseudonyms(ROOT, lambda _: 2).pseudonym_of("oakfield", person)[3:],
    }
    assert len(given_) == 4
    assert SubjectPseudonyms(ROOT, lambda _: 2).pseudonym_of("oakfield", person).startswith("v2:")


@pytest.mark.parametrize(
    ("spelling", "identifier"),
    [
        (" Jo.Public@Example.ORG\n", "jo.public@example.org"),
        ("mailto:jo@example.org", "jo@example.org"),
        ("Straße", "strasse"),
        ("\uff2a\uff4f", "jo"),
        ("+1 (415) 555-0132", "+14155550132"),
        ("tel:+1-415-555-0132", "+14155550132"),
        ("001 415 555 0132", "+14155550132"),
        ("(415) 555-0132", "4155550132"),
        ("12-34", "12-34"),
        ("AB-123456", "ab-123456"),
    ],
)
def test_spellings_of_one_identifier_meet(spelling: str, identifier: str):
    assert normalise_person(spelling) == identifier


@pytest.mark.parametrize("person", ["", "  ", "\t\n", "mailto:"])
def test_nobody_has_no_pseudonym(person: str):
    with pytest.raises(BlankPerson):
        SubjectPseudonyms(ROOT).pseudonym_of("oakfield", person)


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_identifier_has_one_and_keeps_it(agency: str, person: str):
    keys = SubjectPseudonyms(ROOT)
    if normalise_person(person):
        assert (
            keys.pseudonym_of(agency, person)
            == keys.pseudonym_of(agency, person)
            == SubjectPseudonyms(ROOT).pseudonym_of(agency, person)
        )


@given(st.text(st.characters()))
def test_normalising_twice_changes_nothing(person: str):
    once = normalise_person(person)
    assert normalise_person(once) == once


def test_a_short_root_secret_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        SubjectPseudonyms(b"short")


def test_parts_of_a_purpose_cannot_run_together():
    assert derive_key(ROOT, "subject", "1", "1a", length=32) != derive_key(ROOT, "subject", "11", "a", length=32)


def test_a_rotated_key_makes_new_pseudonyms_and_finds_all_older_ones():
    versions = {"oakfield": 1}
    keys = SubjectPseudonyms(ROOT, lambda agency: versions.get(agency, 1))
    first = keys.pseudonym_of("oakfield", "jo@example.org")
    other = keys.pseudonym_of("elmfield", "jo@example.org")
    versions["oakfield"] = 3
    third = keys.pseudonym_of("oakfield", "jo@example.org")
    assert third[:3] == "v3:"
    found = keys.all_pseudonyms("oakfield", "JO@example.org ")
    assert [one[:3] for one in found] == ["v3:", "v2:", "v1:"]
    assert (found[0], found[2]) == (third, first)
    assert keys.pseudonym_of("elmfield", "jo@example.org") == other


def test_what_a_former_root_secret_made_is_found_and_made_no_more():
    old, new = SubjectPseudonyms(ROOT), SubjectPseudonyms(ROOT[::-1], former=[ROOT])
    person = "jo@example.org"
    assert new.all_pseudonyms("oakfield", person) == (
        new.pseudonym_of("oakfield", person),
        old.pseudonym_of("oakfield", person),
    )
    assert new.pseudonym_of("oakfield", person) != old.pseudonym_of("oakfield", person)
