"""In-memory projection of catalogue events. Its state depends only on the newest event of each entity."""

from collections.abc import Callable
from functools import partial, singledispatchmethod
from typing import TypeVar

from feedback_api.catalogue_projection.measure_versions import measure_view
from feedback_api.catalogue_projection.read_models import (
    AgencyView,
    FormView,
    MeasureView,
    ServiceView,
    SourceView,
    TouchpointView,
    agency_view,
    form_view,
    source_view,
)
from soundings.events import catalogue, forms
from soundings.events.catalogue import CatalogueChanged
from soundings.kernel.agency_calendar import calendar_of
from soundings.kernel.clock import epoch_ms

View = TypeVar("View")


class CatalogueProjection:
    """Agencies, services, sources, keys, measures, touchpoints and published forms, as of the newest events.

    Retired entities are not found, except by `registered_source` and `registered_agency`. Lookups are plain dictionary
    reads. An event older than the known state of its entity is ignored, so `apply_event` is idempotent.
    """

    def __init__(self) -> None:
        self._revisions: dict[str, int] = {}
        self._agencies: dict[str, AgencyView] = {}
        self._services: dict[str, ServiceView] = {}
        self._sources: dict[str, SourceView] = {}
        # Retired entities are kept too: legal holds, erasures and pseudonyms still apply to their records.
        self._all_agencies: dict[str, AgencyView] = {}
        self._all_sources: dict[str, SourceView] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._source_of_hash: dict[str, str] = {}
        self._measures: dict[str, MeasureView] = {}
        self._touchpoints: dict[str, TouchpointView] = {}
        self._versions: dict[str, dict[int, FormView]] = {}
        self._retired_forms: set[str] = set()
        self._revoked: dict[str, tuple[str, int]] = {}
        self._discards: dict[str, Callable[[str], object]] = {
            "agency": self._drop_agency,
            "service": partial(_discard_view, self._services),
            "source": self._drop_source,
            "measure": partial(_discard_view, self._measures),
            "touchpoint": partial(_discard_view, self._touchpoints),
            "form": self._retired_forms.add,
            "form_version": self._drop_version,
            "source_key": self._drop_key,
            "token_revocation": partial(_discard_view, self._revoked),
        }

    # Lookups

    def find_agency(self, agency_id: str) -> AgencyView | None:
        return self._agencies.get(agency_id)

    def subject_key_version(self, agency_id: str) -> int:
        """The version of the agency's pseudonym key; 1 for an unknown agency."""
        agency = self._all_agencies.get(agency_id)
        return 1 if agency is None else agency.subject_key_version

    def find_service(self, service_id: str) -> ServiceView | None:
        return self._services.get(service_id)

    def find_source(self, source_id: str) -> SourceView | None:
        return self._sources.get(source_id)

    def registered_agency(self, agency_id: str) -> AgencyView | None:
        """The agency, retired or not."""
        return self._all_agencies.get(agency_id)

    def registered_source(self, source_id: str) -> SourceView | None:
        """The source, retired or not."""
        return self._all_sources.get(source_id)

    def source_of_key(self, key_hash: str) -> str | None:
        """The id of the source that a key (by its hash) belongs to; None for an unknown or revoked key."""
        return self._source_of_hash.get(key_hash)

    def find_measure(self, measure_id: str) -> MeasureView | None:
        return self._measures.get(measure_id)

    def find_touchpoint(self, touchpoint_id: str) -> TouchpointView | None:
        return self._touchpoints.get(touchpoint_id)

    def find_form(self, form_id: str, version: int | None = None) -> FormView | None:
        """A published version of a form that is in force; the newest one where none is asked for."""
        versions = self._versions.get(form_id)
        if not versions or form_id in self._retired_forms:
            return None
        return versions.get(max(versions) if version is None else version)

    def revoked_tokens(self) -> dict[str, int]:
        """Every revoked ``jti``, with the epoch millisecond until which it matters."""
        return dict(self._revoked.values())

    # Applying events

    def apply_event(self, event: CatalogueChanged) -> None:
        """Apply one event. Entity types that intake does not use are ignored."""
        key = event.partition_key()
        if self._revisions.get(key, -1) > event.revision:
            return
        self._revisions[key] = event.revision
        self._take_entity(event)

    def remove_key(self, key: str) -> None:
        """Apply a tombstone: remove the entity."""
        self._revisions.pop(key, None)
        entity, _, entity_id = key.partition("/")
        discard = self._discards.get(entity)
        if discard is not None:
            discard(entity_id)

    @singledispatchmethod
    def _take_entity(self, event: CatalogueChanged) -> None:
        """Default: ignore entity types that intake does not use (departments, standards, articles, personas)."""

    @_take_entity.register
    def _(self, event: catalogue.AgencyChanged) -> None:
        view = agency_view(event, calendar_of(event.body.time_zone, event.body.fiscal_year_start))
        _put_view(self._agencies, event, view)
        self._all_agencies[event.id] = view

    @_take_entity.register
    def _(self, event: catalogue.ServiceChanged) -> None:
        _put_view(self._services, event, ServiceView(event.id, event.body.agency_id))

    @_take_entity.register
    def _(self, event: catalogue.SourceChanged) -> None:
        view = source_view(event)
        _put_view(self._sources, event, view)
        self._all_sources[event.id] = view

    @_take_entity.register
    def _(self, event: catalogue.MeasureChanged) -> None:
        _put_view(self._measures, event, measure_view(event))

    @_take_entity.register
    def _(self, event: catalogue.TouchpointChanged) -> None:
        _put_view(self._touchpoints, event, TouchpointView(event.body.service_id, event.body.stage))

    @_take_entity.register
    def _(self, event: catalogue.SourceKeyChanged) -> None:
        self._drop_key(event.id)
        if event.state == "active":
            self._keys[event.id] = (event.body.key_hash, event.body.source_id)
            self._source_of_hash[event.body.key_hash] = event.body.source_id

    @_take_entity.register
    def _(self, event: catalogue.TokenRevocationChanged) -> None:
        _put_view(self._revoked, event, (event.body.jti, epoch_ms(event.body.expires_at)))

    @_take_entity.register
    def _(self, event: forms.FormChanged) -> None:
        if event.state == "active":
            self._retired_forms.discard(event.id)
        else:
            self._retired_forms.add(event.id)

    @_take_entity.register
    def _(self, event: forms.FormVersionChanged) -> None:
        versions = self._versions.setdefault(event.body.form_id, {})
        if event.state == "active":
            versions[event.body.version] = form_view(event.body)
        else:
            versions.pop(event.body.version, None)

    def _drop_key(self, key_id: str) -> None:
        known = self._keys.pop(key_id, None)
        if known is not None:
            self._source_of_hash.pop(known[0], None)

    def _drop_agency(self, agency_id: str) -> None:
        self._agencies.pop(agency_id, None)
        self._all_agencies.pop(agency_id, None)

    def _drop_source(self, source_id: str) -> None:
        self._sources.pop(source_id, None)
        self._all_sources.pop(source_id, None)

    def _drop_version(self, version_id: str) -> None:
        form_id, _, version = version_id.rpartition("@")
        if version.isdecimal():
            self._versions.get(form_id, {}).pop(int(version), None)


def _put_view(views: dict[str, View], event: CatalogueChanged, view: View) -> None:
    if event.state == "active":
        views[event.id] = view
    else:
        views.pop(event.id, None)


def _discard_view(views: dict[str, View], entity_id: str) -> None:
    views.pop(entity_id, None)
