"""What a tally counted: its bins, and the total where the measure is an amount."""

from typing import Final

from feedback_api.intake.errors import invalid_field, missing_field, wrong_type
from feedback_api.intake.field_readers import (
    COUNT_MAX,
    TOTAL_SECONDS_MAX,
    Item,
    Redact,
    checked_text,
    checked_whole,
    clean_text,
    is_object,
)
from soundings.kernel.ids import is_slug
from soundings.kernel.measures import BuiltInMeasure, tally_bins
from soundings.kernel.scales import UNITS, MeasureScale, has_total

_BINS_MAX: Final = 1000
_NAME_MAX: Final = 100


def read_bins(item: Item, measure: BuiltInMeasure, redact: Redact) -> dict[str, int]:
    """How often each bin was counted. Names outside a closed set are redacted; names that become equal are added up."""
    value = item.get("bins")
    if value is None:
        raise missing_field("bins")
    if not is_object(value):
        raise wrong_type("bins", "an object that maps bins to counts")
    if not 1 <= len(value) <= _BINS_MAX:
        raise invalid_field(
            "bins", "wrong_length", f"must have 1 to {_BINS_MAX} bins; a total of nothing is a bin with 0"
        )
    allowed = tally_bins(measure)
    counted: dict[str, int] = {}
    for name, count in value.items():
        bin_name = _open_name(name, redact) if allowed is None else _closed_name(name, allowed)
        place = f"bins.{name}" if allowed is not None or is_slug(name) else "bins"
        sum_of_bin = counted.get(bin_name, 0) + checked_whole(count, place, 0, COUNT_MAX)
        if sum_of_bin > COUNT_MAX:
            raise invalid_field(
                "bins", "out_of_range", f"bins of one name after redaction must be {COUNT_MAX} at most together"
            )
        counted[bin_name] = sum_of_bin
    return counted


def read_total(item: Item, measure: BuiltInMeasure) -> int | float | None:
    """The sum in seconds or minor units, which durations and money need and nothing else has."""
    value = item.get("total")
    if not has_total(measure.scale):
        if value is not None:
            raise invalid_field("total", "not_here", "only durations and money have a total")
        return None
    if value is None:
        raise missing_field("total")
    if measure.scale is MeasureScale.MONEY:
        return checked_whole(value, "total", -COUNT_MAX, COUNT_MAX)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong_type("total", "a number of seconds")
    if not 0 <= value <= TOTAL_SECONDS_MAX:
        raise invalid_field("total", "out_of_range", f"must be from 0 to {TOTAL_SECONDS_MAX} seconds")
    return value


def _closed_name(name: str, allowed: frozenset[str]) -> str:
    if name not in allowed:
        few = f"; there are {', '.join(sorted(allowed))}" if len(allowed) <= 20 else ""  # noqa: PLR2004 - a sentence
        raise invalid_field(
            f"bins.{name}" if is_slug(name) else "bins", "unknown_bin", f"is no bin of this measure{few}"
        )
    return name


def _open_name(name: str, redact: Redact) -> str:
    if name == UNITS:
        return name
    checked = checked_text(name, "bins", _NAME_MAX)
    if not checked:
        raise invalid_field("bins", "unknown_bin", "a bin needs a name")
    return clean_text(checked, _NAME_MAX, redact)
