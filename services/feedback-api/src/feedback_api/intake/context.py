"""Context of an intake request: source, agency, time received, and the catalogue lookups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from feedback_api.catalogue_projection.read_models import (
    AgencyView,
    FormView,
    MeasureView,
    ServiceView,
    SourceView,
    TouchpointView,
)
from feedback_api.intake.errors import FORBIDDEN, invalid_field, missing_field, shown_text
from feedback_api.intake.field_readers import Item, read_reference
from feedback_api.spam.scorer import SpamCheck
from soundings.kernel.vocabulary import ServiceChannel

CHANNELS: Mapping[str, str] = {channel.value: channel.value for channel in ServiceChannel}


class CatalogueLookup(Protocol):
    """Lookups of intake in the catalogue projection. Retired entities are found by `registered_…` only."""

    def find_agency(self, agency_id: str) -> AgencyView | None: ...
    def registered_agency(self, agency_id: str) -> AgencyView | None: ...
    def registered_source(self, source_id: str) -> SourceView | None: ...
    def find_service(self, service_id: str) -> ServiceView | None: ...
    def find_source(self, source_id: str) -> SourceView | None: ...
    def source_of_key(self, key_hash: str) -> str | None: ...
    def find_measure(self, measure_id: str) -> MeasureView | None: ...
    def find_touchpoint(self, touchpoint_id: str) -> TouchpointView | None: ...
    def find_form(self, form_id: str, version: int | None = None) -> FormView | None: ...


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """A source, its agency, when the request came in, and the trace that it belongs to.

    ``spam_check`` scores responses from public endpoints; None for requests with a source key.
    ``is_public`` is set for requests without a source key. ``adjusted`` names the fields of a
    public item that could not stay as they were sent.
    """

    source: SourceView
    agency: AgencyView
    received_at: datetime
    traceparent: str | None = None
    spam_check: SpamCheck | None = None
    is_public: bool = False
    adjusted: tuple[str, ...] = ()


def named_service(item: Item, sender: IntakeContext, directory: CatalogueLookup) -> str | None:
    """The service that an item names; None where it names none. Refuses what is not this source's."""
    service_id = read_reference(item, "service_id")
    return None if service_id is None else own_service(service_id, sender, directory)


def own_service(service_id: str, sender: IntakeContext, directory: CatalogueLookup) -> str:
    """The service, where it is this source's and in force."""
    if service_id not in sender.source.service_ids:
        raise invalid_field("service_id", FORBIDDEN, f"{_named_service(service_id)} is not a service of this source")
    service = directory.find_service(service_id)
    if service is None or service.agency_id != sender.agency.id:
        raise invalid_field(
            "service_id", "unknown_service", f"{_named_service(service_id)} is not in force in the catalogue"
        )
    return service_id


def service_of(item: Item, sender: IntakeContext, directory: CatalogueLookup) -> str:
    """The service that an item names, or else the only one that its source has."""
    named = named_service(item, sender, directory)
    if named is not None:
        return named
    if sender.source.only_service is None:
        raise missing_field("service_id")
    return own_service(sender.source.only_service, sender, directory)


def _named_service(service_id: str) -> str:
    return shown_text(service_id) or "this"
