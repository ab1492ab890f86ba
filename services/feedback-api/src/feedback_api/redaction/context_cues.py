"""The words just before or after a number, which say what the number is."""

import re
from collections.abc import Iterable
from typing import Final

# How many characters before a number its cue may begin.
REACH: Final = 40

_REFERENCE: Final = re.compile(
    r"(?:\b(?:case|ticket|ref(?:erence)?|order|invoice|claim|permit|account|acct|tracking|confirmation|request|receipt|"
    r"serial|docket|file|booking|transaction|application|licen[cs]e|id|meter|parcel|model|isbn|issn|"
    r"folio|expediente|caso|pedido|factura|tr[aá]mite|solicitud|cuenta|referencia|recibo|gu[ií]a)"
    r"(?:\s+(?:no|nr|num|number|n[uú]mero|id|code))?[\s.:#º°is]{0,6}|#\s?)$",
    re.IGNORECASE,
)
_MONEY_BEFORE: Final = re.compile(r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|mxn|cad|rs\.?))\s?$", re.IGNORECASE)
_QUANTITY_AFTER: Final = re.compile(
    r"\s?(?:[%€£$¥]|(?:usd|eur|gbp|mxn|euros?|dollars?|pesos?|pounds?|millions?|millones|billion|people|personas|"
    r"residents|habitantes|visits?|visitas|views?|votes?|votos|users?|km|kwh|bytes|miles|gallons?|units?)\b)",
    re.IGNORECASE,
)


def mentions_any(lowered: str, stems: Iterable[str]) -> bool:
    """Whether any stem occurs: the cheap check before a costly one; a plain loop because it runs on every text."""
    for stem in stems:  # noqa: SIM110
        if stem in lowered:
            return True
    return False


def text_before(text: str, position: int, reach: int = REACH) -> str:
    """Up to `reach` characters before a position, never across something that was already replaced."""
    piece = text[max(0, position - reach) : position]
    return piece[piece.rfind("]") + 1 :]


def is_reference(text: str, position: int) -> bool:
    """Whether the number at the position is introduced as a case, order or account number."""
    return _REFERENCE.search(text_before(text, position)) is not None


def is_quantity(text: str, start: int, end: int) -> bool:
    """Whether the number is written as an amount: with an adjacent currency or a counted unit after it."""
    if _MONEY_BEFORE.search(text_before(text, start, 6)):
        return True
    return _QUANTITY_AFTER.match(text, end) is not None
