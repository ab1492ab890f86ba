"""The self-description: which metrics can be asked for, and of which measures."""

from metrics_worker.catalogue_view.domain import MeasureFacts
from metrics_worker.formulas.formula import MetricFormula
from metrics_worker.formulas.parameters import PARAMETERS
from metrics_worker.formulas.registry import METRICS
from metrics_worker.query.ports import CellStore
from soundings.access.roles import Principal

Described = dict[str, object]


def describe_metrics() -> list[Described]:
    """Every formula by id: its words, its interval, what it reads and what it can be asked."""
    return [_metric_body(formula) for _, formula in sorted(METRICS.items())]


def _metric_body(formula: MetricFormula) -> Described:
    return {
        "id": formula.id,
        "version": int(formula.id.rpartition(".v")[2]),
        "name": formula.name,
        "formula": formula.formula,
        "kind": formula.kind.value,
        "unit": formula.value_unit,
        "category": formula.category.value if formula.category else None,
        "interval": formula.interval,
        "measures": list(formula.measures),
        "takes_measure": formula.takes_measure,
        "implied_measure": formula.implied,
        "scales": sorted(scale.value for scale in formula.scales),
        "parameters": [_parameter_body(name) for name in formula.parameters],
    }


def _parameter_body(name: str) -> Described:
    one = PARAMETERS[name]
    required = one.default is None and not one.optional
    return {
        "name": one.name,
        "type": one.type,
        "description": one.words,
        "default": one.default,
        "required": required,
    }


class DescribeMeasures:
    """Lists the measures that a caller can ask about: the built-in ones and those of the agencies they reach."""

    def __init__(self, cells: CellStore) -> None:
        self._cells = cells

    async def list_measures(self, principal: Principal) -> list[Described]:
        """Built-in measures first, then declared ones; internal ones for staff only."""
        async with self._cells.open_snapshot() as snapshot:
            structure = await snapshot.catalogue_view()
        public = not principal.roles
        reached = [agency for agency in structure.agencies if public or principal.can_act_for(agency)]
        return [_measure_body(one) for one in structure.measures_of(reached) if not (public and one.internal)]


def _measure_body(facts: MeasureFacts) -> Described:
    return {
        "id": facts.id,
        "agency": facts.agency_id,
        "version": facts.version,
        "versions": [{"version": version, "scale": scale.value} for version, scale in sorted(facts.scales.items())],
        "name": dict(facts.name),
        "scale": facts.current_scale.value,
        "category": facts.category,
        "direction": facts.direction,
        "unit": facts.unit,
        "per": facts.per.value,
        "list_values": facts.listed,
        "internal": facts.internal,
    }
