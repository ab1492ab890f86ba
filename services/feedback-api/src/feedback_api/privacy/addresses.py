"""Street addresses by shape, English and Spanish, with the flat, town and postal code that follow them."""

import re
from collections.abc import Iterator
from typing import Final

from feedback_api.privacy.spans import Span

_SUFFIX: Final = (
    r"(?:street|str|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|terrace|ter|circle|cir|"
    r"square|sq|parkway|pkwy|highway|hwy|crescent|cres|close|gardens|grove|mews|row|walk|trail|trl|alley|turnpike|pike|"
    r"loop|way|plaza|wharf|quay)"
)
_LONG_SUFFIX: Final = r"(?:street|avenue|ave|road|rd|boulevard|blvd|lane|drive|court|terrace|parkway|pkwy|crescent)"
_NAME: Final = r"(?-i:[A-ZÀ-Þ][^\W\d_]{0,24}(?:['’.-][^\W\d_]{1,24}){0,2}\.?|[0-9]{1,3}(?:st|nd|rd|th|ST|ND|RD|TH))"
_SMALL: Final = r"(?!(?:of|the|on|in|to|a|an|and|or|for|way|lanes?|miles?|minutes?|min|hours?|meters?|metres?|feet|foot|ft|km|blocks?|cars?|people|different|other|day|year)\b)[a-z'’.-]{2,20}"
_UNIT: Final = (
    r"(?:,?\s{1,2}(?:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|lot|bldg|building|trlr|#)\.?\s?#?\s?"
    r"[a-z0-9]{1,6}(?:-[a-z0-9]{1,4})?\b|,?\s?\#\s?[0-9a-z]{1,6}\b)"
)
_POSTCODE: Final = r"(?:[A-Z]{1,2}[0-9][A-Z0-9]?\s?[0-9][A-Z]{2}|[A-Z][0-9][A-Z]\s?[0-9][A-Z][0-9])"
_TOWN: Final = r"(?-i:[A-ZÀ-Þ][^\W\d_]{1,24}(?:[ .'’-]{1,2}[A-ZÀ-Þ][^\W\d_]{1,24}){0,3})"
_TAIL: Final = (
    rf"(?:{_UNIT})?(?:,?\s{{1,2}}{_TOWN}(?=,?\s{{1,2}}(?-i:[A-Z]{{2}}\b|[0-9]{{5}}\b|{_POSTCODE})))?"
    rf"(?:,?\s{{1,2}}(?-i:[A-Z]{{2}})(?=,?\s{{1,2}}[0-9]{{5}}\b))?(?:,?\s{{1,2}}(?:[0-9]{{5}}(?:-[0-9]{{4}})?|(?-i:{_POSTCODE}))(?![\w]))?"
)
_ENGLISH: Final = re.compile(
    r"(?<![\w$€£.,/-])[0-9]{1,6}(?:-[0-9]{1,4})?[a-z]?(?:\s1/2)?,?\s{1,2}"
    rf"(?:(?:(?:[nsew]|[ns][ew]|north|south|east|west)\.?\s{{1,2}})?(?:{_NAME}\s{{1,2}}){{1,4}}(?-i:[A-Z])(?<=\s.){_SUFFIX[:0]}"
    rf"(?:){_SUFFIX}\b\.?)",
    re.IGNORECASE,
)
