"""Measures: what is counted. The built-in ones, and the bins that a tally of a measure may carry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from soundings.kernel.histogram_bins import DURATION_BINS, MONEY_BINS, UNKNOWN
from soundings.kernel.scales import ALL, Scale, is_numeric, scale_bins
from soundings.kernel.vocabulary import InteractionKind, Outcome, Reason


class Category(StrEnum):
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
    """What one count stands for. An `interaction` is one record that a person handled; a `root` is one contact."""

    RESPONSE = "response"
    INTERACTION = "interaction"
    ROOT = "root"
    FORM = "form"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure in one version; a version has one scale.

    `listed` measures may have several values per unit and count the units in the bin `*`; so do their tallies.
    `internal` measures are never shown to the public.
    """

    id: str
    scale: Scale
    category: Category
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
_QUALITY, _RESPONSE = Category.QUALITY, CountedUnit.RESPONSE


def _scored(id_: str, name: str, scale: Scale = Scale.FIVE, *, internal: bool = False) -> Measure:
    return Measure(id_, scale, _QUALITY, _UP, name, "points", _RESPONSE, internal=internal)


def _coded(
    id_: str, name: str, category: Category, direction: GoodDirection, *, per: CountedUnit = CountedUnit.ROOT
) -> Measure:
    return Measure(id_, Scale.CATEGORY, category, direction, name, "contacts", per)


def _drivers(id_: str, name: str, direction: GoodDirection) -> Measure:
    return Measure(id_, Scale.CATEGORY, _QUALITY, direction, name, "responses", _RESPONSE, listed=True)


def _timed(id_: str, name: str, category: Category, per: CountedUnit = CountedUnit.ROOT) -> Measure:
    return Measure(id_, Scale.DURATION, category, _DOWN, name, "seconds", per)


_MEASURES: Final = (
    _scored("satisfaction", "Satisfaction"),
    _scored("trust", "Trust"),
    _scored("effectiveness", "Effectiveness: my need was met"),
    _scored("ease", "Ease"),
    _scored("efficiency", "Efficiency: it took a reasonable time"),
    _scored("transparency", "Transparency: I knew what to expect"),
    _scored("employee", "Helpfulness of employees"),
    _scored("nps", "Likelihood to recommend", Scale.ELEVEN),
    _scored("ces", "Customer effort: it was made easy", Scale.SEVEN),
    _drivers("positive_drivers", "What made the difference", _UP),
    _drivers("negative_drivers", "What could have been better", _DOWN),
    _coded("contacts", "Contacts by kind", Category.QUANTITY, _DOWN),
    _coded("outcome", "Outcomes of contacts", _QUALITY, _UP),
    _coded("offered", "Contacts offered to a person, by outcome", Category.RESPONSIVENESS, _UP),
    _timed("wait_answered", "Wait of answered contacts", Category.RESPONSIVENESS),
    _timed("wait_abandoned", "Wait of abandoned contacts", Category.RESPONSIVENESS),
    _timed("wait_callback", "Wait of contacts that were called back", Category.RESPONSIVENESS),
    _timed("talk", "Talk time", Category.TIMELINESS, CountedUnit.INTERACTION),
    _timed("hold", "Hold time", Category.TIMELINESS, CountedUnit.INTERACTION),
    _timed("wrap_up", "Wrap-up time", Category.TIMELINESS, CountedUnit.INTERACTION),
    _timed("handle", "Handle time: talk, hold and wrap-up", Category.TIMELINESS, CountedUnit.INTERACTION),
    _timed("resolution", "Time to completion of requests and transactions", Category.TIMELINESS),
    _coded("requests", "Service requests by outcome", Category.QUANTITY, _UP),
    _coded("reason", "Reasons of contact", Category.QUANTITY, _DOWN),
    Measure(
        "topic",
        Scale.CATEGORY,
        Category.QUANTITY,
        _DOWN,
        "Topics of contact",
        "contacts",
        CountedUnit.ROOT,
        listed=True,
    ),
    _coded("transfers", "Handled contacts, transferred or kept", _QUALITY, _DOWN, per=CountedUnit.INTERACTION),
    _coded("search", "Searches by result", _QUALITY, _UP),
    _coded("views", "Views of pages and articles", Category.ADOPTION, _UP),
    Measure(
        "transactions",
        Scale.CATEGORY,
        Category.QUANTITY,
        _UP,
        "Transactions by outcome",
        "transactions",
        CountedUnit.ROOT,
    ),
    Measure("cost", Scale.MONEY, Category.COST, _DOWN, "Cost", "minor units", CountedUnit.ROOT),
    _coded("repeat_gap", "Time to the next contact", _QUALITY, _UP, per=CountedUnit.TOUCH),
    _coded("contained_gap", "Time from self-service to the next contact", _QUALITY, _UP, per=CountedUnit.TOUCH),
    Measure("responses", Scale.CATEGORY, Category.QUANTITY, _UP, "Responses by form", "responses", _RESPONSE),
    Measure(
        "invitations", Scale.CATEGORY, Category.QUANTITY, _UP, "Invitations by form", "invitations", CountedUnit.FORM
    ),
    Measure("shown", Scale.CATEGORY, Category.QUANTITY, _UP, "Forms shown", "times", CountedUnit.FORM),
    Measure("started", Scale.CATEGORY, Category.QUANTITY, _UP, "Forms started", "times", CountedUnit.FORM),
)

BUILT_IN: Final[Mapping[str, Measure]] = MappingProxyType({measure.id: measure for measure in _MEASURES})
"""The measures that every agency has, by id."""

_OUTCOMES: Final = frozenset(outcome.value for outcome in Outcome)
_CLOSED_CODES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "contacts": CONTACT_KINDS,
        "outcome": _OUTCOMES,
        "offered": _OUTCOMES,
        "requests": _OUTCOMES,
        "reason": frozenset(reason.value for reason in Reason),
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


def accepts_answers(measure: Measure) -> bool:
    """Whether a question of a form can feed a measure: what each answer scores, not what is counted besides."""
    return measure.per is CountedUnit.RESPONSE and (is_numeric(measure.scale) or measure.listed)


def accepts_tallies(measure: Measure) -> bool:
    """Whether totals of a measure can be sent; gaps between contacts are only known contact by contact."""
    return measure.per is not CountedUnit.TOUCH


def tally_bins(measure: Measure) -> frozenset[str] | None:
    """The bins that a tally of a measure may carry; None when any code is allowed, empty when no tally is."""
    if not accepts_tallies(measure):
        return frozenset()
    if measure.scale is Scale.CATEGORY:
        return _CLOSED_CODES.get(measure.id)
    if measure.scale is Scale.DURATION:
        return _WAITING_TIMES if measure.id in _WAITS else _DURATIONS
    if measure.scale is Scale.MONEY:
        return _MONEY
    return _COUNT if measure.scale is Scale.COUNT else frozenset(scale_bins(measure.scale))


def unknown_bins(measure: Measure, names: Iterable[str]) -> list[str]:
    """Those of the given bins that a tally of the measure may not carry, in the order given."""
    allowed = tally_bins(measure)
    return [name for name in names if not name or (allowed is not None and name not in allowed)]
