"""The rules by which records contribute to cells, with their version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from metrics_worker.aggregation.contribution import CellContribution
from metrics_worker.aggregation.roots import InteractionRecord, root_contribution
from soundings.kernel.errors import SoundingsError

RULES_VERSION: Final = 2
"""To be raised with every change of what a stored record contributes: its cells are then computed again."""


@dataclass(frozen=True, slots=True)
class ContributionRules:
    """What the records of a root contribute together. Cells of one generation follow one `version`."""

    version: int
    root: Callable[[Sequence[InteractionRecord]], CellContribution | None]


CURRENT_RULES: Final = ContributionRules(RULES_VERSION, root_contribution)


class RulesDiffer(SoundingsError):
    """The generation in force was counted by rules of another version than ours; adding to it would falsify it."""

    code: ClassVar[str] = "rules_differ"

    def __init__(self, stored: int, ours: int) -> None:
        self.is_newer = stored > ours
        advice = "update this process" if self.is_newer else "start the worker, which first computes all cells again"
        super().__init__(
            f"the cells follow version {stored} of the rules of counting, and this process has version {ours}; {advice}"
        )
