"""Suppression: which figures the public may see."""

from metrics_worker.suppression.decision import Hiding, decide
from metrics_worker.suppression.periods import Grain, UnpublishablePeriodError, whole_years
from metrics_worker.suppression.table import Cell, CellGrain, Rules, Table
from metrics_worker.suppression.view import Dimension

__all__ = [
    "Cell",
    "CellGrain",
    "Dimension",
    "Grain",
    "Hiding",
    "Rules",
    "Table",
    "UnpublishablePeriodError",
    "decide",
    "whole_years",
]
