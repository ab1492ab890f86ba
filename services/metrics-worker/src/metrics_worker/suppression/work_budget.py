"""A bound on the work of one decision, counted and not timed, so that the same table always ends the same way."""


class WorkBudgetExceeded(Exception):
    """A table that cannot be decided within the effort that the rules allow."""


class WorkBudget:
    """A number of additions that may still be spent."""

    def __init__(self, additions: int) -> None:
        self._left = additions

    def spend_additions(self, additions: int) -> None:
        """Raises TooMuchEffortError when there is not so much left."""
        self._left -= additions
        if self._left < 0:
            raise WorkBudgetExceeded
