"""The projection of the catalogue: its newest snapshot of every entity, for names and structure when read."""

import orjson

from metrics_worker.aggregation.errors import InconsistentEvent
from metrics_worker.consumer.ports import CatalogueRow
from soundings.events.catalogue import CatalogueChanged
from soundings.events.envelope import decode_event
from soundings.log.port import StoredRecord

_COLUMNS = ("id", "revision", "state", "changed_at", "body")


def decode_entity(record: StoredRecord) -> CatalogueRow:
    """What a record of the catalogue says of one entity; a tombstone removes it. Raises `Undecodable`."""
    if record.value is None:
        entity, _, id_ = record.key.decode("utf-8", "replace").partition("/")
        return CatalogueRow(entity, id_, None, 0, None, "", "")
    event = decode_event(record)
    if not isinstance(event, CatalogueChanged):
        raise InconsistentEvent(f"{event.TYPE} does not belong on {record.topic}")
    data = orjson.loads(event.model_dump_json(exclude_none=True, by_alias=True))
    body = data["body"]
    agency_id = event.id if event.ENTITY == "agency" else body.get("agency_id", body.get("form", {}).get("agency_id"))
    more = {name: value for name, value in data.items() if name not in _COLUMNS}
    return CatalogueRow(
        event.ENTITY,
        event.id,
        event.state,
        event.revision,
        agency_id,
        orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(),
        orjson.dumps(more, option=orjson.OPT_SORT_KEYS).decode(),
    )
