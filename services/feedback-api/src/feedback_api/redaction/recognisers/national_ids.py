"""National identifiers: a registry of shapes, cues and check rules."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stdnum.ar import cuit
from stdnum.br import cpf
from stdnum.cl import rut
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.mx import curp, rfc
from stdnum.us import itin, ssn

from feedback_api.redaction.context_cues import mentions_any, text_before
from feedback_api.redaction.recognisers.payment_cards import passes_luhn
from feedback_api.redaction.spans import RedactedSpan


@dataclass(frozen=True, slots=True)
class NumberShape:
    """What an identifier looks like where nothing introduces it, and which numbers of that look are one.

    No text has it without a digit (or a masked one: `x` or `*`) that its `core`, which knows no letters, follows.
    """

    core: str
    pattern: re.Pattern[str]
    is_valid: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class IdentifierRule:
    """How one identifier is recognised.

    After its `cue` (within 40 characters, no digit between) anything `cued` matches is one, formally valid or not.
    Without a cue the text must have the `alone` shape; None means that the cue is indispensable. No text has one with
    fewer than `digits` digits, or by cue without one of the lower-case `stems`.
    """

    name: str
    digits: int
    stems: tuple[str, ...]
    cue: re.Pattern[str]
    cued: re.Pattern[str]
    alone: NumberShape | None


def _identifier_rule(
    name: str, digits: int, stems: str, cue: str, cued: str, alone: tuple[str, str, Callable[[str], bool]] | None = None
) -> IdentifierRule:
    flags = re.IGNORECASE
    return IdentifierRule(
        name,
        digits,
        tuple(stems.split()),
        re.compile(rf"(?<![^\W_])(?:{cue})(?![^\W_])[^0-9\n]{{0,24}}$", flags),
        re.compile(rf"(?<![^\W_])(?:{cued})(?![^\W_])", flags),
        None if alone is None else _number_shape(*alone),
    )


def _number_shape(core: str, pattern: str, is_valid: Callable[[str], bool]) -> NumberShape:
    whole = re.compile(rf"(?<![\w+.-])(?:{pattern})(?![\w-]|\.[0-9])", re.IGNORECASE)
    return NumberShape(core, whole, is_valid)


def _is_given(_: str) -> bool:
    """The shape is telling enough."""
    return True


def _is_american(number: str) -> bool:
    dashed = number.replace(" ", "-")
    return ssn.is_valid(dashed) or itin.is_valid(dashed)


def _is_british(number: str) -> bool:
    return number[:2].upper() not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


def _is_canadian(number: str) -> bool:
    return passes_luhn(number.replace("-", ""))


def _is_mexican(number: str) -> bool:
    return curp.is_valid(number, validate_check_digits=False)


def _is_spanish(number: str) -> bool:
    return dni.is_valid(number) or nie.is_valid(number)


_AMERICAN_STEMS: Final = "ssn s.s.n social itin tax"
_AMERICAN_CUE: Final = (
    r"s\.?s\.?n\.?|social(?: security)?(?: number| no\.?| #)?|seguro social|itin|tax ?payer id|tax id"
)
_LETTER: Final = "[ac-hj-kmnp-rt-y]"
_EITHER: Final = "[0-9ac-hj-kmnp-rt-y]"
_MEDICARE: Final = rf"[1-9]{_LETTER}{_EITHER}[0-9]-{_LETTER}{_EITHER}[0-9]-{_LETTER}{{2}}[0-9]{{2}}"
_BRITISH: Final = (
    r"[a-ceghj-prtw-z][a-ceghj-nprtw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]"
    r"|[a-z]{2} [0-9]{2} [0-9]{2} [0-9]{2} [a-d]"
)

# Add a row to add an identifier; the tests then ask for its examples.
IDENTIFIERS: Final[tuple[IdentifierRule, ...]] = (
    _identifier_rule(
        "US SSN and ITIN",
        9,
        _AMERICAN_STEMS,
        _AMERICAN_CUE,
        r"[0-9]{3}[ .\-/]{0,3}[0-9]{2}[ .\-/]{0,3}[0-9]{4}",
        (r"[0-9]{2}[ -][0-9]{2}[ -][0-9]", r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}", _is_american),
    ),
    _identifier_rule(
        "US SSN, masked",
        4,
        _AMERICAN_STEMS,
        _AMERICAN_CUE,
        r"[x*#]{3}-?[x*#]{2}-?[0-9]{4}",
        (r"(?<=[xX*])-[0-9]{4}", r"[x*]{3}-[x*]{2}-[0-9]{4}", _is_given),
    ),
    _identifier_rule(
        "US Medicare",
        5,
        "medicare mbi",
        r"medicare|mbi",
        r"[1-9][a-z][a-z0-9][0-9]-?[a-z][a-z0-9][0-9]-?[a-z]{2}[0-9]{2}",
        (r"..[0-9]-", _MEDICARE, _is_given),
    ),
    _identifier_rule(
        "US alien number",
        7,
        "alien a-number uscis",
        r"alien(?: registration)?(?: number| no\.?)?|a-number|uscis",
        r"(?:a[ \-]?)?[0-9]{7,9}",
    ),
    _identifier_rule(
        "UK National Insurance",
        6,
        "insurance ni n.i.",
        r"national insurance|nino?|n\.i\.|insurance number",
        r"[a-z]{2}[ \-]?[0-9]{2}[ \-]?[0-9]{2}[ \-]?[0-9]{2}(?:[ \-]?[a-d])?",
        (r"[0-9] ?[0-9]{2} ?[0-9]{2}", _BRITISH, _is_british),
    ),
    _identifier_rule("UK NHS", 10, "nhs", r"nhs", r"[0-9]{3}[ \-]?[0-9]{3}[ \-]?[0-9]{4}"),
    _identifier_rule(
        "Canadian SIN",
        9,
        "sin s.i.n nas n.a.s social",
        r"(?-i:SIN|NAS)|my sin|s\.i\.n\.?|n\.a\.s\.?|social insurance(?: number)?|assurance sociale",
        r"[0-9]{3}[ .\-/]?[0-9]{3}[ .\-/]?[0-9]{3}",
        (r"[0-9]{2}-[0-9]{3}-[0-9]{3}(?![\w-])", r"[0-9]{3}-[0-9]{3}-[0-9]{3}", _is_canadian),
    ),
    _identifier_rule(
        "Mexican CURP",
        6,
        "curp",
        r"curp",
        r"[a-z]{4}[0-9]{6}[a-z0-9]{6,8}",
        (r"[0-9]{5}", r"[a-z]{4}[0-9]{6}[hmx][a-z]{5}[a-z0-9][0-9]", _is_mexican),
    ),
    _identifier_rule(
        "Mexican RFC of a person",
        6,
        "rfc r.f.c",
        r"r\.?f\.?c\.?",
        r"[a-zñ&]{3,4}-?[0-9]{6}-?[a-z0-9]{0,3}",
        (r"[0-9]{5}", r"[a-zñ]{4}[0-9]{6}[a-z0-9]{3}", rfc.is_valid),
    ),
    _identifier_rule(
        "Spanish DNI and NIE",
        7,
        "dni d.n.i nie n.i.e nif n.i.f identidad",
        r"d\.?n\.?i\.?|n\.?i\.?[ef]\.?|documento(?: nacional)? de identidad",
        r"(?:[xyz][ \-]?)?[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}(?:[ \-]?[a-z])?",
        (r"[0-9]{6}", r"[0-9]{8}-?[a-z]|[xyz]-?[0-9]{7}-?[a-z]", _is_spanish),
    ),
    _identifier_rule(
        "Identity card, Latin America",
        7,
        "dula c.c. c.i. documento identificaci",
        r"c[eé]dula|c\.c\.|c\.i\.|documento|identificaci[oó]n",
        r"[0-9]{1,3}(?:\.?[0-9]{3}){2,3}(?:-[0-9k])?",
    ),
    _identifier_rule(
        "Chilean RUT",
        7,
        "rut",
        r"rut",
        r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-?[0-9k]",
        (r"\.[0-9]{3}\.[0-9]{3}-", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9k]", rut.is_valid),
    ),
    _identifier_rule(
        "Argentine CUIL",
        11,
        "cuil cuit",
        r"cui[tl]",
        r"[0-9]{2}[ \-]?[0-9]{8}[ \-]?[0-9]",
        (r"[0-9]-[0-9]{8}-[0-9]", r"(?:20|23|24|27)-[0-9]{8}-[0-9]", cuit.is_valid),
    ),
    _identifier_rule(
        "Brazilian CPF",
        11,
        "cpf",
        r"cpf",
        r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}",
        (r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}-", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", cpf.is_valid),
    ),
    _identifier_rule(
        "French NIR",
        12,
        "nir sociale",
        r"nir|s[eé]curit[eé] sociale",
        r"[12](?: ?[0-9]{2}){2} ?[0-9ab]{2}(?: ?[0-9]{3}){2}(?: ?[0-9]{2})?",
        (r"(?: ?[0-9]{2}){2}", r"[12](?: ?[0-9]{2}){2} ?[0-9ab]{2}(?: ?[0-9]{3}){2} ?[0-9]{2}", nir.is_valid),
    ),
    _identifier_rule(
        "Italian codice fiscale",
        7,
        "fiscale c.f.",
        r"codice fiscale|c\.f\.",
        r"[a-z]{6}[0-9]{2}[a-z][0-9]{2}[a-z][0-9]{3}[a-z]",
        (r"[0-9].[0-9]{2}.[0-9]{3}", r"[a-z]{6}[0-9]{2}[a-z][0-9]{2}[a-z][0-9]{3}[a-z]", codicefiscale.is_valid),
    ),
    _identifier_rule("Australian TFN", 8, "tfn tax", r"tfn|tax file number", r"[0-9]{3}[ \-]?[0-9]{3}[ \-]?[0-9]{2,3}"),
    _identifier_rule("Indian Aadhaar", 12, "aadha uidai", r"aadhaa?r|uidai", r"[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}"),
    _identifier_rule(
        "Passport",
        6,
        "passport pasaporte",
        r"passport(?: number| no\.?| #)?|pasaporte",
        r"[a-z]{0,3}[0-9]{6,9}[a-z]?",
    ),
    _identifier_rule(
        "Driving licence",
        6,
        "licen lic. dl driv",
        r"driv(?:er['’]?s?|ing) (?:licen[cs]e|lic\.?)(?: number| no\.?| #)?|dl(?: number| no\.?| ?#)?|"
        r"licencia de (?:conducir|manejo)",
        r"(?:[a-z]{1,5}[ \-]?)?(?:[0-9]{6,14}[a-z0-9]{0,5}|[0-9]{2,5}(?:[ \-][0-9]{2,5}){1,4})",
    ),
)


_STEMS: Final = tuple({stem for identifier in IDENTIFIERS for stem in identifier.stems})
CORES: Final = re.compile(
    "[0-9xX*](?:" + "|".join({identifier.alone.core for identifier in IDENTIFIERS if identifier.alone}) + ")"
)


def find_national_ids(text: str, lowered: str, digits: int) -> Iterator[RedactedSpan]:
    """Every national identifier in the text; `lowered` is the same text in lower case, `digits` how many it has."""
    if mentions_any(lowered, _STEMS):
        yield from _find_by_cue(text, lowered, digits)
    if CORES.search(text):
        yield from _standing_alone(text, digits)


def _find_by_cue(text: str, lowered: str, digits: int) -> Iterator[RedactedSpan]:
    for identifier in IDENTIFIERS:
        if digits >= identifier.digits and mentions_any(lowered, identifier.stems):
            for match in identifier.cued.finditer(text):
                if identifier.cue.search(text_before(text, match.start())):
                    yield RedactedSpan(*match.span(), "national-id")


def _standing_alone(text: str, digits: int) -> Iterator[RedactedSpan]:
    for identifier in IDENTIFIERS:
        if identifier.alone and digits >= identifier.digits:
            for match in identifier.alone.pattern.finditer(text):
                if identifier.alone.is_valid(match.group()):
                    yield RedactedSpan(*match.span(), "national-id")
