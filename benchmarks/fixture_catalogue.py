"""A small town for the benchmarks: its catalogue as events, the key of its website, and what the website sends."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from soundings.access.keys import hash_key
from soundings.events import catalogue, forms
from soundings.events.base import EventData
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL, CATALOGUE, RESPONSES
from soundings.log.factory import open_log

KEY: Final = "snd_" + "b" * 43
SERVICE: Final = "permits"
FORM: Final = "visit"
ORIGIN: Final = "https://www.town.example.gov"
"""The pages of the town, which may send to the form."""
FIRST: Final = "2026-03-01"
LAST: Final = "2026-04-01"
"""The month in which all that is sent has happened, as the metrics API asks for it: from, and to."""
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
PERSONAL: Final = (
    "I waited for forty minutes and then the clerk was very kind. Please write to jo.public@example.org "
    "or call 415-555-0132 when the form for the second permit is there."
)
"""A comment that has to be redacted."""
PLAIN: Final = (
    "I waited for forty minutes and then the clerk was very kind. She explained the form for the second "
    "permit, and gave me a paper with everything that I still have to bring."
)
"""One with nothing to redact."""

_IN_LETTERS: Final = str.maketrans("0123456789-", "abcdefghij ")
"""A number as words that no recogniser looks at."""


def item(number: str, service: str = SERVICE, comment: str = PERSONAL) -> dict[str, object]:
    """A response like those that a website sends: three scores, a person and a comment."""
    return {
        "id": number,
        "form_id": FORM,
        "service_id": service,
        "occurred_at": "2026-03-05T12:00:00-05:00",
        "person": "jo.public@example.org",
        "language": "en",
        "answers": {"overall": 4, "ease": 3, "recommend": 9, "comment": comment},
    }


def answer(number: str, comment: str = PERSONAL) -> dict[str, object]:
    """An answer like those that the widget sends from a page: as `item`, but in words of its own, and of nobody."""
    return {
        "id": str(uuid5(NAMESPACE_URL, number)),
        "form_version": 1,
        "language": "en",
        "page": "/permits/apply",
        "website": "",
        "elapsed_ms": 41_000,
        "answers": {"overall": 4, "ease": 3, "recommend": 9, "comment": f"{comment} {number.translate(_IN_LETTERS)}"},
    }


def settle_town(log_url: str, services: Sequence[str] = (SERVICE,)) -> None:
    """Write the town's catalogue into a log."""

    async def write() -> None:
        log = await open_log(log_url)
        try:
            await log.ensure_topics(ALL)
            await log.append_records(CATALOGUE.name, [encode_event(entity) for entity in _entities(services)])
        finally:
            await log.close_log()

    asyncio.run(write())


def responses_held(log_url: str) -> int:
    """How many records of responses a log holds."""

    async def count() -> int:
        log = await open_log(log_url)
        try:
            return sum((await log.end_positions([RESPONSES.name])).values())
        finally:
            await log.close_log()

    return asyncio.run(count())


def _entities(services: Sequence[str]) -> Iterator[EventData]:
    agency = catalogue.AgencyBody(name={"en": "Town"}, time_zone="America/New_York")
    yield catalogue.AgencyChanged(id="town", body=agency, revision=1, changed_at=_AT)
    for service in services:
        body = catalogue.ServiceBody(agency_id="town", department_id="hall", name={"en": service})
        yield catalogue.ServiceChanged(id=service, body=body, revision=1, changed_at=_AT)
    source = catalogue.SourceBody.model_validate(
        {"agency_id": "town", "name": "Website", "kind": "website", "service_ids": services}
        | {"accepts": ["responses"], "default_channel": "website", "origins": [ORIGIN]}
    )
    yield catalogue.SourceChanged(id="website", body=source, revision=1, changed_at=_AT)
    yield from _form(services)
    key = catalogue.SourceKey(source_id="website", key_hash=hash_key(KEY))
    yield catalogue.SourceKeyChanged(id="key_bench", body=key, revision=1, changed_at=_AT)


def _form(services: Sequence[str]) -> Iterator[EventData]:
    asked = [("overall", "likert", "satisfaction"), ("ease", "likert", "ease"), ("recommend", "nps", "nps")]
    questions: list[dict[str, object]] = [
        {"id": name, "type": kind, "measure": measure, "text": {"en": name}} for name, kind, measure in asked
    ]
    questions.append({"id": "comment", "type": "long_text", "text": {"en": "More?"}})
    form = forms.FormBody.model_validate(
        {"agency_id": "town", "service_ids": services, "source_id": "website"}
        | {"title": {"en": "Visit"}, "questions": questions}
    )
    version = forms.FormVersion.model_validate(
        {"form_id": FORM, "version": 1, "form": form.model_dump()}
        | {"scales": {"overall": "1-5", "ease": "1-5", "recommend": "0-10"}}
        | {"measure_versions": {"overall": 1, "ease": 1, "recommend": 1}}
    )
    yield forms.FormChanged(id=FORM, body=form, published=1, revision=1, changed_at=_AT)
    yield forms.FormVersionChanged(id=f"{FORM}@1", body=version, revision=1, changed_at=_AT)
