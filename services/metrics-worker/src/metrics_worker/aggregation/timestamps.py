"""Instants as events write them, read several times faster than by a parser of every way to write one."""

from datetime import datetime
from typing import Final

from soundings.kernel.clock import epoch_ms

_SECONDS: Final = {f"{second:02}": second * 1000 for second in range(60)}
_FRACTIONS: Final = frozenset({5, 8})
_MINUTE: Final = len("2018-05-01T12:00:")
_KEPT: Final = 50_000
_minutes: dict[str, int] = {}


def instant_ms(text: str) -> int | None:
    """The epoch milliseconds, rounded down, of `2018-05-01T13:00:00Z` with no, three or six decimals; else None."""
    minute = _minutes.get(text[:_MINUTE])
    if minute is None:
        minute = _learn_minute(text[:_MINUTE])
    second = _SECONDS.get(text[17:19])
    if minute is None or second is None:
        return None
    rest = text[19:]
    if rest == "Z":
        return minute + second
    if len(rest) not in _FRACTIONS or rest[0] != "." or rest[-1] != "Z":
        return None
    digits = rest[1:-1]
    return minute + second + int(digits[:3]) if digits.isdecimal() and digits.isascii() else None


def _learn_minute(text: str) -> int | None:
    """The beginning of a minute, `2018-05-01T12:00:`; None when there is no such minute."""
    if (
        len(text) != _MINUTE
        or text[4] != "-"
        or text[7] != "-"
        or text[10] != "T"
        or text[13] != ":"
        or text[16] != ":"
    ):
        return None
    try:
        minute = epoch_ms(datetime.fromisoformat(f"{text}00+00:00"))
    except ValueError:
        return None
    if len(_minutes) >= _KEPT:
        _minutes.clear()
    _minutes[text] = minute
    return minute
