"""Measures: what is counted. The built-in ones, and the bins that a tally of a measure may carry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from soundings.kernel.histogram_bins import DURATION_BINS, MONEY_BINS, UNKNOWN
from soundings.kernel.scales import ALL, MeasureScale, is_numeric, scale_bins
from soundings.kernel.vocabulary import ContactOutcome, ContactReason, InteractionKind


class MeasureCategory(StrEnum):
    QUALITY = "quality"
    RESPONSIVENESS = "responsiveness"
    TIMELINESS = "timeliness"
    QUANTITY = "quantity"
    ADOPTION = "adoption"
    COST = "cost"


class GoodDirection(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class CountedUnit(StrEnum):
    """The unit of one count. An `interaction` is one record that a person handled; a `root` is one contact."""

    RESPONSE = "response"
    INTERACTION = "interaction"
    ROOT = "root"
    FORM = "form"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class BuiltInMeasure:
    """One measure in one version; a version has one scale.

    `listed` measures may have several values per unit and count the units in the bin `*`; so do their tallies.
    `internal` measures are never shown to the public.
    """

    id: str
    scale: MeasureScale
    category: MeasureCategory
    direction: GoodDirection
    name: str
    unit: str
    per: CountedUnit
    version: int = 1
    listed: bool = False
    internal: bool = False


VIEW_KINDS: Final = frozenset({InteractionKind.ARTICLE_VIEW.value, InteractionKind.PAGE_VIEW.value})
CONTACT_KINDS: Final = (
    frozenset(kind.value for kind in InteractionKind)
    - VIEW_KINDS
    - {InteractionKind.SEARCH.value, InteractionKind.TRANSACTION.value}
)
"""Kinds of interaction in which a person sought contact: all but search, views and transactions."""

_UP, _DOWN = GoodDirection.UP, GoodDirection.DOWN
_QUALITY, _RESPONSE = MeasureCategory.QUALITY, CountedUnit.RESPONSE


def _scale_measure(
    id_: str, name: str, scale: MeasureScale = MeasureScale.FIVE, *, internal: bool = False
) -> BuiltInMeasure:
    return BuiltInMeasure(id_, scale, _QUALITY, _UP, name, "points", _RESPONSE, internal=internal)


def _category_measure(
    id_: str, name: str, category: MeasureCategory, direction: GoodDirection, *, per: CountedUnit = CountedUnit.ROOT
) -> BuiltInMeasure:
    return BuiltInMeasure(id_, MeasureScale.CATEGORY, category, direction, name, "contacts", per)


def _driver_measure(id_: str, name: str, direction: GoodDirection) -> BuiltInMeasure:
    return BuiltInMeasure(id_, MeasureScale.CATEGORY, _QUALITY, direction, name, "responses", _RESPONSE, listed=True)


def _duration_measure(
    id_: str, name: str, category: MeasureCategory, per: CountedUnit = CountedUnit.ROOT
) -> BuiltInMeasure:
    return BuiltInMeasure(id_, MeasureScale.DURATION, category, _DOWN, name, "seconds", per)


_MEASURES: Final = (
    _scale_measure("satisfaction", "Satisfaction"),
    _scale_measure("trust", "Trust"),
    _scale_measure("effectiveness", "Effectiveness: my need was met"),
    _scale_measure("ease", "Ease"),
    _scale_measure("efficiency", "Efficiency: it took a reasonable time"),
    _scale_measure("transparency", "Transparency: I knew what to expect"),
    _scale_measure("employee", "Helpfulness of employees"),
    _scale_measure("nps", "Likelihood to recommend", MeasureScale.ELEVEN),
    _scale_measure("ces", "Customer effort: it was made easy", MeasureScale.SEVEN),
    _driver_measure("positive_drivers", "What made the difference", _UP),
    _driver_measure("negative_drivers", "What could have been better", _DOWN),
    _category_measure("contacts", "Contacts by kind", MeasureCategory.QUANTITY, _DOWN),
    _category_measure("outcome", "Outcomes of contacts", _QUALITY, _UP),
    _category_measure("offered", "Contacts offered to a person, by outcome", MeasureCategory.RESPONSIVENESS, _UP),
    _duration_measure("wait_answered", "Wait of answered contacts", MeasureCategory.RESPONSIVENESS),
    _duration_measure("wait_abandoned", "Wait of abandoned contacts", MeasureCategory.RESPONSIVENESS),
    _duration_measure("wait_callback", "Wait of contacts that were called back", MeasureCategory.RESPONSIVENESS),
    _duration_measure("talk", "Talk time", MeasureCategory.TIMELINESS, CountedUnit.INTERACTION),
    _duration_measure("hold", "Hold time", MeasureCategory.TIMELINESS, CountedUnit.INTERACTION),
    _duration_measure("wrap_up", "Wrap-up time", MeasureCategory.TIMELINESS, CountedUnit.INTERACTION),
    _duration_measure(
        "handle", "Handle time: talk, hold and wrap-up", MeasureCategory.TIMELINESS, CountedUnit.INTERACTION
    ),
    _duration_measure("resolution", "Time to completion of requests and transactions", MeasureCategory.TIMELINESS),
    _category_measure("requests", "Service requests by outcome", MeasureCategory.QUANTITY, _UP),
    _category_measure("reason", "Reasons of contact", MeasureCategory.QUANTITY, _DOWN),
    BuiltInMeasure(
        "topic",
        MeasureScale.CATEGORY,
        MeasureCategory.QUANTITY,
        _DOWN,
        "Topics of contact",
        "contacts",
        CountedUnit.ROOT,
        listed=True,
    ),
    _category_measure(
        "transfers", "Handled contacts, transferred or kept", _QUALITY, _DOWN, per=CountedUnit.INTERACTION
    ),
    _category_measure("search", "Searches by result", _QUALITY, _UP),
    _category_measure("views", "Views of pages and articles", MeasureCategory.ADOPTION, _UP),
    BuiltInMeasure(
        "transactions",
        MeasureScale.CATEGORY,
        MeasureCategory.QUANTITY,
        _UP,
        "Transactions by outcome",
        "transactions",
        CountedUnit.ROOT,
    ),
    BuiltInMeasure("cost", MeasureScale.MONEY, MeasureCategory.COST, _DOWN, "Cost", "minor units", CountedUnit.ROOT),
    _category_measure("repeat_gap", "Time to the next contact", _QUALITY, _UP, per=CountedUnit.TOUCH),
    _category_measure(
        "contained_gap", "Time from self-service to the next contact", _QUALITY, _UP, per=CountedUnit.TOUCH
    ),
    BuiltInMeasure(
        "responses", MeasureScale.CATEGORY, MeasureCategory.QUANTITY, _UP, "Responses by form", "responses", _RESPONSE
    ),
    BuiltInMeasure(
        "invitations",
        MeasureScale.CATEGORY,
        MeasureCategory.QUANTITY,
        _UP,
        "Invitations by form",
        "invitations",
        CountedUnit.FORM,
    ),
    BuiltInMeasure(
        "shown", MeasureScale.CATEGORY, MeasureCategory.QUANTITY, _UP, "Forms shown", "times", CountedUnit.FORM
    ),
    BuiltInMeasure(
        "started", MeasureScale.CATEGORY, MeasureCategory.QUANTITY, _UP, "Forms started", "times", CountedUnit.FORM
    ),
)

BUILT_IN: Final[Mapping[str, BuiltInMeasure]] = MappingProxyType({measure.id: measure for measure in _MEASURES})
"""The measures that every agency has, by id."""

_OUTCOMES: Final = frozenset(outcome.value for outcome in ContactOutcome)
_CLOSED_CODES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "contacts": CONTACT_KINDS,
        "outcome": _OUTCOMES,
        "offered": _OUTCOMES,
        "requests": _OUTCOMES,
        "reason": frozenset(reason.value for reason in ContactReason),
        "transfers": frozenset({"transferred", "kept"}),
        "search": frozenset({"found", "empty", "abandoned"}),
        "views": VIEW_KINDS,
        "transactions": frozenset({"completed", "failed", "not_eligible", "open"}),
    }
)
_WAITS: Final = frozenset({"wait_answered", "wait_abandoned", "wait_callback"})
_DURATIONS: Final = frozenset(DURATION_BINS)
_WAITING_TIMES: Final = _DURATIONS | {UNKNOWN}
_MONEY: Final = frozenset(MONEY_BINS)
_COUNT: Final = frozenset({ALL})


def accepts_answers(measure: BuiltInMeasure) -> bool:
    """Whether a question of a form can feed a measure: what each answer scores, not what is counted besides."""
    return measure.per is CountedUnit.RESPONSE and (is_numeric(measure.scale) or measure.listed)


def accepts_tallies(measure: BuiltInMeasure) -> bool:
    """Whether totals of a measure can be sent; gaps between contacts are only known contact by contact."""
    return measure.per is not CountedUnit.TOUCH


def tally_bins(measure: BuiltInMeasure) -> frozenset[str] | None:
    """The bins that a tally of a measure may carry; None when any code is allowed, empty when no tally is."""
    if not accepts_tallies(measure):
        return frozenset()
    if measure.scale is MeasureScale.CATEGORY:
        return _CLOSED_CODES.get(measure.id)
    if measure.scale is MeasureScale.DURATION:
        return _WAITING_TIMES if measure.id in _WAITS else _DURATIONS
    if measure.scale is MeasureScale.MONEY:
        return _MONEY
    return _COUNT if measure.scale is MeasureScale.COUNT else frozenset(scale_bins(measure.scale))


def unknown_bins(measure: BuiltInMeasure, names: Iterable[str]) -> list[str]:
    """Those of the given bins that a tally of the measure may not carry, in the order given."""
    allowed = tally_bins(measure)
    return [name for name in names if not name or (allowed is not None and name not in allowed)]
