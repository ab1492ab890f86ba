"""Suppression: which figures the public may see."""

from metrics_worker.suppression.decide import SuppressionDecision, decide
from metrics_worker.suppression.publication_periods import Grain, UnpublishablePeriodError, whole_years
from metrics_worker.suppression.published_table import Dimension
from metrics_worker.suppression.table import Cell, CellGrain, Rules, Table

__all__ = [
    "Cell",
    "CellGrain",
    "Dimension",
    "Grain",
    "Rules",
    "SuppressionDecision",
    "Table",
    "UnpublishablePeriodError",
    "decide",
    "whole_years",
]
