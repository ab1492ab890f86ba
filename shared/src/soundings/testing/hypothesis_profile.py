"""How many examples a property test draws: few in the fast run, all of them in the full one."""

from typing import Final

from hypothesis import settings

FAST: Final = "fast"
STANDARD: Final = "standard"
FULL: Final = "full"
"""Names of the hypothesis profiles of `make test-fast`, `make test` and `make test-full`."""

_DIVISOR_OF: Final = {FAST: 20, STANDARD: 2}
_LEAST: Final = 10


def example_count(count: int) -> int:
    """How many examples hypothesis draws under the profile in force: ``count``, half of it, or a twentieth.

    At least ten, or ``count`` where that is less.
    """
    divisor = _DIVISOR_OF.get(settings.get_current_profile_name(), 1)
    return max(min(count, _LEAST), count // divisor)
