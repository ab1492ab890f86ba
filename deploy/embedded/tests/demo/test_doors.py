"""What the demo declares is a sound catalogue, and the doors take every item of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import partial

import pytest

from feedback_api.catalogue_projection.projection import CatalogueProjection
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.monotonic_revision import MonotonicRevisions
from feedback_api.intake.ports import ItemParser
from feedback_api.interactions.parser import InteractionParser
from feedback_api.redaction.redact import redact_text
from feedback_api.responses.parser import ResponseParser
from feedback_api.tallies.parser import TallyParser
from soundings.events import catalogue, forms
from soundings.events.catalogue import CatalogueChanged
from soundings.kernel.measures import BUILT_IN
from soundings_embedded.catalogue_apply.domain import MODELS, iter_declared
from soundings_embedded.demo.agency import AGENCY_ID, FORM_ID, SERVICES, WEB
from soundings_embedded.demo.catalogue import demo_declaration, start_of
from soundings_embedded.demo.event_stream import DemoHistory

START = date(2026, 1, 12)
EVENTS: dict[str, type[CatalogueChanged]] = {
    "agencies": catalogue.AgencyChanged,
    "services": catalogue.ServiceChanged,
    "sources": catalogue.SourceChanged,
    "touchpoints": catalogue.TouchpointChanged,
}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def published(form_id: str, body: forms.FormBody, scales: dict[str, str]) -> forms.FormVersionChanged:
    scored = {question.id: question.measure for question in body.questions if question.measure}
    return forms.FormVersionChanged(
        id=f"{form_id}@1",
        revision=1,
        changed_at=LONG_AGO,
        body=forms.FormVersion.model_validate(
            {
                "form_id": form_id,
                "version": 1,
                "form": body,
                "scales": {question: scales[measure] for question, measure in scored.items()},
                "measure_versions": dict.fromkeys(scored, 1),
            }
        ),
    )


def events(document: object) -> Iterator[CatalogueChanged]:
    scales = {measure.id: measure.scale.value for measure in BUILT_IN.values()}
    for entities, entity_id, raw in iter_declared(document):
        body = MODELS[entities].model_validate(raw)
        about = {"id": entity_id, "revision": 1, "changed_at": LONG_AGO, "body": body}
        if isinstance(body, catalogue.MeasureBody):
            scales[entity_id] = body.scale.value
            versions = [{"version": 1, "scale": body.scale, "since": LONG_AGO}]
            yield catalogue.MeasureChanged.model_validate({**about, "versions": versions})
        elif isinstance(body, forms.FormBody):
            yield forms.FormChanged.model_validate({**about, "published": 1})
            yield published(entity_id, body, scales)
        elif entities in EVENTS:
            yield EVENTS[entities].model_validate(about)


@pytest.fixture(scope="module")
def projection() -> CatalogueProjection:
    known = CatalogueProjection()
    for event in events(demo_declaration(START)):
        known.apply_event(event)
    return known


@pytest.fixture(scope="module")
def kinds(projection: CatalogueProjection) -> dict[str, ItemParser]:
    clock = partial(datetime.now, UTC)
    pseudonym = lambda agency, person: f"{agency}:{len(person)}"  # noqa: E731
    return {
        "responses": ResponseParser(projection, redact_text, pseudonym),
        "interactions": InteractionParser(projection, redact_text, pseudonym),
        "tallies": TallyParser(projection, redact_text, MonotonicRevisions(clock)),
    }


def sender(projection: CatalogueProjection, source: str, now: datetime) -> IntakeContext:
    view, agency = projection.find_source(source), projection.find_agency(AGENCY_ID)
    assert view is not None
    assert agency is not None
    return IntakeContext(view, agency, now)


@pytest.mark.slow
def test_the_doors_take_every_item_and_move_none_of_them_in_time(
    history: DemoHistory, projection: CatalogueProjection, kinds: dict[str, ItemParser]
):
    midnight = datetime.combine(history.today, time(12), UTC)
    for delivery in history.deliveries:
        who = sender(projection, delivery.source, midnight)
        assert delivery.kind in who.source.accepts
        for item in delivery.items:
            taken = kinds[delivery.kind].parse(item, who, None)
            assert taken.record_id == item["id"]
            assert b'"time_clamped":true' not in (taken.record.value or b"")


def test_the_short_form_needs_a_score_and_nothing_else(projection: CatalogueProjection, kinds: dict[str, ItemParser]):
    who = sender(projection, WEB, datetime.now(UTC))
    item = {"form_id": FORM_ID, "answers": {"overall": 5, "comment": "The clerk was patient with me."}}
    assert kinds["responses"].parse(item, who, None).record_id
    assert projection.find_form(FORM_ID) is not None


def test_every_reference_in_the_declaration_is_declared():
    document = demo_declaration(START)
    there = {entities: set(bodies) for entities, bodies in document.items() if isinstance(bodies, dict)}
    named = {"agency_id": "agencies", "department_id": "departments", "service_id": "services", "source_id": "sources",
             "service_ids": "services"}  # fmt: skip
    for _, _, body in iter_declared(document):
        for field, entities in named.items():
            value = body.get(field, [])
            assert set([value] if isinstance(value, str) else value) <= there[entities]  # type: ignore[call-overload]


def test_every_id_is_its_own_agencys():
    assert all(entity_id.startswith(AGENCY_ID) for _, entity_id, _ in iter_declared(demo_declaration(START)))


def test_there_are_three_departments_with_services_and_targets():
    departments = {profile.department for profile in SERVICES}
    assert len(departments) == 3
    assert 6 <= len(SERVICES) <= 8
    standards = [body for entities, _, body in iter_declared(demo_declaration(START)) if entities == "standards"]
    assert {"metric": "service_level.answered_offered.v1", "params": {"threshold_s": 20}, "target": 0.8}.items() <= {
        **standards[3]
    }.items()


def test_the_catalogue_remembers_when_the_story_began():
    services = demo_declaration(START)["services"]
    assert isinstance(services, dict)
    for service in services.values():
        assert start_of(service["assured_at"]) == START
        kept = catalogue.ServiceBody.model_validate(service).model_dump(mode="json")["assured_at"]
        assert start_of(kept) == START


@pytest.mark.parametrize("nothing", [None, 3, "", "soon"])
def test_what_is_no_time_is_no_start(nothing: object):
    assert start_of(nothing) is None
