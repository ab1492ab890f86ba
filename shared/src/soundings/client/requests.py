"""The calls of the three APIs, as values that a blocking or a waiting client sends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast
from urllib.parse import quote

import orjson

from soundings.client.transport import ApiCall, Json
from soundings.kernel.ids import new_id

Kind = Literal["responses", "interactions", "tallies"]
BATCH: Final = 500
_BATCH_BYTES: Final = 4 * 1024 * 1024
_PAGE: Final = 200
Query = Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch: how many items were taken, and why each of the others was not."""

    accepted: int
    rejected: Sequence[Json]


@dataclass(frozen=True, slots=True)
class BaseUrls:
    """Where the three services are, and the staff token for the catalogue and the metrics."""

    feedback: str
    catalogue: str
    metrics: str
    token: str | None

    @classmethod
    def from_options(
        cls, base: str, token: str | None, feedback: str | None, catalogue: str | None, metrics: str | None
    ) -> "BaseUrls":
        """The roots below the embedded mode's address, but for those that are given."""
        base = base.rstrip("/")
        given = {"feedback": feedback, "catalogue": catalogue, "metrics": metrics}
        roots = {name: (root or f"{base}/api/{name}").rstrip("/") for name, root in given.items()}
        return cls(**roots, token=token)

    def put_entity(self, entities: str, entity_id: str, body: Json) -> ApiCall:
        return ApiCall("PUT", f"{self.catalogue}/v1/{entities}/{entity_id}", self.token, body)

    def get_entity(self, entities: str, entity_id: str) -> ApiCall:
        return ApiCall("GET", f"{self.catalogue}/v1/{entities}/{entity_id}", self.token, expect=(200, 404))

    def list_page(self, entities: str, cursor: str | None) -> ApiCall:
        return ApiCall("GET", f"{self.catalogue}/v1/{entities}", self.token, query={"cursor": cursor, "limit": _PAGE})

    def patch_entity(self, entities: str, entity_id: str, change: Json) -> ApiCall:
        return ApiCall("PATCH", f"{self.catalogue}/v1/{entities}/{entity_id}", self.token, change)

    def check_declaration(self, items: Sequence[Json]) -> ApiCall:
        return ApiCall("POST", f"{self.catalogue}/v1/declarations/check", self.token, {"items": list(items)})

    def publish_form(self, form_id: str) -> ApiCall:
        return ApiCall("POST", f"{self.catalogue}/v1/forms/{form_id}/publish", self.token, {})

    def new_key(self, source_id: str, label: str | None) -> ApiCall:
        labelled = {} if label is None else {"label": label}
        return ApiCall("POST", f"{self.catalogue}/v1/sources/{source_id}/keys", self.token, labelled)

    def list_keys(self, source_id: str) -> ApiCall:
        return ApiCall("GET", f"{self.catalogue}/v1/sources/{source_id}/keys", self.token)

    def revoke_key(self, source_id: str, key_id: str) -> ApiCall:
        return ApiCall("DELETE", f"{self.catalogue}/v1/sources/{source_id}/keys/{key_id}", self.token)

    def revoke_token(self, jti: str, expires_at: str | None) -> ApiCall:
        known = {} if expires_at is None else {"expires_at": expires_at}
        return ApiCall("POST", f"{self.catalogue}/v1/token-revocations", self.token, {"jti": jti, **known})

    def send_items(self, kind: Kind, items: Sequence[Json], key: str) -> ApiCall:
        return ApiCall("POST", f"{self.feedback}/v1/{kind}", key, list(items), expect=(202, 422))

    def preview(self, kind: Kind, items: Sequence[Json], key: str) -> ApiCall:
        return ApiCall("POST", f"{self.feedback}/v1/{kind}/preview", key, list(items))

    def compare(self, kind: Kind, records: Sequence[Json], key: str) -> ApiCall:
        return ApiCall("POST", f"{self.metrics}/v1/records/compare", key, {"kind": kind, "records": list(records)})

    def find_subjects(self, agency_id: str, person: str) -> ApiCall:
        return ApiCall("POST", f"{self.feedback}/v1/subjects", self.token, {"agency_id": agency_id, "person": person})

    def records_of(self, subject: str, cursor: str | None) -> ApiCall:
        return ApiCall("GET", f"{self.metrics}/v1/subjects/{subject}/records", self.token, query={"cursor": cursor})

    def erase_records(self, records: Sequence[Json]) -> ApiCall:
        return ApiCall(
            "POST", f"{self.feedback}/v1/erasures", self.token, {"records": list(records)}, expect=(202, 422)
        )

    def resume(self, source_id: str) -> ApiCall:
        path = f"/v1/parked-sources/{quote(source_id, safe='~')}/resume"
        return ApiCall("POST", self.metrics + path, self.token, {}, expect=(202,))

    def query_metric(self, metric_id: str, query: Query) -> ApiCall:
        named = {name.rstrip("_"): value for name, value in query.items()}
        return ApiCall("GET", f"{self.metrics}/v1/metrics/{metric_id}", self.token, query=named)

    def list_voices(self, query: Query, cursor: str | None) -> ApiCall:
        named = {name.rstrip("_"): value for name, value in query.items()}
        return ApiCall("GET", f"{self.metrics}/v1/responses", self.token, query={**named, "cursor": cursor})

    def interactions(self, query: Query, cursor: str | None) -> ApiCall:
        named = {name.rstrip("_"): value for name, value in query.items()}
        return ApiCall("GET", f"{self.metrics}/v1/interactions", self.token, query={**named, "cursor": cursor})


def with_ids(kind: Kind, items: Sequence[Json]) -> list[Json]:
    """The items, each with an id of its own before the first try; a tally's id follows from what it says."""
    if kind == "tallies":
        return list(items)
    # The id is set before the first attempt, so that a retry after a lost reply is a duplicate for
    # the server.
    return [item if item.get("id") is not None else {**item, "id": new_id()} for item in items]


def split_batches(items: Sequence[Json], size: int = BATCH) -> Iterator[tuple[int, list[Json]]]:
    """The items in batches that the endpoint accepts, each with the index of its first item.

    An empty list yields one empty batch: sending it checks the key and the connection.
    """
    start, batch, weight = 0, list[Json](), 0
    for index, item in enumerate(items):
        # Encoded twice, here and in the request; the byte limit of the server needs the exact size.
        more = len(orjson.dumps(item))
        if batch and (len(batch) >= size or weight + more > _BATCH_BYTES):
            yield start, batch
            start, batch, weight = index, [], 0
        batch.append(item)
        weight += more
    if batch or not items:
        yield start, batch


def taken_of(answer: Json, offset: int = 0) -> BatchResult:
    """What an answer says became of a batch whose first item has this place in the whole list."""
    rejected = cast("list[Json]", answer.get("rejected", []))
    moved = [{**one, "index": int(str(one["index"])) + offset} for one in rejected]
    return BatchResult(int(str(answer.get("accepted", 0))), moved)


def merge_results(parts: Sequence[BatchResult]) -> BatchResult:
    return BatchResult(sum(part.accepted for part in parts), [one for part in parts for one in part.rejected])
