"""Use case of the connectors: append mapped records and report the result of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback_api.connectors.mapper import MappedRecord
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.use_cases import IntakeEntry, InvalidItem, PreparedItem, RejectedItem, receive_many
from soundings.events.topics import INTERACTIONS
from soundings.log.port import EventLog


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """Result of a delivery: accepted (durable), rejected, ignored (no contact), and accepted without a service."""

    accepted: int
    rejected: Sequence[RejectedItem]
    ignored: int
    without_service: int


async def receive_mapped(mapped: Sequence[MappedRecord], sender: IntakeContext, log: EventLog) -> DeliveryResult:
    """Append mapped records; accepted ones are durable. Raises ServiceUnavailable if nothing could be stored."""
    entries: list[IntakeEntry] = []
    owners: list[int] = []
    for index, one in enumerate(mapped):
        found = [InvalidItem(one.external_id, one.refusal)] if one.refusal is not None else _prepared_items(one)
        entries += found
        owners += [index] * len(found)
    outcome = await receive_many(entries, sender, log)
    rejected: dict[int, RejectedItem] = {}
    for rejection in outcome.rejected:
        owner = owners[rejection.index]
        rejected.setdefault(owner, RejectedItem(owner, mapped[owner].external_id, rejection.fault))
    taken = [one for index, one in enumerate(mapped) if one.taken and index not in rejected]
    return DeliveryResult(
        accepted=len(taken),
        rejected=list(rejected.values()),
        ignored=len(mapped) - len(taken) - len(rejected),
        without_service=sum(not one.has_service for one in taken),
    )


def _prepared_items(mapped: MappedRecord) -> list[IntakeEntry]:
    return [PreparedItem(INTERACTIONS.name, taken, mapped.external_id) for taken in mapped.taken]
