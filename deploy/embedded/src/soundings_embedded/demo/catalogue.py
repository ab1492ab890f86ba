"""The catalogue of Larkmere, in the shape that people write in a file and `soundings apply` reads."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from soundings_embedded.demo.agency import (
    AGENCY_ID,
    AGENCY_NAME,
    BACK_OFFICE,
    BENEFITS,
    CERTIFICATES,
    CONTACT_CENTRE,
    COUNTERS,
    DEPARTMENTS,
    LICENSES,
    OBSTACLE,
    REGISTRATION,
    REQUESTS,
    ROADS,
    SERVICES,
    SMILEY,
    SURVEYS,
    TIME_ZONE,
    TOUCHPOINTS,
    WEB,
    ServiceProfile,
)
from soundings_embedded.demo.forms import FORMS, Json, texts

_SOURCES: Final = (
    (WEB, "Website", "website", ("responses", "interactions"), "website"),
    (CONTACT_CENTRE, "Contact centre", "contact_centre", ("interactions",), "phone"),
    (SURVEYS, "Survey tool", "survey", ("responses", "tallies"), "phone"),
    (COUNTERS, "Counters and kiosks", "kiosk", ("responses", "interactions", "tallies"), "in_person"),
    (REQUESTS, "Request desk", "case_system", ("interactions",), "website"),
    (BACK_OFFICE, "Back office", "back_office", ("tallies",), "website"),
)
_HOST_PAGE: Final = "http://localhost:8080"
"""Where docs/examples/host-page says to serve a page of the agency."""
_TEN_DAYS_S: Final = 864_000


def demo_declaration(start: date) -> Json:
    """Everything that the catalogue should hold; the services are assured on the day when the story starts."""
    return {
        "agencies": {AGENCY_ID: _agency()},
        "departments": {one: {"agency_id": AGENCY_ID, "name": dict(name)} for one, name in DEPARTMENTS.items()},
        "services": {profile.id: _service(profile, start) for profile in SERVICES},
        "measures": _measures(),
        "sources": dict(map(_source, _SOURCES)),
        "forms": {form_id: dict(form) for form_id, form in FORMS.items()},
        "standards": _standards(),
        "touchpoints": {name: _touchpoint(service) for service, name in TOUCHPOINTS.items()},
    }


def start_of(assured_at: object) -> date | None:
    """The day that :func:`declaration` wrote into a service; None where nothing of the kind is written."""
    if not isinstance(assured_at, str):
        return None
    try:
        return datetime.fromisoformat(assured_at).astimezone(ZoneInfo(TIME_ZONE)).date()
    except ValueError:
        return None


def _agency() -> Json:
    return {
        "name": texts(AGENCY_NAME, "Estado de Larkmere"),
        "time_zone": TIME_ZONE,
        "fiscal_year_start": "07-01",
        "default_language": "en",
    }


def _service(profile: ServiceProfile, start: date) -> Json:
    return {
        "agency_id": AGENCY_ID,
        "department_id": profile.department,
        "name": texts(profile.en, profile.es),
        "description": {"en": profile.description},
        "channels": _channels(profile),
        "high_impact": profile.high_impact,
        "assured_by": "Service owner",
        "assured_at": datetime.combine(start, time(12), ZoneInfo(TIME_ZONE)).isoformat(),
    }


def _channels(profile: ServiceProfile) -> list[str]:
    volumes = profile.volumes
    offered = {
        "website": profile.is_online,
        "mobile_app": volumes.transactions > 0 or volumes.requests > 0,
        "phone": volumes.calls > 0,
        "live_chat": volumes.chats > 0,
        "email": volumes.emails > 0,
        "in_person": volumes.visits > 0,
        "kiosk": profile.has_kiosk,
        "postal_mail": any(channel == "postal_mail" for channel, _ in profile.tallied),
    }
    return [channel for channel, is_offered in offered.items() if is_offered]


def _measures() -> Json:
    smiley: Json = {
        "agency_id": AGENCY_ID,
        "name": texts("Smileys at the kiosk", "Caritas en el quiosco"),
        "category": "quality",
        "scale": "1-5",
        "direction": "up",
        "wording": texts("How was your visit today?", "¿Cómo fue su visita hoy?"),
    }
    obstacle: Json = {
        "agency_id": AGENCY_ID,
        "name": texts("What stood in the way", "Lo que estorbó"),
        "category": "quality",
        "scale": "category",
        "direction": "down",
    }
    return {SMILEY: smiley, OBSTACLE: obstacle}


def _source(source: tuple[str, str, str, tuple[str, ...], str]) -> tuple[str, Json]:
    source_id, name, kind, accepts, channel = source
    return source_id, {
        "agency_id": AGENCY_ID,
        "name": name,
        "kind": kind,
        "service_ids": [profile.id for profile in SERVICES],
        "accepts": list(accepts),
        "default_channel": channel,
        "origins": [_HOST_PAGE] if source_id == WEB else [],
    }


def _touchpoint(service: str) -> Json:
    return {
        "service_id": service,
        "name": texts("The form is sent", "Se envía el formulario"),
        "stage": "apply",
        "channel": "website",
    }


def _standards() -> Json:
    satisfied = {"metric": "top2.v1", "measure": "satisfaction", "comparison": ">=", "target": 0.75}
    answered = {"metric": "service_level.answered_offered.v1", "channel": "phone", "comparison": ">=", "target": 0.8}
    return {
        **{f"{one}-satisfied": _standard(one, "satisfaction", satisfied) for one in (BENEFITS, LICENSES, REGISTRATION)},
        **{f"{one}-80-20": _standard(one, "access", answered) for one in (BENEFITS, LICENSES)},
        f"{BENEFITS}-wait": _standard(
            BENEFITS, "access", {"metric": "asa.v1", "channel": "phone", "comparison": "<=", "target": 60}
        ),
        f"{ROADS}-repaired": _standard(
            ROADS,
            "timeliness",
            {
                "metric": "quantile.v1",
                "measure": "resolution",
                "params": {"p": 0.9},
                "comparison": "<=",
                "target": _TEN_DAYS_S,
            },
        ),
        f"{CERTIFICATES}-completed": _standard(
            CERTIFICATES, "accuracy", {"metric": "completion.v1", "comparison": ">=", "target": 0.85}
        ),
    }


def _standard(service: str, category: str, says: Mapping[str, object]) -> Json:
    params = {"params": {"threshold_s": 20}} if str(says["metric"]).startswith("service_level") else {}
    return {"service_id": service, "window": "month", "category": category, **params, **says}
