"""Tallies as a kind: what an item must hold, and the event that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from feedback_api.catalogue_projection.measure_versions import built_in, in_force
from feedback_api.catalogue_projection.read_models import AgencyView, MeasureVersionView
from feedback_api.intake.context import CHANNELS, CatalogueLookup, IntakeContext, service_of
from feedback_api.intake.errors import invalid_field, missing_field, unknown_field
from feedback_api.intake.field_readers import Item, Redact, read_reference, read_revision, required_choice, whole_number
from feedback_api.intake.monotonic_revision import MonotonicRevisions
from feedback_api.intake.ports import Accepted, ParsedItem, RecordKind
from feedback_api.intake.record_builder import RecordBuilder
from feedback_api.intake.record_ids import keyed_identifier
from feedback_api.intake.timestamps import local_date
from feedback_api.tallies.bin_validation import read_bins, read_total
from soundings.events.tally import TallyRecorded
from soundings.events.topics import TALLIES
from soundings.kernel.clock import from_epoch_ms
from soundings.kernel.ids import hash_key128
from soundings.kernel.measures import BuiltInMeasure, accepts_tallies
from soundings.kernel.vocabulary import CellGrain

FIELDS: Final = frozenset(
    {"id", "service_id", "channel", "measure", "version", "grain", "start", "bins", "total", "revision"}
)
_GRAINS: Final[Mapping[str, str]] = {grain.value: grain.value for grain in CellGrain}
_VERSION_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TallyPeriod:
    """One day, month, fiscal quarter or fiscal year, by its first local date."""

    grain: CellGrain
    start: date


class TallyParser:
    """Takes tallies of built-in measures and of the agency's own."""

    accepted_as: Accepted = "tallies"
    topic: str = TALLIES.name
    receipt_kind: RecordKind | None = "tally"

    def __init__(self, directory: CatalogueLookup, redact: Redact, revisions: MonotonicRevisions) -> None:
        self._directory = directory
        self._redact = redact
        self._revisions = revisions
        self._maker = RecordBuilder(TallyRecorded, TallyRecorded.KIND)

    def parse(self, item: Item, sender: IntakeContext, given_id: str | None) -> ParsedItem:  # noqa: ARG002 - it never names a tally
        """The record of a tally; raises Refused."""
        if not item.keys() <= FIELDS:
            raise unknown_field(item, FIELDS)
        own_id = keyed_identifier(item, "id")
        service_id = service_of(item, sender, self._directory)
        channel = required_choice(item, "channel", CHANNELS)
        period = _read_period(item, sender.agency)
        measure = self._tally_measure(item, sender.agency, period)
        tally_id = own_id or _derived_id(sender.source.id, service_id, channel, measure, period)
        counted = read_bins(item, measure, self._redact)
        whole = read_total(item, measure)
        given = read_revision(item)
        revised = self._revisions.next_revision() if given is None else given
        data: dict[str, object] = {
            "tally_id": tally_id,
            "source_id": sender.source.id,
            "revision": revised,
            "agency_id": sender.agency.id,
            "time_zone": sender.agency.time_zone,
            "service_id": service_id,
            "channel": channel,
            "measure": measure.id,
            "measure_version": measure.version,
            "scale": measure.scale.value,
            "grain": period.grain.value,
            "start": period.start,
            "bins": counted,
            "total": whole,
            "received_at": sender.received_at,
        }
        return self._maker.build_record(data, sender, record_id=tally_id, revision=revised, at=sender.received_at)

    def _tally_measure(self, item: Item, agency: AgencyView, period: TallyPeriod) -> BuiltInMeasure:
        versions = self._measure_versions(item, agency)
        number = whole_number(item, "version", 1, _VERSION_MAX)
        if number is None:
            measure = in_force(versions, _period_start(agency, period.start))
        else:
            measure = _of_version(versions, number)
        if not accepts_tallies(measure):
            raise invalid_field(
                "measure", "not_tallied", "is known contact by contact only; totals of it are not taken"
            )
        return measure

    def _measure_versions(self, item: Item, agency: AgencyView) -> tuple[MeasureVersionView, ...]:
        measure_id = read_reference(item, "measure")
        if measure_id is None:
            raise missing_field("measure")
        found = built_in(measure_id)
        if found:
            return found
        own = self._directory.find_measure(measure_id)
        if own is None or own.agency_id != agency.id:
            raise invalid_field("measure", "unknown_measure", "is neither a built-in measure nor one of your agency's")
        return own.versions


def _read_period(item: Item, agency: AgencyView) -> TallyPeriod:
    grain = CellGrain(required_choice(item, "grain", _GRAINS))
    start = local_date(item, "start")
    if start is None:
        raise missing_field("start")
    first = agency.calendar.first_of_grain(start, grain)
    if first != start:
        fiscal = "" if grain in {CellGrain.DAY, CellGrain.MONTH} else "fiscal "
        detail = f"must be the first day of a {fiscal}{grain.value}; the one that holds it begins on {first}"
        raise invalid_field("start", "not_first_day", detail)
    return TallyPeriod(grain, start)


def _period_start(agency: AgencyView, start: date) -> datetime:
    return from_epoch_ms(agency.calendar.start_of_day(start)).astimezone(UTC)


def _of_version(versions: tuple[MeasureVersionView, ...], number: int) -> BuiltInMeasure:
    for view in versions:
        if view.measure.version == number:
            return view.measure
    raise invalid_field("version", "unknown_version", "is not a version of this measure")


def _derived_id(source_id: str, service_id: str, channel: str, measure: BuiltInMeasure, period: TallyPeriod) -> str:
    """The id of a tally that has none: the same for the same count of the same thing, so that it can be corrected."""
    parts = (source_id, service_id, channel, measure.id, str(measure.version), period.grain.value, str(period.start))
    return "tally-" + hash_key128(*parts).hex()
