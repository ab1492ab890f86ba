"""How hard a property is tested: with all of its examples in the whole run, with fewer in the fast one."""

from hypothesis import settings

FAST = "fast"
"""The name of the hypothesis profile of the fast run."""


def example_count(count: int) -> int:
    """How many examples hypothesis draws: ``count``, or a twentieth of it (ten at least) in the fast run."""
    return max(min(count, 10), count // 20) if settings.get_current_profile_name() == FAST else count
