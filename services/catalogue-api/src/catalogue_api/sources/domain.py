"""Sources: what they refer to, and the rules for them; and the keys with which they send."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from catalogue_api.entities.domain import EntityProposal, EntityReference, duplicate_faults
from catalogue_api.entities.entity_type import entity_type
from catalogue_api.sources.connector_rules import connector_faults
from soundings.events.catalogue import SourceBody, SourceChanged, SourceKey, SourceKeyChanged
from soundings.events.forms import FormBody
from soundings.kernel.errors import FieldError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key of a source, without its secret. A revoked key never comes back."""

    id: str
    source_id: str
    key_hash: str
    revision: int
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    label: str | None = None

    def snapshot(self) -> SourceKeyChanged:
        """The event payload of the key for feedback-api."""
        return SourceKeyChanged(
            id=self.id,
            revision=self.revision,
            state="active" if self.revoked_at is None else "retired",
            changed_at=self.revoked_at or self.created_at,
            body=SourceKey(source_id=self.source_id, key_hash=self.key_hash),
        )


def _of_source(body: SourceBody) -> Iterator[EntityReference]:
    yield EntityReference("agency_id", "agency", body.agency_id)
    for index, service in enumerate(body.service_ids):
        yield EntityReference(f"service_ids.{index}", "service", service)


def source_faults(body: SourceBody, proposal: EntityProposal) -> Iterator[FieldError]:
    """No repetition, origins as browsers send them, sound connectors, every service that its forms ask about."""
    yield from duplicate_faults("service_ids", body.service_ids)
    yield from duplicate_faults("accepts", body.accepts)
    yield from duplicate_faults("origins", body.origins)
    for index, origin in enumerate(body.origins):
        proper = proper_origin(origin)
        if proper != origin:
            wanted = f"; write {proper}" if proper else ", like https://www.example.org"
            yield FieldError(
                f"origins.{index}", "not_an_origin", f"an origin is a scheme, a host and at most a port{wanted}"
            )
    yield from connector_faults(body)
    for form in proposal.dependents:
        needed = set(form.body.service_ids) if isinstance(form.body, FormBody) else set[str]()
        for service in sorted(needed - set(body.service_ids)):
            yield FieldError(
                "service_ids", "in_use", f"the form {form.id!r} asks about {service!r} through this source"
            )


def proper_origin(text: str) -> str | None:
    """The origin of a web address as browsers send it (RFC 6454, section 6.2); None when the text has none."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme not in _PORTS or not host or not _is_host(host) or parts.username is not None:
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in {None, _PORTS[parts.scheme]} else "")


def _is_host(host: str) -> bool:
    return all(character.isalnum() or character in "-.:_" for character in host) and host.isascii()


KIND = entity_type(
    SourceChanged, "sources", SourceBody, _of_source, faults=source_faults, filters=["service"], looks_back=True
)
