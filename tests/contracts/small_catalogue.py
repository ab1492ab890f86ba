"""A small catalogue with everything that items can name: forms, sources of every kind, measures of every scale."""

from collections.abc import Iterator
from datetime import UTC, datetime

from soundings.access.keys import make_key
from soundings.events import catalogue, forms
from soundings.events.catalogue import CatalogueChanged
from soundings.kernel.scales import MeasureScale

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = make_key()
"""The key of the source that may send everything."""
VENDORS = ("amazon-connect", "genesys-cloud", "twilio", "zendesk", "generic-csv")
OPTIONS = [{"code": code, "text": {"en": code}} for code in ("a", "b", "c")]
QUESTIONS = [
    {"id": "overall", "type": "likert", "measure": "satisfaction"},
    {"id": "recommend", "type": "nps", "measure": "nps"},
    {"id": "effort", "type": "ces", "measure": "ces"},
    {"id": "done", "type": "yes_no"},
    {"id": "one", "type": "single_choice", "options": OPTIONS},
    {"id": "many", "type": "multi_choice", "measure": "drivers", "options": OPTIONS},
    {"id": "when", "type": "date"},
    {"id": "short", "type": "short_text", "max_length": 40},
    {"id": "long", "type": "long_text", "max_length": 2000},
    {"id": "campaign", "type": "hidden"},
]
SCALES = {
    "overall": MeasureScale.FIVE,
    "recommend": MeasureScale.ELEVEN,
    "effort": MeasureScale.SEVEN,
    "many": MeasureScale.CATEGORY,
}
OWN_MEASURES = {"drivers": "category", "seconds": "duration", "fees": "money", "visits": "count", "clean": "1-5"}


class CatalogueWriter:
    """Makes the catalogue's events with rising revisions."""

    def __init__(self) -> None:
        self._revision = 0

    def facts(self, entity_id: str) -> dict[str, object]:
        self._revision += 1
        return {"id": entity_id, "revision": self._revision, "state": "active", "changed_at": NOW}

    def everything(self) -> Iterator[CatalogueChanged]:
        name = {"en": "any"}
        agency = {"name": name, "time_zone": "America/Los_Angeles", "fiscal_year_start": "07-01"}
        yield catalogue.AgencyChanged.model_validate({**self.facts("sf"), "body": agency})
        for service in ("airport", "library"):
            body = {"agency_id": "sf", "department_id": "any", "name": name}
            yield catalogue.ServiceChanged.model_validate({**self.facts(service), "body": body})
        yield self.source("web", ["airport"], ["responses"], default_channel="website")
        connectors = [{"vendor": vendor, "service_id": "library"} for vendor in VENDORS]
        everything = ["responses", "interactions", "tallies"]
        yield self.source("desk", ["airport", "library"], everything, default_channel="phone", connectors=connectors)
        key = {"source_id": "desk", "key_hash": KEY.key_hash}
        yield catalogue.SourceKeyChanged.model_validate({**self.facts(KEY.key_id), "body": key})
        for measure, scale in OWN_MEASURES.items():
            yield self.measure(measure, scale)
        gate = {"service_id": "airport", "name": name, "stage": "arrival"}
        yield catalogue.TouchpointChanged.model_validate({**self.facts("gate"), "body": gate})
        yield from self.form("visit", ["airport"])

    def source(self, source_id: str, services: list[str], accepts: list[str], **more: object) -> CatalogueChanged:
        body = {"agency_id": "sf", "name": source_id, "kind": "any", "service_ids": services, "accepts": accepts}
        return catalogue.SourceChanged.model_validate({**self.facts(source_id), "body": {**body, **more}})

    def measure(self, measure: str, scale: str) -> CatalogueChanged:
        body = {"agency_id": "sf", "name": {"en": measure}, "category": "quality", "scale": scale, "direction": "up"}
        since = [{"version": 1, "scale": scale, "since": datetime(1970, 1, 1, tzinfo=UTC)}]
        return catalogue.MeasureChanged.model_validate({**self.facts(measure), "body": body, "versions": since})

    def form(self, form_id: str, services: list[str]) -> Iterator[CatalogueChanged]:
        questions = [{**question, "text": {"en": "?"}} for question in QUESTIONS]
        body = {
            "agency_id": "sf", "service_ids": services, "source_id": "web", "title": {"en": "Your visit"},
            "questions": questions, "channels": ["website", "kiosk"],
        }  # fmt: skip
        version = forms.FormVersion.model_validate(
            {
                "form_id": form_id,
                "version": 1,
                "form": body,
                "scales": SCALES,
                "measure_versions": dict.fromkeys(SCALES, 1),
            }
        )
        yield forms.FormVersionChanged.model_validate({**self.facts(f"{form_id}@1"), "body": version})
        yield forms.FormChanged.model_validate({**self.facts(form_id), "body": body, "published": 1})
