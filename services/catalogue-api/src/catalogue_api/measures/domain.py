"""Measures and their versions: what was asked stays on record as it was asked."""

from collections.abc import Iterator, Sequence

from catalogue_api.entities.domain import Entity, EntityProposal, EntityReference, EntityVersion, body_document
from catalogue_api.entities.entity_type import Numbered, entity_type, snapshot_fields
from soundings.events.catalogue import CatalogueChanged, MeasureBody, MeasureChanged, MeasureVersion
from soundings.kernel.clock import from_epoch_ms
from soundings.kernel.errors import FieldError
from soundings.kernel.measures import BUILT_IN

ALWAYS = from_epoch_ms(0)
"""Since when a measure's first version is in force: before anything that could be counted by it."""


def _of_measure(body: MeasureBody) -> Iterator[EntityReference]:
    yield EntityReference("agency_id", "agency", body.agency_id)


def measure_faults(body: MeasureBody, proposal: EntityProposal) -> Iterator[FieldError]:
    """No built-in measure is redefined; versions only rise, with a reason; a version keeps its scale and its words."""
    if proposal.id in BUILT_IN:
        yield FieldError("id", "built_in", f"{proposal.id!r} is a built-in measure; choose another id")
    newest = _newest(proposal)
    if newest is None:
        return
    if body.version < newest.version:
        yield FieldError("version", "lowered", f"version {newest.version} is in force; versions only rise")
    elif body.version == newest.version:
        yield from _kept(body, newest)
    elif body.scale == newest.scale and body.wording == newest.wording:
        yield FieldError("version", "unchanged", "a new version needs another scale or another wording")


def _kept(body: MeasureBody, newest: MeasureVersion) -> Iterator[FieldError]:
    raise_it = f"raise version to {newest.version + 1} for this"
    if body.scale != newest.scale:
        yield FieldError(
            "scale", "version_is_fixed", f"version {newest.version} has the scale {newest.scale}; {raise_it}"
        )
    now = body.wording or {}
    for language, asked in (newest.wording or {}).items():
        if now.get(language) != asked:
            yield FieldError(f"wording.{language}", "version_is_fixed", f"people were asked {asked!r}; {raise_it}")


def version_of(body: MeasureBody, proposal: EntityProposal) -> Numbered | None:
    """The version to keep, if it is new or has more wording: a language may be added to the one in force."""
    newest = _newest(proposal)
    since = ALWAYS if newest is None else proposal.now
    if newest is not None and newest.version == body.version:
        since = newest.since
    version = MeasureVersion(version=body.version, scale=body.scale, since=since, wording=body.wording)
    return None if version == newest else (body.version, body_document(version))


def _newest(proposal: EntityProposal) -> MeasureVersion | None:
    versions = proposal.known.versions.get(proposal.id, ())
    return versions[-1] if versions else None


def measure_snapshot(entity: Entity, versions: Sequence[EntityVersion]) -> CatalogueChanged:
    """The measure with every version that it has had."""
    # Every version is sent each time, because the topic is compacted to the last record of a key.
    return MeasureChanged.model_validate(
        {**snapshot_fields(entity), "versions": [version.body for version in versions]}
    )


KIND = entity_type(
    MeasureChanged,
    "measures",
    MeasureBody,
    _of_measure,
    faults=measure_faults,
    snapshot=measure_snapshot,
    version=version_of,
)
