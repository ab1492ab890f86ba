"""The registry of metrics: every formula by its id."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from metrics_worker.formulas import contact_centre, scored, volume
from metrics_worker.formulas.formula import MetricFormula

METRICS: Final[Mapping[str, MetricFormula]] = MappingProxyType(
    {formula.id: formula for formula in (*scored.FORMULAS, *contact_centre.FORMULAS, *volume.FORMULAS)}
)
"""What can be asked for; an id never changes its meaning, a new meaning is a new version beside the old one."""
