"""Suppression: which figures the public may see."""

from metrics_worker.suppression.decide import Hiding, decide
from metrics_worker.suppression.publication_periods import Grain, UnpublishablePeriodError, whole_years
from metrics_worker.suppression.published_table import Dimension
from metrics_worker.suppression.table import Cell, CellGrain, Rules, Table

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
