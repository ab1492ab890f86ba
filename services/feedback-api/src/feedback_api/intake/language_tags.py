"""Language tags (BCP 47) reduced to the subtags that name a language: the others can hold any word, also a name."""

import re
from typing import Final

from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import Item

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_TAG_MAX: Final = 35
_REGION: Final = re.compile(r"[A-Za-z]{2}|[0-9]{3}")
# Languages whose dialects are written behind them, as in zh-yue.
_EXTENDED: Final = frozenset({"ar", "sgn", "zh"})
_EXTENDED_LENGTH: Final = 3
_REGISTERED_SCRIPTS: Final = """
    adlm arab aran armn bali bamu batk beng bopo brai bugi cakm cans cham cher copt cyrl deva dsrt ethi geor goth grek
    gujr guru hang hans hant hebr hira hmng hmnp java jpan kali kana khmr knda kore lana laoo latf latg latn limb lisu
    mlym mong mymr nkoo olck orya osge rjng rohg samr shaw sinh sund sylo syrc tale talu taml telu tfng tglg thaa
    thai tibt vaii yiii zsye zsym zxxx zyyy zzzz
"""
_REGISTERED_VARIANTS: Final = """
    1901 1994 1996 arevela arevmda ekavsk fonipa hepburn ijekavsk monoton nedis oxendict pinyin polyton rozaj
    scotland tarask valencia wadegile
"""
_SCRIPTS: Final = frozenset(_REGISTERED_SCRIPTS.split())
_VARIANTS: Final = frozenset(_REGISTERED_VARIANTS.split())


def language_tag(item: Item) -> str | None:
    """The item's ``language`` without private use, extensions and unregistered subtags.

    Raises InvalidInput for other shapes. No language in use has a code of more than three letters.
    """
    value = item.get("language")
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _TAG_MAX or not _TAG.fullmatch(value):
        raise invalid_field("language", "not_a_language_tag", "must be a language tag such as en, es-MX or zh-Hant")
    return value if len(value) <= _EXTENDED_LENGTH else _reduced(value)


def _reduced(tag: str) -> str:
    primary, *rest = tag.split("-")
    kept = [primary]
    for subtag in rest:
        if len(subtag) == 1:  # what follows is an extension or for private use
            break
        if _is_known(subtag.lower(), primary.lower()):
            kept.append(subtag)
    return "-".join(kept)


def _is_known(subtag: str, primary: str) -> bool:
    if subtag in _SCRIPTS or subtag in _VARIANTS or _REGION.fullmatch(subtag):
        return True
    return primary in _EXTENDED and len(subtag) == _EXTENDED_LENGTH and subtag.isalpha()
