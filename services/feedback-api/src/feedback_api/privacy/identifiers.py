"""National identifiers: a registry of shapes, cues and check rules."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stdnum.ar import cuit
from stdnum.au import tfn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.cl import rut
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.it import codicefiscale
from stdnum.mx import curp, rfc
from stdnum.us import itin, ssn

from feedback_api.privacy.cues import before
from feedback_api.privacy.spans import Span


def _always(_: str) -> bool:
    return True


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Identifier:
    """How one identifier is recognised.

    After its `cue` (at most 40 characters before, no digit between) anything of the `loose` shape is one, formally valid
    or not. Without a cue it takes the `strict` shape and a number that `is_valid`.
    """

    name: str
    cue: re.Pattern[str]
    loose: re.Pattern[str]
    strict: re.Pattern[str]
    is_valid: Callable[[str], bool]


def _identifier(
    name: str, cue: str, loose: str, strict: str | None = None, is_valid: Callable[[str], bool] = _never
) -> Identifier:
    flags = re.IGNORECASE
    return Identifier(
        name,
        re.compile(rf"(?<![^\W_])(?:{cue})(?![^\W_])[^0-9\n]{{0,24}}$", flags),
        re.compile(rf"(?<![^\W_])(?:{loose})(?![^\W_])", flags),
        re.compile(rf"(?<![\w+.-])(?:{strict or loose})(?![\w-]|\.[0-9])", flags),
        is_valid,
    )


_SSN: Final = r"s\.?s\.?n\.?|social(?: security)?(?: number| no\.?| #)?|seguro social|itin|tax ?payer id|tax id"
_BRITISH: Final = r"national insurance|ni(?:no)?|n\.i\.|insurance number"

IDENTIFIERS: Final[tuple[Identifier, ...]] = (
    _identifier(
        "US SSN and ITIN",
        _SSN,
        r"[0-9]{3}[ .\-/]{0,3}[0-9]{2}[ .\-/]{0,3}[0-9]{4}|[0-9]{9}",
        r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}",
        lambda number: ssn.is_valid(number) or itin.is_valid(number),
    ),
    _identifier("US SSN, masked", _SSN, r"[x*#]{3}-?[x*#]{2}-?[0-9]{4}", r"[x*]{3}-[x*]{2}-[0-9]{4}", _always),
    _identifier(
        "US Medicare",
        r"medicare|mbi",
        r"[1-9][a-z][a-z0-9][0-9]-?[a-z][a-z0-9][0-9]-?[a-z]{2}[0-9]{2}",
        r"[1-9][ac-hj-kmnp-rt-y][0-9ac-hj-kmnp-rt-y][0-9]-[ac-hj-kmnp-rt-y][0-9ac-hj-kmnp-rt-y][0-9]-"
        r"[ac-hj-kmnp-rt-y]{2}[0-9]{2}",
        _always,
    ),
    _identifier("US alien number", r"alien(?: registration)?(?: number| no\.?)?|a[- ]?number|uscis", r"a?[- ]?[0-9]{7,9}"),
    _identifier(
        "UK National Insurance",
        _BRITISH,
        r"[a-z]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[a-z]?",
        r"[a-ceghj-prtw-z][a-ceghj-nprtw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]|"
        r"[a-z]{2} [0-9]{2} [0-9]{2} [0-9]{2} [a-d]",
        lambda number: number[:2].upper() not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"},
    ),
    _identifier("UK NHS", r"nhs", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", None, lambda number: "-" not in number and nhs.is_valid(number)),
    _identifier(
        "Canadian SIN",
        r"s\.?i\.?n\.?|n\.?a\.?s\.?|social insurance(?: number)?|assurance sociale",
        r"[0-9]{3}[ .\-/]?[0-9]{3}[ .\-/]?[0-9]{3}",
        r"[0-9]{3}-[0-9]{3}-[0-9]{3}",
        sin.is_valid,
    ),
    _identifier(
        "Mexican CURP",
        r"curp",
        r"[a-z]{4}[0-9]{6}[a-z0-9]{6,8}",
        r"[a-z]{4}[0-9]{6}[hmx][a-z]{5}[a-z0-9][0-9]",
        lambda number: curp.is_valid(number, validate_check_digits=False),
    ),
    _identifier(
        "Mexican RFC of a person",
        r"r\.?f\.?c\.?",
        r"[a-zñ&]{3,4}-?[0-9]{6}-?[a-z0-9]{0,3}",
        r"[a-zñ]{4}[0-9]{6}[a-z0-9]{3}",
        lambda number: rfc.is_valid(number),
    ),
    _identifier(
        "Spanish DNI and NIE",
        r"d\.?n\.?i\.?|n\.?i\.?[ef]\.?|documento(?: nacional)? de identidad",
        r"[xyz]?[ -]?[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[a-z]?",
        r"[0-9]{8}-?[a-z]|[xyz]-?[0-9]{7}-?[a-z]",
        lambda number: dni.is_valid(number) or nie.is_valid(number),
    ),
    _identifier("Identity card, Latin America", r"c[eé]dula|c\.c\.|c\.i\.|documento|identificaci[oó]n", r"[0-9]{1,3}(?:\.?[0-9]{3}){2,3}(?:-[0-9k])?"),
    _identifier("Chilean RUT", r"ru[tn]", r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-?[0-9k]", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9k]", rut.is_valid),
    _identifier("Argentine CUIL", r"cui[tl]", r"[0-9]{2}[ -]?[0-9]{8}[ -]?[0-9]", r"(?:20|23|24|27)-[0-9]{8}-[0-9]", cuit.is_valid),
    _identifier("Brazilian CPF", r"cpf", r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", cpf.is_valid),
    _identifier(
        "French NIR",
        r"nir|num[eé]ro de s[eé]curit[eé] sociale|s[eé]curit[eé] sociale",
        r"[12](?: ?[0-9]{2}){2} ?[0-9ab]{2}(?: ?[0-9]{3}){2}(?: ?[0-9]{2})?",
        r"[12](?: ?[0-9]{2}){2} ?[0-9ab]{2}(?: ?[0-9]{3}){2} ?[0-9]{2}",
        nir.is_valid,
    ),
    _identifier(
        "Italian codice fiscale",
        r"codice fiscale|c\.f\.",
        r"[a-z]{6}[0-9]{2}[a-z][0-9]{2}[a-z][0-9]{3}[a-z]",
        None,
        codicefiscale.is_valid,
    ),
    _identifier("Australian TFN", r"tfn|tax file number", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{2,3}"),
    _identifier("Indian Aadhaar", r"aadhaa?r|uidai", r"[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}"),
    _identifier("Passport", r"passport(?: number| no\.?| #)?|pasaporte", r"(?=[a-z]{0,2}[0-9])[a-z]{0,3}[0-9]{6,9}[a-z]?"),
    _identifier(
        "Driving licence",
        r"driv(?:er'?s?|ing) licen[cs]e(?: number| no\.?| #)?|licencia de (?:conducir|manejo)",
        r"[a-z]{0,5}[ -]?[0-9]{6,14}[a-z0-9]{0,5}",
    ),
)
"""Add a row to add an identifier; the tests ask for a hit, an invalid hit by cue, and look-alikes of each row."""


def identifiers(text: str) -> Iterator[Span]:
    """Every national identifier in the text."""
    for identifier in IDENTIFIERS:
        for match in identifier.loose.finditer(text):
            if identifier.cue.search(before(text, match.start())):
                yield Span(*match.span(), "national-id")
        if identifier.is_valid is not _never:
            for match in identifier.strict.finditer(text):
                if identifier.is_valid(match.group()):
                    yield Span(*match.span(), "national-id")
