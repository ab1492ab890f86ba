"""Languages: what each calls itself, and which way it is written."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Direction = Literal["ltr", "rtl"]

OWN_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "am": "አማርኛ", "ar": "العربية", "bn": "বাংলা", "de": "Deutsch", "en": "English", "es": "Español",
        "fa": "فارسی", "fr": "Français", "gu": "ગુજરાતી", "he": "עברית", "hi": "हिन्दी", "hmn": "Hmoob",
        "ht": "Kreyòl ayisyen", "hy": "Հայերեն", "it": "Italiano", "ja": "日本語", "km": "ខ្មែរ", "ko": "한국어",
        "lo": "ລາວ", "my": "မြန်မာဘာသာ", "ne": "नेपाली", "nl": "Nederlands", "nv": "Diné bizaad", "pa": "ਪੰਜਾਬੀ",
        "pl": "Polski", "ps": "پښتو", "pt": "Português", "ru": "Русский", "so": "Soomaali", "sw": "Kiswahili",
        "ta": "தமிழ்", "te": "తెలుగు", "th": "ไทย", "ti": "ትግርኛ", "tl": "Tagalog", "tr": "Türkçe", "uk": "Українська",
        "ur": "اردو", "vi": "Tiếng Việt", "yi": "ייִדיש", "yue": "粵語", "zh": "中文", "zh-hans": "简体中文",
        "zh-hant": "繁體中文",
    }
)  # fmt: skip
"""What languages call themselves, by tag in small letters."""

_RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
_SCRIPTS_RIGHT_TO_LEFT: Final = frozenset({"adlm", "arab", "aran", "hebr", "nkoo", "rohg", "syrc", "thaa"})
_SCRIPT_LENGTH: Final = 4


def primary_subtag(tag: str) -> str:
    """The language without its script, region and variants: `es` of `es-MX`."""
    return tag.partition("-")[0].lower()


def native_name(tag: str) -> str:
    """What a language calls itself; its tag where we do not know."""
    small = tag.lower()
    return OWN_NAMES.get(small) or OWN_NAMES.get(primary_subtag(small)) or tag


def text_direction(tag: str) -> Direction:
    """Which way a language is written; a script in the tag decides before the language does."""
    _, *rest = tag.lower().split("-")
    script = next((part for part in rest if len(part) == _SCRIPT_LENGTH and part.isalpha()), None)
    if script is not None:
        return "rtl" if script in _SCRIPTS_RIGHT_TO_LEFT else "ltr"
    return "rtl" if primary_subtag(tag) in _RIGHT_TO_LEFT else "ltr"
