"""The rules for connectors: what a source may say of how its vendors' records are mapped."""

from collections.abc import Iterator
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from catalogue_api.entities.domain import duplicate_faults
from soundings.events.catalogue import ConnectorBody, ConnectorRule, SourceBody
from soundings.kernel.errors import FieldError

_SAYS: Final = ("service_id", "topic", "reason", "channel", "kind", "direction", "outcome")
_ONLY_FOR: Final = {
    "columns": "generic-csv",
    "time_zone": "generic-csv",
    "dates": "generic-csv",
    "signing_secret": "zendesk",
}


def connector_faults(body: SourceBody) -> Iterator[FieldError]:
    """One connector per vendor, rules that say something and name services of the source, known time zones."""
    yield from duplicate_faults("connectors", [connector.vendor for connector in body.connectors])
    if body.connectors and "interactions" not in body.accepts:
        yield FieldError("accepts", "needs_interactions", "a source with connectors must accept interactions")
    for index, connector in enumerate(body.connectors):
        place = f"connectors.{index}"
        yield from _of_vendor(place, connector)
        yield from _of_services(place, connector, body)
        for position, rule in enumerate(connector.rules):
            yield from _of_rule(f"{place}.rules.{position}", rule, body, connector.rules[:position])


def _of_vendor(place: str, connector: ConnectorBody) -> Iterator[FieldError]:
    given = connector.model_dump(exclude_defaults=True)
    for field, vendor in _ONLY_FOR.items():
        if field in given and connector.vendor != vendor:
            yield FieldError(f"{place}.{field}", "not_for_vendor", f"is only for {vendor}")
    if connector.time_zone is not None and connector.time_zone not in _time_zones():
        yield FieldError(f"{place}.time_zone", "unknown_time_zone", "is not a time zone, like Europe/Lisbon")
    yield from duplicate_faults(f"{place}.keep", connector.keep)


def _of_services(place: str, connector: ConnectorBody, body: SourceBody) -> Iterator[FieldError]:
    if connector.service_id is not None and connector.service_id not in body.service_ids:
        yield _foreign(f"{place}.service_id")


def _of_rule(
    place: str, rule: ConnectorRule, body: SourceBody, before: tuple[ConnectorRule, ...]
) -> Iterator[FieldError]:
    said = {field: getattr(rule, field) for field in _SAYS if getattr(rule, field)}
    if not said:
        yield FieldError(place, "says_nothing", f"needs at least one of {', '.join(_SAYS)}")
    if rule.service_id is not None and rule.service_id not in body.service_ids:
        yield _foreign(f"{place}.service_id")
    if any(other == rule for other in before):
        yield FieldError(place, "duplicate", "stands here twice")


def _foreign(field: str) -> FieldError:
    return FieldError(field, "not_of_source", "is not among the service_ids of this source")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")
