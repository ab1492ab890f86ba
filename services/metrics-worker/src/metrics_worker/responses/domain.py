"""The filters of a search in response texts, and one response with its answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.responses.errors import invalid_parameter
from soundings.kernel.vocabulary import ServiceChannel

Answers = Mapping[str, int | str | list[str]]

MOST_ITEMS: Final = 200
_USUAL_ITEMS: Final = 50
_MOST_WORDS: Final = 20
_TEXT_MAX: Final = 500
_NAMES: Final = frozenset(
    {
        "agency",
        "service",
        "form",
        "channel",
        "measure",
        "low",
        "high",
        "q",
        "from",
        "to",
        "cursor",
        "limit",
        "quarantined",
    }
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}")
_WORD: Final = re.compile(r"\w+")


class VoicePosition(NamedTuple):
    """The sort key of a response text: its time, then its sequence number."""

    occurred_at: int
    id: int


class VoiceScore(NamedTuple):
    """An answer that feeds a measure: a point of its scale, or an option's code."""

    measure: str
    value: int | str


@dataclass(frozen=True, slots=True)
class ResponseVoice:
    """A response as advocates see it; ``id`` is the one its sender gave, ``comments`` are redacted text by question."""

    position: VoicePosition
    id: str
    source: str
    service: str
    channel: str
    form: str
    form_version: int
    language: str | None
    touchpoint: str | None
    answers: Answers
    scores: tuple[VoiceScore, ...]
    comments: Mapping[str, str]
    test: bool
    quarantined: bool
    spam_score: float | None = None
    spam_reasons: tuple[str, ...] = ()
    contact_consent: bool = False


@dataclass(frozen=True, slots=True)
class VoiceSearch:
    """What is looked for. Dates are local to each service's agency; ``end`` is not included.

    ``words`` must all stand in the comments; with ``measure`` some answer to it must lie from ``low`` to ``high``.
    """

    agency: str | None = None
    service: str | None = None
    form: str | None = None
    channel: str | None = None
    measure: str | None = None
    low: int | None = None
    high: int | None = None
    words: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    quarantined: bool | None = None
    limit: int = _USUAL_ITEMS

    def matches_voice(self, voice: ResponseVoice) -> bool:
        """Whether a voice is of the form and has the answer that are looked for; the store sees to the rest."""
        if self.form is not None and voice.form != self.form:
            return False
        return self.measure is None or any(self._matches_score(score) for score in voice.scores)

    def _matches_score(self, score: VoiceScore) -> bool:
        if score.measure != self.measure:
            return False
        if self.low is None and self.high is None:
            return True
        if not isinstance(score.value, int):
            return False
        return (self.low is None or self.low <= score.value) and (self.high is None or score.value <= self.high)

    @property
    def needs_scan(self) -> bool:
        """Whether voices have to be looked at one by one to know that they fit."""
        return self.form is not None or self.measure is not None


class ReadableService(NamedTuple):
    """A service to read, and the instants (epoch milliseconds, the second not included) between which."""

    service: str
    start: int | None
    end: int | None


def read_search(given: Mapping[str, str], structure: CatalogueView) -> VoiceSearch:
    """The search of these parameters (empty ones count as not given); Refused names the one that is wrong."""
    asked = {name: value for name, value in given.items() if value}
    for name, value in asked.items():
        if name not in _NAMES:
            raise invalid_parameter(name, "unknown", "there is no such parameter")
        if len(value) > _TEXT_MAX:
            raise invalid_parameter(name, "too_long", f"must be at most {_TEXT_MAX} characters")
    search = VoiceSearch(
        agency=_known_value(asked, "agency", structure.agencies),
        service=_known_value(asked, "service", structure.services),
        form=asked.get("form"),
        channel=_known_value(asked, "channel", frozenset(ServiceChannel)),
        measure=asked.get("measure"),
        low=_integer_parameter(asked, "low"),
        high=_integer_parameter(asked, "high"),
        words=_search_words(asked),
        start=_date_parameter(asked, "from"),
        end=_date_parameter(asked, "to"),
        quarantined=_yes_or_no(asked, "quarantined"),
        limit=_page_limit(asked),
    )
    _check_search(search, structure)
    return search


def _check_search(search: VoiceSearch, structure: CatalogueView) -> None:
    if search.measure is not None and not structure.has_measure(search.measure):
        raise invalid_parameter("measure", "unknown", f"there is no measure {search.measure!r}")
    for field, bound in (("low", search.low), ("high", search.high)):
        if bound is not None and search.measure is None:
            raise invalid_parameter(field, "not_used", "bounds the answers to a measure; name one")
    if search.low is not None and search.high is not None and search.low > search.high:
        raise invalid_parameter("high", "out_of_range", "must not lie below low")
    if search.start is not None and search.end is not None and search.start >= search.end:
        raise invalid_parameter("to", "out_of_range", "must lie after from; it is not included in the range")


def _known_value(
    asked: Mapping[str, str], name: str, known: Mapping[str, object] | frozenset[ServiceChannel]
) -> str | None:
    value = asked.get(name)
    if value is not None and value not in known:
        raise invalid_parameter(name, "unknown", f"{value!r} is not known here")
    return value


def _integer_parameter(asked: Mapping[str, str], name: str) -> int | None:
    value = asked.get(name)
    if value is None:
        return None
    if not _WHOLE.fullmatch(value):
        raise invalid_parameter(name, "not_whole", "must be a whole number")
    return int(value)


def _yes_or_no(asked: Mapping[str, str], name: str) -> bool | None:
    value = asked.get(name)
    if value not in {None, "true", "false"}:
        raise invalid_parameter(name, "unknown", "must be true or false")
    return None if value is None else value == "true"


def _search_words(asked: Mapping[str, str]) -> tuple[str, ...]:
    text = asked.get("q")
    return () if text is None else read_words(text)


def read_words(text: str) -> tuple[str, ...]:
    """The words of a full-text search; Refused unless there are some, but not too many."""
    words = tuple(_WORD.findall(text))
    if not 1 <= len(words) <= _MOST_WORDS:
        raise invalid_parameter("q", "out_of_range", f"must have 1 to {_MOST_WORDS} words")
    return words


def _date_parameter(asked: Mapping[str, str], name: str) -> date | None:
    value = asked.get(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:  # noqa: PLR2004 - nobody answered before or after
        raise invalid_parameter(name, "not_a_date", "must be a date from 1900 to 2200, YYYY-MM-DD")
    return day


def _page_limit(asked: Mapping[str, str]) -> int:
    limit = _integer_parameter(asked, "limit")
    if limit is None:
        return _USUAL_ITEMS
    if not 1 <= limit <= MOST_ITEMS:
        raise invalid_parameter("limit", "out_of_range", f"must be 1 to {MOST_ITEMS}")
    return limit
