"""Names of people from two packages: Faker's lists by locale and the United States census of 1990 (`names`)."""

from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from itertools import islice
from typing import Final

from feedback_api.redaction.recognisers.first_names import (
    AMBIGUOUS_NAMES,
    FIRST_NAMES,
    NO_NAMES_AFTER_CUE,
    PEOPLES,
    PLACE_PREFIXES,
    PLACE_WORDS,
    REGIONS_AFTER_TOWNS,
)
from feedback_api.redaction.recognisers.plain_words import PLAIN_WORDS

_LOCALES: Final = [
    "en_US",
    "en_GB",
    "en_IE",
    "en_IN",
    "en_NZ",
    "es_MX",
    "es_ES",
    "es_CO",
    "es_AR",
    "es_CL",
    "fr_FR",
    "de_DE",
    "it_IT",
    "pt_BR",
    "pt_PT",
    "nl_NL",
    "pl_PL",
    "sv_SE",
    "no_NO",
    "da_DK",
    "fi_FI",
    "ro_RO",
    "cs_CZ",
    "hr_HR",
    "hu_HU",
    "tr_TR",
    "vi_VN",
    "id_ID",
    "yo_NG",
    "ig_NG",
    "ha_NG",
    "zu_ZA",
    "tw_GH",
]
_SHORTEST: Final = 3
# The commonest of 88,799; the rarer ones hold more words than people.
_CENSUS_SURNAMES: Final = 20_000

# Folded words that no cue but a title or an introduction turns into a name.
NO_PEOPLE: Final = PLAIN_WORDS | NO_NAMES_AFTER_CUE | PLACE_WORDS | PLACE_PREFIXES | PEOPLES | REGIONS_AFTER_TOWNS


def _by_locale(prefix: str) -> Iterator[str]:
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            if attribute.startswith(prefix):
                listed = getattr(provider, attribute)
                # Some locales list names without how often they occur, some make them in a property.
                yield from () if isinstance(listed, property) else listed


def _by_census(*tables: str) -> Iterator[str]:
    for table in tables:
        with files("names").joinpath(table).open(encoding="ascii") as lines:
            yield from (line.partition(" ")[0] for line in islice(lines, _CENSUS_SURNAMES))


def _folded(*sources: Iterator[str]) -> frozenset[str]:
    folded = {name.casefold() for source in sources for name in source}
    return frozenset(name for name in folded if len(name) >= _SHORTEST and name.isalpha()) - NO_PEOPLE


# First names beside our own list, folded to lower case: too many to be trusted where nothing else speaks for one.
MORE_FIRST_NAMES: Final = (
    _folded(_by_locale("first_names"), _by_census("dist.female.first", "dist.male.first"))
    - FIRST_NAMES
    - AMBIGUOUS_NAMES
)

# Surnames, folded to lower case, without those that are common words of English and Spanish.
SURNAMES: Final = _folded(_by_locale("last_names"), _by_census("dist.all.last"))
