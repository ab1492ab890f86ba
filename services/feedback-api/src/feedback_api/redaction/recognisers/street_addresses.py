"""Street addresses by shape, English and Spanish, with the flat, town and postal code that follow them."""

import re
from collections.abc import Iterator
from typing import Final

from feedback_api.redaction.context_cues import mentions_any
from feedback_api.redaction.spans import RedactedSpan

_CAPITALISED: Final = r"[A-ZÀ-ÖØ-Þ][^\W\d_]{0,24}(?:['’.-][^\W\d_]{1,24}){0,2}\.?"
_TOWN: Final = r"(?:St\. )?[A-ZÀ-ÖØ-Þ][^\W\d_]{1,24}(?:[ '’-][A-ZÀ-ÖØ-Þ][^\W\d_]{1,24}){0,3}"
_ZIP: Final = r"[0-9]{5}(?:-[0-9]{4})?(?!\w)"
_POSTCODE: Final = r"(?:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])(?!\w)"

_NUMBER: Final = r"(?<![\w$€£.,/-])[0-9]{1,6}(?:-[0-9]{1,4})?[A-Za-z]?(?: 1/2)?,? {1,2}"
_COMPASS: Final = r"(?i:[ns][ew]|[nsew]|north|south|east|west)\.?"
_STREET_NAME: Final = rf"(?:{_CAPITALISED}|[0-9]{{1,3}}(?i:st|nd|rd|th))"
_SUFFIX: Final = (
    r"(?:(?=[A-Z])(?i:street|str|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|terrace|ter|"
    r"circle|cir|square|sq|parkway|pkwy|highway|hwy|crescent|cres|close|gardens|grove|mews|row|walk|trail|trl|alley|"
    r"pike|loop|way|plaza|quay|green|hill)|street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive)\b\.?"
)
_PLAIN_WORD: Final = (
    r"(?!(?:of|the|on|in|to|an?|and|or|for|per|way|lanes?|miles?|minutes?|mins?|hours?|hrs?|days?|years?|meters?|metres?|"
    r"feet|foot|ft|km|blocks?|cars?|trucks?|people|different|other|more|new|bad|dirt|main)\b)[a-z][a-z'’.-]{1,19}"
)
_UNIT: Final = (
    r"(?:,? {1,2}(?i:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|lot|bldg|building)\b\.? ?#? ?"
    r"(?=[A-Z]?[A-Z0-9])[A-Za-z0-9]{1,5}(?:-[A-Za-z0-9]{1,4})?(?!\w)|,? {0,2}# ?[0-9A-Za-z]{1,6}(?!\w))"
)
_STATE: Final = r"[A-Z]{2}\b\.?"
_TOWN_AND_CODE: Final = (
    rf"(?:(?:,?\s{{1,2}}{_TOWN})?(?:,?\s{{1,2}}{_STATE})?,?\s{{1,2}}(?:{_ZIP}|{_POSTCODE})|,\s{_TOWN},\s{_STATE})"
)
_ENGLISH: Final = re.compile(
    rf"{_NUMBER}(?:(?:[A-Z][A-Za-z.]{{1,8}} )?(?:Highway|Hwy|Route|Rte|Road|Rd)\.? [0-9]{{1,4}}\b"
    rf"|(?:{_COMPASS} {{1,2}})?(?:{_STREET_NAME} {{1,2}}){{1,4}}{_SUFFIX}"
    rf"|(?:Calle|Avenida|Camino|Via|Paseo|Vía) (?:de |del |de la |la |el )?{_CAPITALISED}(?: {_CAPITALISED})?"
    rf"|(?<=[0-9][0-9] )(?:{_PLAIN_WORD} ){{1,2}}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|"
    r"court|ct|terrace)\b)"
    rf"(?: {_COMPASS}(?!\w))?(?:{_UNIT})?(?:{_TOWN_AND_CODE})?"
)
_PLAIN_SUFFIX: Final = r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|court|ct|terrace|place|way)\b"
# "Main" is a street's name only before the singular; without a cue, "12 main street lights" are things.
_MAIN_STREET: Final = re.compile(
    rf"{_NUMBER}(?<=[0-9][0-9] )main (?:street|st)\b(?! (?:lights?|lamps?|signs?|vendors?|shops?|stores?|businesses)\b)"
)
_LIVING_AT: Final = re.compile(
    r"\b(?:liv(?:e|es|ed|ing)|resid(?:e|es|ed|ing)|stay(?:s|ed|ing)? (?:over )?|house|home|address|apartment) ?"
    r"(?:at|is|:|is at|on)? {1,2}$",
    re.IGNORECASE,
)
_LONGEST_CUE: Final = 30
_AFTER_CUE: Final = re.compile(rf"{_NUMBER}(?:main |(?:{_PLAIN_WORD} )){{1,2}}{_PLAIN_SUFFIX}")
_HOUSE_NUMBER: Final = re.compile(r"[0-9](?<![\w$€£.,/-][0-9])")
_BOX: Final = re.compile(
    r"(?:\bp\.? ?o\.? ?box ?#? ?|\bapartado(?: de correos| postal)? (?:n[.º°o]{1,3} ?)?)[0-9]{1,6}"
    rf"(?-i:{_TOWN_AND_CODE})?",
    re.IGNORECASE,
)

