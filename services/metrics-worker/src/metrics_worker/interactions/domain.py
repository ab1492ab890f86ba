"""What is asked of interaction records, and what of one is given out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from metrics_worker.catalogue_view.domain import CatalogueView
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.vocabulary import ServiceChannel

MOST_ITEMS: Final = 1000
_USUAL_ITEMS: Final = 200
_NAMES: Final = frozenset({"agency", "service", "channel", "from", "to", "cursor", "limit"})
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE: Final = re.compile(r"[0-9]{1,6}")
_GIVEN_OUT: Final = (
    "kind", "direction", "topic", "reason", "started_at", "enqueued_at", "answered_at", "ended_at", "wait_s", "talk_s",
    "hold_s", "wrap_up_s", "outcome", "results", "cost", "language",
)  # fmt: skip
"""No free text (query, team, transferred_to, attributes) and no person."""


@dataclass(frozen=True, slots=True)
class InteractionSearch:
    """Which records are asked for. Dates are local to each record's agency; ``end`` is not included."""

    agency: str | None = None
    service: str | None = None
    channel: str | None = None
    start: date | None = None
    end: date | None = None
    limit: int = _USUAL_ITEMS


@dataclass(frozen=True, slots=True)
class StoredInteraction:
    """A record by its place among the facts; ``data`` is its JSON."""

    place: int
    id: str
    source: str
    service: str
    channel: str
    occurred_at: int
    data: str

    def body(self) -> dict[str, object]:
        """What is given out of it; ``root_id`` and what else is absent is None, so that every row has every column."""
        said: dict[str, object] = orjson.loads(self.data)
        named: dict[str, object] = {
            "id": self.id,
            "root_id": said.get("root", self.id),
            "source": self.source,
            "agency": said.get("agency_id"),
            "service": self.service or None,
            "channel": self.channel or None,
        }
        return named | {name: said.get(name) for name in _GIVEN_OUT}

    @property
    def agency(self) -> str:
        """The agency that it belongs to."""
        return str(orjson.loads(self.data).get("agency_id", ""))


def read_search(given: Mapping[str, str], structure: CatalogueView) -> InteractionSearch:
    """The search of these parameters (empty ones count as not given); Refused names the one that is wrong."""
    asked = {name: value for name, value in given.items() if value}
    for name in asked:
        if name not in _NAMES:
            raise refused(name, "unknown", "there is no such parameter")
    search = InteractionSearch(
        agency=_known(asked, "agency", structure.agencies),
        service=_known(asked, "service", structure.services),
        channel=_known(asked, "channel", frozenset(ServiceChannel)),
        start=_day(asked, "from"),
        end=_day(asked, "to"),
        limit=_limit(asked),
    )
    if search.start is not None and search.end is not None and search.start >= search.end:
        raise refused("to", "out_of_range", "must lie after from; it is not included in the range")
    return search


def refused(field: str, code: str, detail: str) -> InvalidInput:
    """A search that breaks its contract in one parameter."""
    return InvalidInput([FieldError(field, code, detail)])


def _known(asked: Mapping[str, str], name: str, known: Mapping[str, object] | frozenset[ServiceChannel]) -> str | None:
    value = asked.get(name)
    if value is not None and value not in known:
        raise refused(name, "unknown", f"{value[:100]!r} is not known here")
    return value


def _day(asked: Mapping[str, str], name: str) -> date | None:
    value = asked.get(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:  # noqa: PLR2004 - nobody called before or after
        raise refused(name, "not_a_date", "must be a date from 1900 to 2200, YYYY-MM-DD")
    return day


def _limit(asked: Mapping[str, str]) -> int:
    value = asked.get("limit")
    if value is None:
        return _USUAL_ITEMS
    if not _WHOLE.fullmatch(value) or not 1 <= int(value) <= MOST_ITEMS:
        raise refused("limit", "out_of_range", f"must be 1 to {MOST_ITEMS}")
    return int(value)
