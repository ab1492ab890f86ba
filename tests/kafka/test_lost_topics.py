"""Topics that are made again, trimmed or restored behind the positions of those that read them, on a real broker."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

import catalogue_api.bootstrap
from catalogue_api.entities.domain import Entity
from catalogue_api.entities.sql import SqlCatalogue
from feedback_api.catalogue_projection.consumer import CatalogueConsumer
from feedback_api.catalogue_projection.projection import CatalogueProjection
from feedback_api.catalogue_projection.snapshot_file import CatalogueSnapshotFile
from soundings.db import migrate_database, open_database
from soundings.events import catalogue
from soundings.events.envelope import encode_event
from soundings.events.response import ResponseSubmitted
from soundings.events.topics import ALL, CATALOGUE, RESPONSES
from soundings.log.factory import open_log
from soundings.log.port import EventLog, LogUnavailable
from soundings.testing.kafka_broker import KafkaBroker, free_port
from soundings_embedded.recovery.use_cases import RecoveryUrls, partition_states, recover_log

pytestmark = [pytest.mark.needs_machine, pytest.mark.slow]

EXAMPLE = Path(__file__).parents[2] / "shared/contracts/examples/gov.soundings.response.submitted.v1/1.json"
AT = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 90.0


def responses(numbers: Iterable[int]) -> list[ResponseSubmitted]:
    """Responses that count one answer each, from 1 to 5."""
    plain = json.loads(EXAMPLE.read_text())
    made: list[ResponseSubmitted] = []
    for number in numbers:
        score = {**plain["scores"][0], "value": 1 + number % 5}
        made.append(ResponseSubmitted.model_validate({**plain, "record_id": f"r{number}", "scores": [score]}))
    return made


def of(*ranges: range) -> dict[str, int]:
    answers = [str(1 + number % 5) for numbers in ranges for number in numbers]
    return {answer: answers.count(answer) for answer in sorted(set(answers))}


class Measuring:
    """metrics-worker in a process of its own, on the broker and a database in a file."""

    def __init__(self, broker: KafkaBroker, folder: Path) -> None:
        self.addresses = RecoveryUrls(
            broker.broker_url, f"sqlite:///{folder}/catalogue.db", f"sqlite:///{folder}/metrics.db"
        )
        self._file = folder / "metrics.db"
        self._port = free_port()
        self._output = folder / "output.log"
        jwks = folder / "jwks.json"
        jwks.write_text('{"keys": []}')
        self._environment = os.environ | {
            "SOUNDINGS_LOG_URL": broker.broker_url,
            "SOUNDINGS_DATABASE_URL": self.addresses.metrics_url,
            "SOUNDINGS_JWKS_URL": jwks.as_uri(),
            "SOUNDINGS_PORT": str(self._port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._output.open("ab") as output:
            command = [sys.executable, "-m", "metrics_worker"]
            self._process = subprocess.Popen(command, env=self._environment, stdout=output, stderr=output)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    async def verdict(self) -> tuple[int, str]:
        async with httpx.AsyncClient(timeout=10) as http:
            answer = await http.get(f"http://127.0.0.1:{self._port}/readyz")
        return answer.status_code, answer.text

    async def unready(self, words: str) -> None:
        """Until readiness says no in these words."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(httpx.TransportError):
                    status, text = await self.verdict()
                    if status == 503 and words in text:
                        return
                await asyncio.sleep(0.1)

    async def counted(self, expected: dict[str, int]) -> None:
        """Until it is ready, and just these answers are counted."""
        found: object = None
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    with suppress(httpx.TransportError):
                        found = (await self.verdict(), self.cells())
                        if found == ((200, found[0][1]), expected):
                            return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{found} is not {expected}") from None

    def cells(self) -> dict[str, int]:
        connection = sqlite3.connect(self._file)
        try:
            rows = connection.execute(
                "SELECT bin, sum(n) FROM cell WHERE measure = 'satisfaction' AND grain = 'day'"
                " AND generation = (SELECT current FROM generation) GROUP BY bin"
            ).fetchall()
        finally:
            connection.close()
        return {bin_: n for bin_, n in rows if n}


@pytest.fixture
async def admin(kafka_broker: KafkaBroker) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{kafka_broker.port}")
    await client.start()
    yield client
    await client.close()


@asynccontextmanager
async def opened(broker: KafkaBroker) -> AsyncIterator[EventLog]:
    log = await open_log(broker.broker_url)
    try:
        await log.ensure_topics(ALL)
        yield log
    finally:
        await log.close_log()


async def make_again(admin: AIOKafkaAdminClient, broker: KafkaBroker) -> None:
    """Delete every topic, and make each again as soon as the broker lets it be."""
    names = [topic.name for topic in ALL]
    there = [name for name in await admin.list_topics() if name in names]
    if there:
        await admin.delete_topics(there)
    async with asyncio.timeout(PATIENCE):
        while set(names) & set(await admin.list_topics()):  # noqa: ASYNC110 - the broker has no event for others
            await asyncio.sleep(0.1)
        while True:
            with suppress(LogUnavailable):
                async with opened(broker) as log:
                    if not any((await log.end_positions(names)).values()):
                        return
            await asyncio.sleep(0.2)


async def tell(log: EventLog, numbers: Iterable[int]) -> None:
    await log.append_records(RESPONSES.name, [encode_event(event) for event in responses(numbers)])


