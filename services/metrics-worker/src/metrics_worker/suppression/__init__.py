"""Suppression: which figures the public may see."""

from metrics_worker.suppression.decide import SuppressionDecision, decide_suppression
from metrics_worker.suppression.publication_periods import Grain, UnpublishablePeriodError, whole_years
from metrics_worker.suppression.published_table import Dimension
from metrics_worker.suppression.table import CellGrain, SuppressionRules, SuppressionTable, TableCell

__all__ = [
    "CellGrain",
    "Dimension",
    "Grain",
    "SuppressionDecision",
    "SuppressionRules",
    "SuppressionTable",
    "TableCell",
    "UnpublishablePeriodError",
    "decide_suppression",
    "whole_years",
]
