"""The dry run: how records would be mapped, as they would stand on the log, with what no rule speaks of."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import orjson

from feedback_api.connectors.mapper import MappedRecord
from feedback_api.intake.field_readers import Redact

_UNMAPPED_MAX: Final = 200


def preview_of(mapped: Sequence[MappedRecord], redact: Redact) -> dict[str, object]:
    """What each record would become, and every value that no rule looks at with the number of records that have it."""
    silent = Counter(fact for one in mapped for fact in dict.fromkeys(one.silent))
    return {
        "records": [_preview_record(index, one) for index, one in enumerate(mapped)],
        "unmapped": [
            {"field": redact(field), "value": redact(value), "records": n}
            for (field, value), n in silent.most_common(_UNMAPPED_MAX)
        ],
    }


def _preview_record(index: int, one: MappedRecord) -> dict[str, object]:
    fault = None if one.refusal is None else one.refusal.faults[0]
    return {
        "index": index,
        "id": one.external_id,
        "interactions": [orjson.loads(taken.record.value or b"null") for taken in one.taken],
        "ignored": not one.taken and fault is None,
        "has_service": one.has_service,
        "fault": None if fault is None else {"field": fault.field, "code": fault.code, "detail": fault.detail},
    }
