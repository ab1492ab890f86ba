"""A small world of agencies and cells in a real database file, and readers of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import orjson
import pytest
from sqlalchemy import delete, insert

from metrics_worker.db.tables import catalogue_entity, cell_row, position
from metrics_worker.query.http import answer_body
from metrics_worker.query.sql import SqlCellStore
from metrics_worker.query.use_cases import ReadMetrics
from soundings.access.roles import Principal, StaffRole
from soundings.db import Database
from soundings.events.topics import RESPONSES
from soundings.kernel.agency_calendar import AgencyCalendar
from soundings.kernel.clock import epoch_ms
from soundings.log.port import LogUnavailable, TopicPartition

ANALYST = Principal("ana", frozenset({StaffRole.ANALYST}), "*")


class Ends:
    """The ends of a log that only has ends; None when it cannot be reached."""

    def __init__(self) -> None:
        self.known: dict[TopicPartition, int] | None = {(RESPONSES.name, 0): 0}

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:  # noqa: ARG002 - it has but one
        if self.known is None:
            raise LogUnavailable("the log is away")
        return self.known


Cells = dict[tuple[str, str, str, str, str, str], dict[str, dict[str, list[int]]]]


@dataclass
class World:
    """What the catalogue said and what was counted; `write` puts both into the database."""

    database: Database
    ends: Ends = field(default_factory=Ends)
    today: datetime = datetime(2024, 6, 15, 12, tzinfo=UTC)
    entities: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    more: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    cells: Cells = field(default_factory=lambda: defaultdict(dict))
    writes: int = 0

    def __post_init__(self) -> None:
        self.store = SqlCellStore(self.database)
        self.read = ReadMetrics(self.store, self.ends, lambda: self.today)

    def agency(self, id_: str, zone: str = "UTC", fiscal: str = "01-01", threshold: int = 11, **more: object) -> None:
        self.entities["agency", id_] = {
            "name": {"en": id_},
            "time_zone": zone,
            "fiscal_year_start": fiscal,
            "suppression_threshold": threshold,
            **more,
        }

    def department(self, id_: str, agency: str, parent: str | None = None) -> None:
        self.entities["department", id_] = {"agency_id": agency, "parent_id": parent, "name": {"en": id_}}

    def service(self, id_: str, agency: str, department: str = "front", *, draft: bool = False) -> None:
        body = {"agency_id": agency, "department_id": department, "name": {"en": id_}, "draft": draft}
        self.entities["service", id_] = body

    def measure(
        self, id_: str, agency: str, scale: str, *, internal: bool = False, versions: Sequence[str] = ()
    ) -> None:
        """`versions` are the scales of the versions before this one."""
        self.entities["measure", id_] = {
            "agency_id": agency,
            "name": {"en": id_},
            "category": "quality",
            "scale": scale,
            "direction": "up",
            "internal": internal,
            "version": len(versions) + 1,
        }
        self.more["measure", id_] = {
            "versions": [
                {"version": number, "scale": one, "since": "2020-01-01T00:00:00Z"}
                for number, one in enumerate([*versions, scale], 1)
            ]
        }

    def calendar(self, service: str) -> AgencyCalendar:
        agency = self.entities["agency", str(self.entities["service", service]["agency_id"])]
        return AgencyCalendar(str(agency["time_zone"]), str(agency["fiscal_year_start"]))

    def unit(
        self,
        service: str,
        at: str,
        bins: Mapping[str, int | tuple[int, int]],
        measure: str = "satisfaction",
        *,
        channel: str = "website",
        touchpoint: str = "",
        shard: str = "r0",
    ) -> None:
        """Units counted at an instant; local when it has no offset."""
        calendar = self.calendar(service)
        instant = datetime.fromisoformat(at)
        aware = instant if instant.tzinfo else instant.replace(tzinfo=calendar.zone)
        for grain, bucket in zip(("hour", "day", "month"), calendar.buckets_of(epoch_ms(aware)), strict=True):
            self._add((grain, service, bucket, channel, touchpoint, shard), measure, bins)

    def tally(
        self,
        service: str,
        grain: str,
        start: str,
        bins: Mapping[str, int | tuple[int, int]],
        measure: str = "transactions",
        *,
        channel: str = "website",
    ) -> None:
        grains = {"day": [("day", start), ("month", start[:8] + "01")]}.get(grain, [(grain, start)])
        for own, bucket in grains:
            self._add((own, service, bucket, channel, "", "t0"), measure, bins)

    def _add(
        self, at: tuple[str, str, str, str, str, str], measure: str, bins: Mapping[str, int | tuple[int, int]]
    ) -> None:
        versioned = measure if "@" in measure else f"{measure}@1"
        known = self.cells[at].setdefault(versioned, {})
        for name, value in bins.items():
            n, total = value if isinstance(value, tuple) else (value, 0)
            amount = known.setdefault(name, [0, 0])
            amount[0] += n
            amount[1] += total

    async def write(self) -> None:
        """Bring the database to what this world holds, as a fold would in one transaction."""
        self.writes += 1
        async with self.database.write_transaction() as connection:
            await connection.execute(delete(catalogue_entity))
            await connection.execute(delete(cell_row))
            await connection.execute(delete(position))
            entities = [
                {
                    "entity": entity,
                    "id": id_,
                    "state": "active",
                    "revision": self.writes,
                    "agency_id": body.get("agency_id"),
                    "body": body,
                    "more": self.more.get((entity, id_), {}),
                }
                for (entity, id_), body in self.entities.items()
            ]
            await connection.execute(insert(catalogue_entity), entities)
            names = ("grain", "service", "bucket", "channel", "touchpoint", "shard")
            rows = [
                dict(zip(names, at, strict=True)) | {"generation": 1, "counters": _counters(counters), "tallies": None}
                for at, counters in self.cells.items()
            ]
            if rows:
                await connection.execute(insert(cell_row), rows)
            here = {"topic": RESPONSES.name, "partition": 0, "epoch": 1, "next": self.writes, "owner": "w"}
            await connection.execute(insert(position), [here | {"at": 1718445600000}])
        if self.ends.known is not None:
            self.ends.known[RESPONSES.name, 0] = self.writes

    async def ask(self, metric: str, principal: Principal = ANALYST, **given: object) -> dict[str, object]:
        """The answer as the API gives it, dates as text."""
        plain = {name: value if isinstance(value, int | float) else str(value) for name, value in given.items()}
        answer = await self.read.query_one(
            metric, {name.rstrip("_"): value for name, value in plain.items()}, principal
        )
        body: dict[str, object] = orjson.loads(orjson.dumps(answer_body(answer)))
        return body

    async def rows(self, metric: str, principal: Principal = ANALYST, **given: object) -> list[dict[str, object]]:
        rows = (await self.ask(metric, principal, **given))["rows"]
        assert isinstance(rows, list)
        return rows

    async def row(self, metric: str, principal: Principal = ANALYST, **given: object) -> dict[str, object]:
        (row,) = await self.rows(metric, principal, **given)
        return row


def _counters(counters: dict[str, dict[str, list[int]]]) -> str:
    """As the fold writes them: bins of zeros left out, totals only where there are any."""
    kept = {
        measure: {name: n if not total else [n, total] for name, (n, total) in bins.items() if n or total}
        for measure, bins in counters.items()
    }
    return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture
def world(small_database: Database) -> World:
    return World(small_database)
