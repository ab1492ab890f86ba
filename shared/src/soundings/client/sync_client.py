"""The three APIs as methods."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Literal, Self, cast

import httpx

from soundings.client.offline_queue import Buffer
from soundings.client.requests import (
    BATCH,
    BaseUrls,
    BatchResult,
    Kind,
    merge_results,
    split_batches,
    taken_of,
    with_ids,
)
from soundings.client.transport import ApiCall, Json, RetryingTransport

_OK, _CREATED = 200, 201


class Soundings:
    """A client with a staff token (catalogue and metrics) and a source key (feedback); use it in a ``with`` block.

    ``base`` is the embedded mode's address; give the three roots where the services stand alone.
    """

    def __init__(
        self,
        base: str = "http://127.0.0.1:8000",
        *,
        token: str | None = None,
        feedback: str | None = None,
        catalogue: str | None = None,
        metrics: str | None = None,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._roots = BaseUrls.from_options(base, token, feedback, catalogue, metrics)
        self._http = http or httpx.Client(timeout=60)
        self._wire = RetryingTransport(self._http, sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def put(self, entities: str, entity_id: str, body: Json) -> Literal["created", "replaced"]:
        """Create or replace an entity of the catalogue."""
        status, _ = self._wire.send_call(self._roots.put_entity(entities, entity_id, body))
        return "created" if status == _CREATED else "replaced"

    def get(self, entities: str, entity_id: str) -> Json | None:
        """An entity of the catalogue, or None when there is none."""
        status, answer = self._wire.send_call(self._roots.get_entity(entities, entity_id))
        return answer if status == _OK else None

    def every(self, entities: str) -> Iterator[Json]:
        """Every entity of one kind, page by page."""
        return self._iterate_pages(partial(self._roots.list_page, entities))

    def patch(self, entities: str, entity_id: str, change: Json) -> Json:
        """Change some fields of an entity of the catalogue; the entity as it is then."""
        return (self._wire.send_call(self._roots.patch_entity(entities, entity_id, change)))[1]

    def check(self, items: Sequence[Json]) -> list[Json]:
        """What the catalogue would refuse of entities ``{entities, id, body}``, one after the other; nothing is kept.

        For each ``{entities, id, errors, findings}``; an error or a finding is ``{field, code, detail}``.
        """
        _, answer = self._wire.send_call(self._roots.check_declaration(items))
        return cast("list[Json]", answer["items"])

    def publish(self, form_id: str) -> int:
        """Publish a form as it is now written; the version that is now in force."""
        _, answer = self._wire.send_call(self._roots.publish_form(form_id))
        return int(str(answer["version"]))

    def new_key(self, source_id: str, label: str | None = None) -> str:
        """A new key of a source, with a label for those who look after keys. It is shown this once."""
        _, answer = self._wire.send_call(self._roots.new_key(source_id, label))
        return str(answer["key"])

    def list_keys(self, source_id: str) -> list[Json]:
        """The keys of a source, revoked ones too; never their secrets."""
        _, answer = self._wire.send_call(self._roots.list_keys(source_id))
        return cast("list[Json]", answer["items"])

    def revoke_key(self, source_id: str, key_id: str) -> None:
        """Revoke a key of a source for good, by its ``key_id``."""
        self._wire.send_call(self._roots.revoke_key(source_id, key_id))

    def revoke_token(self, jti: str, expires_at: str | None = None) -> None:
        """Revoke a staff token by its ``jti``; ``expires_at`` says until when that must be remembered, if known."""
        self._wire.send_call(self._roots.revoke_token(jti, expires_at))

    def send(self, kind: Kind, items: Sequence[Json], key: str, *, batch: int = BATCH) -> BatchResult:
        """Send items in batches; those that are refused come back in ``rejected``, a refused request raises.

        Each item has its id before the first try, so that a try whose answer was lost is no second record.
        """
        parts = [
            taken_of(self._wire.send_call(self._roots.send_items(kind, part, key))[1], start)
            for start, part in split_batches(with_ids(kind, items), batch)
        ]
        return merge_results(parts)

    def preview(self, kind: Kind, items: Sequence[Json], key: str) -> Json:
        """What items would be stored as, by their index, and which would be refused; nothing is stored."""
        return self._wire.send_call(self._roots.preview(kind, items, key))[1]

    def compare(self, kind: Kind, records: Sequence[Json], key: str) -> Json:
        """Which records of a source are stored already; with an ``event`` from `preview`, whether it says the same."""
        return self._wire.send_call(self._roots.compare(kind, records, key))[1]

    def drain(self, buffer: Buffer, key: str, *, batch: int = BATCH) -> BatchResult:
        """Send what a buffer holds, the oldest first; only what was answered for leaves it.

        It ends when nothing waits, or when nothing of a batch could be stored just now.
        """
        parts: list[BatchResult] = []
        while kept := buffer.oldest(batch):
            kind, items = kept[0].kind, [one.item for one in kept]
            for start, part in split_batches(items, batch):
                taken = taken_of(self._wire.send_call(self._roots.send_items(kind, part, key))[1])
                parts.append(taken)
                if not buffer.settle(kept[start : start + len(part)], taken.rejected):
                    return merge_results(parts)
        return merge_results(parts)

    def subjects(self, agency_id: str, person: str) -> list[str]:
        """All pseudonyms by which an agency has known a person."""
        _, answer = self._wire.send_call(self._roots.find_subjects(agency_id, person))
        return cast("list[str]", answer["subjects"])

    def records_of(self, subject: str) -> Iterator[Json]:
        """Every record of a subject that is counted or kept, as `erase` takes it."""
        return self._iterate_pages(partial(self._roots.records_of, subject))

    def erase(self, records: Sequence[Json]) -> BatchResult:
        """Erase records for good. Those that are refused, for a legal hold say, come back in ``rejected``."""
        return taken_of((self._wire.send_call(self._roots.erase_records(records)))[1])

    def resume(self, source_id: str) -> Json:
        """Let what is parked of a source be counted; what is known of it."""
        return self._wire.send_call(self._roots.resume(source_id))[1]

    def metric(self, metric_id: str, **query: str | float | None) -> Json:
        """The answer of one metric. Names that are Python words take a trailing ``_`` (``from_``)."""
        return self._wire.send_call(self._roots.query_metric(metric_id, query))[1]

    def rows(self, metric_id: str, **query: str | float | None) -> list[Json]:
        """The rows of one metric."""
        return cast("list[Json]", self.metric(metric_id, **query)["rows"])

    def voices(self, **query: str | float | None) -> Iterator[Json]:
        """What people said, the newest first, page by page; the filters are those of ``GET /v1/responses``."""
        return self._iterate_pages(partial(self._roots.list_voices, query))

    def interactions(self, **query: str | float | None) -> Iterator[Json]:
        """Interaction records without text and person, page by page; filters are those of ``GET /v1/interactions``."""
        return self._iterate_pages(partial(self._roots.interactions, query))

    def _iterate_pages(self, page_at: Callable[[str | None], ApiCall]) -> Iterator[Json]:
        """Every item of a list, page by page; `page_at` asks for the page behind a cursor."""
        cursor: str | None = None
        while True:
            _, page = self._wire.send_call(page_at(cursor))
            yield from cast("list[Json]", page["items"])
            cursor = cast("str | None", page.get("next"))
            if not cursor:
                return
