"""Bringing a database to our rules of counting before folding begins, with words about how far it is."""

from collections.abc import Callable
from typing import Final

import structlog

from metrics_worker.aggregation.rules_version import CURRENT_RULES, ContributionRules
from metrics_worker.rebuild.sql import SqlRebuildStore
from metrics_worker.rebuild.use_cases import follow_rules
from soundings.db import Database

_STEP_PERCENT: Final = 10
_log = structlog.get_logger("metrics_worker.rebuild")


async def prepare_rules(
    database: Database, tell: Callable[[str], None], rules: ContributionRules = CURRENT_RULES
) -> None:
    """Compute all cells again where they follow older rules. `tell` hears how far that is, and may raise to end it.

    Raises `RulesDiffer` when the cells follow newer rules.
    """
    logged = -_STEP_PERCENT

    def progress(done: int, facts: int) -> None:
        nonlocal logged
        percent = 100 if not facts else 100 * done // facts
        tell(f"the rules of counting have changed: {percent} % of {facts} facts are counted again")
        if percent >= logged + _STEP_PERCENT:
            logged = percent
            _log.info("rules_changed", version=rules.version, counted=done, facts=facts)

    generation = await follow_rules(SqlRebuildStore(database), progress, rules)
    if generation is not None:
        _log.info("rules_followed", version=rules.version, generation=generation)