_WAY: Final = (
    r"(?<!\w)(?i:calle|c/|avenida|avda\.?|av\.|paseo|plaza|pza\.?|camino|carretera|ctra\.?|calzada|calz\.|bulevar|"
    r"boulevard|blvd\.?|carrera|cra\.?|kra\.?|cl\.|callej[oó]n|ronda|traves[ií]a|privada|prolongaci[oó]n|jir[oó]n|jr\.|"
    r"pasaje|diagonal|transversal|circuito|andador|cerrada|retorno|rambla|glorieta) ?"
)
_LINKS: Final = r"(?:(?:de las|de los|de la|del|de|las|los|la|el|y|San|Santa) )"
_WAY_NAME: Final = rf"(?:[0-9]{{1,2}} de [A-Za-z]{{4,10}}|{_LINKS}?{_CAPITALISED}(?: {_LINKS}?{_CAPITALISED}){{0,4}})"
_MARK: Final = r"(?i:n[.º°o]{1,3}|n[uú]m(?:ero)?\.?|#)"
_DOOR: Final = r"[0-9]{1,5}(?: ?- ?[0-9]{1,4})?(?:-?[A-Za-z])?(?![\w])"
_NOT_COUNTED: Final = r"(?! (?:veces|a[nñ]os|d[ií]as|horas|minutos|metros|km|personas|baches|carriles)\b)"
_FLAT: Final = (
    r"(?:,? (?i:piso|depto|departamento|dpto|apto|apartamento|interior|int|puerta|pta|esc|escalera|local|bajo|planta|"
    r"portal|casa|torre|mz|lt)\b\.? ?[A-Za-z0-9]{1,4}\b|,? [0-9]{1,2} ?[ºª°] ?[A-Za-z]{0,4}\b)"
)
_SPANISH_TAIL: Final = (
    rf"(?:{_FLAT}){{0,3}}(?:,? (?i:col|colonia|fracc)\b\.? {_TOWN})?(?:,? (?:C\.?P\.? ?)?[0-9]{{5}}\b(?: {_TOWN})?)?"
)
_SPANISH: Final = re.compile(
    rf"{_WAY}(?:{_WAY_NAME},? ?{_MARK}? ?{_DOOR}{_NOT_COUNTED}"
    rf"|(?:[^\W\d_]{{2,20}} ){{1,3}}{_MARK} ?{_DOOR}|[^\W\d_]{{3,20}}(?: [^\W\d_]{{3,20}})?, {_DOOR}{_NOT_COUNTED}"
    rf"|[0-9]{{1,3}}[A-Za-z]? ?(?i:bis|sur|norte|este|oeste)? ?{_MARK} ?[0-9]{{1,3}}[A-Za-z]? ?- ?[0-9]{{1,3}})"
    rf"{_SPANISH_TAIL}"
)
_WAY_STEMS: Final = (
    *("calle", "c/", "av", "plaza", "pza", "camino", "carr", "ctra", "calz", "bulevar", "boulev", "blvd", "cra", "kra"),
    *("cl.", "ronda", "traves", "priva", "prolon", "jir", "jr.", "pas", "diagonal", "transv", "circuito", "andador"),
    *("cerrada", "retorno", "rambla", "glorieta"),
)


def find_addresses(text: str, lowered: str) -> Iterator[RedactedSpan]:
    """Every street address and post office box in the text."""
    yield from _english_addresses(text)
    if " box" in lowered or "apartado" in lowered:
        yield from (RedactedSpan(*match.span(), "address") for match in _BOX.finditer(text))
    if mentions_any(lowered, _WAY_STEMS):
        yield from (RedactedSpan(*match.span(), "address") for match in _SPANISH.finditer(text))


def _english_addresses(text: str) -> Iterator[RedactedSpan]:
    """Spans of English addresses, matched only where a street number may begin, because that check is much faster."""
    reached = 0
    for first in _HOUSE_NUMBER.finditer(text):
        if first.start() >= reached and (match := _english_match(text, first.start())):
            reached = match.end()
            yield RedactedSpan(*match.span(), "address")


def _english_match(text: str, start: int) -> re.Match[str] | None:
    if found := _ENGLISH.match(text, start) or _MAIN_STREET.match(text, start):
        return found
    after_cue = _AFTER_CUE.match(text, start)
    return after_cue if after_cue and _LIVING_AT.search(text, max(0, start - _LONGEST_CUE), start) else None
