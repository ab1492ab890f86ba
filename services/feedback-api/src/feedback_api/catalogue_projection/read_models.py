"""Read models of the catalogue entities, reduced to the fields that intake uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from soundings.events import catalogue, forms
from soundings.kernel.agency_calendar import AgencyCalendar
from soundings.kernel.measures import BuiltInMeasure


@dataclass(frozen=True, slots=True)
class AgencyView:
    """An agency with the calendar that its tallies are counted by."""

    id: str
    time_zone: str
    calendar: AgencyCalendar
    subject_key_version: int
    name: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ServiceView:
    id: str
    agency_id: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """A registered source. ``only_service`` is set where it has one service, so that items may omit it."""

    id: str
    agency_id: str
    service_ids: frozenset[str]
    only_service: str | None
    accepts: frozenset[str]
    default_channel: str
    origins: frozenset[str]
    legal_hold: bool
    # How the records of each vendor are mapped.
    connectors: Mapping[str, catalogue.ConnectorBody] = field(default_factory=dict[str, catalogue.ConnectorBody])


@dataclass(frozen=True, slots=True)
class MeasureVersionView:
    """One version of a measure, in force from ``since`` until the next one (built-in measures: always)."""

    measure: BuiltInMeasure
    since: datetime | None


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure that an agency made; ``versions`` ascend."""

    agency_id: str
    versions: tuple[MeasureVersionView, ...]


@dataclass(frozen=True, slots=True)
class TouchpointView:
    service_id: str
    stage: str | None


@dataclass(frozen=True, slots=True)
class FormView:
    """A published version of a form; ``only_service`` is set where the form asks about one service."""

    form_id: str
    version: int
    agency_id: str
    service_ids: frozenset[str]
    only_service: str | None
    body: forms.FormVersion


def only_one(service_ids: tuple[str, ...]) -> str | None:
    """The service where there is exactly one."""
    return service_ids[0] if len(set(service_ids)) == 1 else None


def agency_view(event: catalogue.AgencyChanged, calendar: AgencyCalendar) -> AgencyView:
    return AgencyView(event.id, event.body.time_zone, calendar, event.body.subject_key_version, event.body.name)


def source_view(event: catalogue.SourceChanged) -> SourceView:
    body = event.body
    return SourceView(
        id=event.id,
        agency_id=body.agency_id,
        service_ids=frozenset(body.service_ids),
        only_service=only_one(body.service_ids),
        accepts=frozenset(body.accepts),
        default_channel=body.default_channel.value,
        origins=frozenset(origin.lower().rstrip("/") for origin in body.origins),
        legal_hold=body.legal_hold,
        connectors={connector.vendor: connector for connector in body.connectors},
    )


def form_view(body: forms.FormVersion) -> FormView:
    form = body.form
    return FormView(
        form_id=body.form_id,
        version=body.version,
        agency_id=form.agency_id,
        service_ids=frozenset(form.service_ids),
        only_service=only_one(form.service_ids),
        body=body,
    )
