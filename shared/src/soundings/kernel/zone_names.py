"""Zones as spreadsheets and survey tools write them behind a time: ``UTC-4``, ``EST``, ``(GMT+05:30)``, a zone's id."""

import re
from collections.abc import Mapping
from datetime import timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_HOURS: Final[Mapping[str, float]] = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "HDT": -9, "CHST": 10, "SST": -11,
    "JST": 9, "KST": 9, "WIB": 7, "WITA": 8, "WIT": 9, "AEST": 10, "AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "AWST": 8,
    "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Names that mean one zone nearly everywhere; a mapping's ``zones`` says what others (IST, BST) mean, or these."""

_OFFSET: Final = re.compile(r"(?:UTC|GMT|Z)?\s?([+\u2212-])([0-9]{1,2})(?::?([0-9]{2}))?")
_NAME: Final = re.compile(r"[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*")
_ZONE: Final = re.compile(
    r"""\s*\(?(?P<zone>
        (?:UTC|GMT)\s?[+\u2212-][0-9]{1,2}(?::?[0-9]{2})?
        | (?<=[0-9\sMm])[+\u2212-][0-9]{2}(?::?[0-9]{2})?$
        | [A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2}
        | (?<![A-Za-z])(?!AM\b|PM\b)[A-Z]{1,5}(?![A-Za-z0-9.])
    )\)?""",
    re.VERBOSE,
)
_REMARK: Final = re.compile(r"\s*\([A-Za-z][^()]{0,60}\)$")
"""What browsers add to an offset: ``(Eastern Daylight Time)``."""
_MOST_HOURS: Final = 15
_MOST_MINUTES: Final = 59


def split_zone(text: str, zones: Mapping[str, str]) -> tuple[str, tzinfo] | None:
    """A time without the zone in it, and that zone; None where there is none that is known."""
    bare = _REMARK.sub("", text)
    for found in _ZONE.finditer(bare):
        zone = read_zone(found["zone"], zones)
        if zone is not None:
            rest = f"{bare[: found.start()]} {bare[found.end() :]}"
            return " ".join(rest.split()), zone
    return None


def read_zone(name: str, zones: Mapping[str, str]) -> tzinfo | None:
    """The zone of a name or an offset; ``zones`` overrides the meaning of names."""
    name = zones.get(name, name)
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > _MOST_HOURS or minutes > _MOST_MINUTES:
            return None
        length = timedelta(hours=hours, minutes=minutes)
        return timezone(length if offset[1] == "+" else -length)
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    return ZoneInfo(name) if "/" in name and name in _KNOWN else None


_KNOWN: Final = available_timezones()