@pytest.fixture
async def measuring(kafka_broker: KafkaBroker, admin: AIOKafkaAdminClient, tmp_path: Path) -> AsyncIterator[Measuring]:
    """A worker on empty topics that has counted sixty answers, and was killed since."""
    await make_again(admin, kafka_broker)
    one = Measuring(kafka_broker, tmp_path)
    async with opened(kafka_broker) as log:
        await tell(log, range(60))
    one.start()
    try:
        await one.counted(of(range(60)))
        one.kill()
        yield one
    finally:
        one.kill()


async def test_topics_that_were_made_again_stop_the_worker_until_they_are_recovered(measuring, kafka_broker, admin):
    await make_again(admin, kafka_broker)
    measuring.start()
    await measuring.unready("ends at 0, but was read up to")
    async with opened(kafka_broker) as log:
        await tell(log, range(50, 400))  # grown past every position
    measuring.kill()
    measuring.start()
    await measuring.unready("does not hold the record at")
    assert measuring.cells() == of(range(60))
    addresses = measuring.addresses
    states = await partition_states(addresses.log_url, addresses.metrics_url)
    assert {state.topic for state in states if state.problem} == {RESPONSES.name}
    measuring.kill()
    await recover_log(addresses)
    measuring.start()
    await measuring.counted(of(range(400)))


async def test_topics_that_are_made_again_while_they_are_read_are_noticed(measuring, kafka_broker, admin):
    measuring.start()
    await measuring.counted(of(range(60)))
    await make_again(admin, kafka_broker)
    await measuring.unready("ends at 0, but was read up to")
    async with opened(kafka_broker) as log:
        await tell(log, range(60, 90))
    await recover_log(measuring.addresses)  # while it runs
    await measuring.counted(of(range(90)))


async def test_records_that_were_deleted_before_they_were_read_stop_the_worker(measuring, kafka_broker, admin):
    async with opened(kafka_broker) as log:
        await tell(log, range(60, 120))
        ends = await log.end_positions([RESPONSES.name])
        await admin.delete_records({TopicPartition(*home): RecordsToDelete(end) for home, end in ends.items()})
        measuring.start()
        await measuring.unready("was removed before it was read")
        await tell(log, range(100, 130))  # a sender that was not sure sends again
    measuring.kill()
    await recover_log(measuring.addresses)
    measuring.start()
    await measuring.counted(of(range(60), range(100, 130)))


async def test_records_that_were_deleted_once_they_were_read_are_no_reason_to_stop(measuring, kafka_broker, admin):
    async with opened(kafka_broker) as log:
        ends = await log.end_positions([RESPONSES.name])
        await admin.delete_records({TopicPartition(*home): RecordsToDelete(end) for home, end in ends.items()})
        measuring.start()
        await measuring.counted(of(range(60)))
        await tell(log, range(60, 90))
        await measuring.counted(of(range(90)))


async def test_a_broker_that_is_killed_and_comes_back_with_everything_is_no_reason_to_stop(measuring, kafka_broker):
    measuring.start()
    await measuring.counted(of(range(60)))
    kafka_broker.kill_broker()
    kafka_broker.start_broker()
    async with opened(kafka_broker) as log:
        await tell(log, range(60, 90))
    await measuring.counted(of(range(90)))


async def test_a_lost_catalogue_is_announced_again_from_its_database(measuring, kafka_broker, admin, tmp_path):
    await fill(measuring.addresses.catalogue_url)
    await recover_log(measuring.addresses)
    known = CatalogueSnapshotFile(tmp_path / "catalogue.jsonl")
    await follow(kafka_broker, known, lost=False)
    measuring.start()
    await measuring.counted(of(range(60)))
    measuring.kill()
    await make_again(admin, kafka_broker)
    await follow(kafka_broker, known, lost=True, mend=measuring.addresses)
    measuring.start()
    await measuring.counted(of(range(60)))
    connection = sqlite3.connect(tmp_path / "metrics.db")
    assert connection.execute("SELECT count(*) FROM catalogue_entity").fetchone() == (2,)
    connection.close()


async def fill(url: str) -> None:
    """An agency and its department in the catalogue's database, of which the log knows nothing."""
    bodies = {
        ("agency", "town"): catalogue.AgencyBody(name={"en": "Town"}, time_zone="America/New_York"),
        ("department", "hall"): catalogue.DepartmentBody(agency_id="town", name={"en": "Hall"}),
    }
    database = open_database(url)
    await migrate_database(database, "catalogue_api")
    models = {kind.name: kind.model for kind in catalogue_api.bootstrap.KINDS}
    async with SqlCatalogue(database, models).writing() as writer:
        for (kind, id_), body in bodies.items():
            await writer.save(None, Entity(kind, id_, "town", 1, "active", body, AT), [], [])
    await database.close_engine()


async def follow(
    broker: KafkaBroker, known: CatalogueSnapshotFile, *, lost: bool, mend: RecoveryUrls | None = None
) -> None:
    """Follow the catalogue until it is known; of one that was lost, until it was announced again."""
    async with opened(broker) as log:
        projection = CatalogueProjection()
        follower = CatalogueConsumer(log, projection, last_known=known)
        async with follower.run_in_background(), asyncio.timeout(PATIENCE):
            if lost:
                while "ends at 0" not in (await follower.unready_reason() or ""):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                assert projection.find_agency("town") is not None
                assert mend is not None
                await recover_log(mend)
            while await follower.unready_reason() is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            assert projection.find_agency("town") is not None
            assert (await log.end_positions([CATALOGUE.name]))[CATALOGUE.name, 0] > 0
