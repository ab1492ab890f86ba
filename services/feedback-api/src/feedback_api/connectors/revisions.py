"""Revision numbers from the time of a vendor's change, with a rank for changes at the same instant."""

from datetime import datetime
from typing import Final

from soundings.kernel.clock import epoch_ms

RANK_MAX: Final = 99
# Changes within one slot are ordered by their rank. A slot holds one revision for each rank.
_SLOT_MS: Final = 100


def ranked_revision(at: datetime | None, rank: int) -> int:
    """A revision for a change at an instant (None where the vendor gives none) with a rank from 0 to `RANK_MAX`.

    Milliseconds since 1970 in steps of a slot, plus one slot, plus the rank. It is above what earlier versions made of
    the same instant (the plain milliseconds), and below what they made of a change that came 200 ms later or more.
    """
    # The scale stays that of the plain milliseconds: a stale delivery must not outrank a stored later change.
    slot = 0 if at is None else max(epoch_ms(at), 0) // _SLOT_MS
    return (slot + 1) * _SLOT_MS + min(max(rank, 0), RANK_MAX)
