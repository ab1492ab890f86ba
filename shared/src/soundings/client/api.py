"""The three APIs as methods."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self, cast

import httpx

from soundings.client.wire import Json, Wire

_OK, _CREATED = 200, 201

Kind = Literal["responses", "interactions", "tallies"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: how many items were taken, and why each of the others was not."""

    accepted: int
    rejected: Sequence[Json]


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
        base = base.rstrip("/")
        self._token = token
        self._feedback = (feedback or f"{base}/api/feedback").rstrip("/")
        self._catalogue = (catalogue or f"{base}/api/catalogue").rstrip("/")
        self._metrics = (metrics or f"{base}/api/metrics").rstrip("/")
        self._http = http or httpx.Client(timeout=60)
        self._wire = Wire(self._http, sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def put(self, entities: str, entity_id: str, body: Json) -> Literal["created", "replaced"]:
        """Create or replace an entity of the catalogue."""
        status, _ = self._wire.send("PUT", f"{self._catalogue}/v1/{entities}/{entity_id}", auth=self._token, body=body)
        return "created" if status == _CREATED else "replaced"

    def get(self, entities: str, entity_id: str) -> Json | None:
        """An entity of the catalogue, or None when there is none."""
        status, answer = self._wire.send(
            "GET", f"{self._catalogue}/v1/{entities}/{entity_id}", auth=self._token, expect=(200, 404)
        )
        return answer if status == _OK else None

    def every(self, entities: str) -> Iterator[Json]:
        """Every entity of one kind, page by page."""
        cursor: str | None = None
        while True:
            _, page = self._wire.send(
                "GET", f"{self._catalogue}/v1/{entities}", auth=self._token, query={"cursor": cursor, "limit": 200}
            )
            yield from cast("list[Json]", page["items"])
            cursor = cast("str | None", page.get("next"))
            if not cursor:
                return

    def patch(self, entities: str, entity_id: str, change: Json) -> Json:
        """Change some fields of an entity of the catalogue; the entity as it is then."""
        url = f"{self._catalogue}/v1/{entities}/{entity_id}"
        _, answer = self._wire.send("PATCH", url, auth=self._token, body=change)
        return answer

    def publish(self, form_id: str) -> int:
        """Publish a form as it is now written; the version that is now in force."""
        url = f"{self._catalogue}/v1/forms/{form_id}/publish"
        _, answer = self._wire.send("POST", url, auth=self._token, body={})
        return int(str(answer["version"]))

    def new_key(self, source_id: str) -> str:
        """A new key of a source. It is shown this once."""
        url = f"{self._catalogue}/v1/sources/{source_id}/keys"
        _, answer = self._wire.send("POST", url, auth=self._token, body={})
        return str(answer["key"])

    def send(self, kind: Kind, items: Sequence[Json], key: str) -> Taken:
        """Send a batch. Items that are refused come back in ``rejected``; a refused request raises."""
        _, answer = self._wire.send(
            "POST", f"{self._feedback}/v1/{kind}", auth=key, body=list(items), expect=(202, 422)
        )
        return Taken(int(str(answer.get("accepted", 0))), cast("list[Json]", answer.get("rejected", [])))

    def subjects(self, agency_id: str, person: str) -> list[str]:
        """All pseudonyms by which an agency has known a person."""
        _, answer = self._wire.send(
            "POST", f"{self._feedback}/v1/subjects", auth=self._token, body={"agency_id": agency_id, "person": person}
        )
        return cast("list[str]", answer["subjects"])

    def records_of(self, subject: str) -> Iterator[Json]:
        """Every record of a subject that is counted or kept, as `erase` takes it."""
        url, cursor = f"{self._metrics}/v1/subjects/{subject}/records", None
        while True:
            _, page = self._wire.send("GET", url, auth=self._token, query={"cursor": cursor})
            yield from cast("list[Json]", page["items"])
            cursor = cast("str | None", page.get("next"))
            if not cursor:
                return

    def erase(self, records: Sequence[Json]) -> Taken:
        """Erase records for good. Those that are refused, for a legal hold say, come back in ``rejected``."""
        _, answer = self._wire.send(
            "POST",
            f"{self._feedback}/v1/erasures",
            auth=self._token,
            body={"records": list(records)},
            expect=(202, 422),
        )
        return Taken(int(str(answer.get("accepted", 0))), cast("list[Json]", answer.get("rejected", [])))

    def metric(self, metric_id: str, **query: str | float | None) -> Json:
        """The answer of one metric. Names that are Python words take a trailing ``_`` (``from_``)."""
        named = {name.rstrip("_"): value for name, value in query.items()}
        _, answer = self._wire.send("GET", f"{self._metrics}/v1/metrics/{metric_id}", auth=self._token, query=named)
        return answer

    def rows(self, metric_id: str, **query: str | float | None) -> list[Json]:
        """The rows of one metric."""
        return cast("list[Json]", self.metric(metric_id, **query)["rows"])
