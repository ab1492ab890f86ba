"""The clock, injected wherever time matters so that tests decide what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def epoch_ms(instant: datetime) -> int:
    """Whole milliseconds since 1970-01-01T00:00Z, rounded down; exact for every instant from year 1 to 9999."""
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def from_epoch_ms(milliseconds: int) -> datetime:
    """The instant in UTC of whole milliseconds since 1970."""
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
