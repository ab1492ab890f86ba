"""feedback-api under load while its broker is away, and killed meanwhile: nothing that was answered is lost."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest

from soundings.access.keys import hash_key
from soundings.events import catalogue
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL, CATALOGUE, INTERACTIONS
from soundings.log.factory import open_log
from soundings.testing.kafka_broker import KafkaBroker, free_port
from soundings.testing.log_access import append_all, read_all

pytestmark = [pytest.mark.needs_machine, pytest.mark.slow]

PATIENCE = 120.0
ANSWER_SECONDS = 10.0
KEY = "snd_" + "k" * 43
AT = datetime(2026, 1, 1, tzinfo=UTC)
MORE = 200


def town():
    """An agency, its service, and a contact centre that sends interaction records."""
    facts = {"revision": 1, "changed_at": AT}
    body = {"agency_id": "town", "name": "Centre", "kind": "any", "service_ids": ["permits"]}
    source = catalogue.SourceBody.model_validate({**body, "accepts": ["interactions"], "default_channel": "phone"})
    agency = catalogue.AgencyBody(name={"en": "Town"}, time_zone="America/New_York")
    service = catalogue.ServiceBody(agency_id="town", department_id="hall", name={"en": "Permits"})
    key = catalogue.SourceKey(source_id="centre", key_hash=hash_key(KEY))
    return [
        catalogue.AgencyChanged(id="town", body=agency, **facts),
        catalogue.ServiceChanged(id="permits", body=service, **facts),
        catalogue.SourceChanged(id="centre", body=source, **facts),
        catalogue.SourceKeyChanged(id="key", body=key, **facts),
    ]


class Listening:
    """feedback-api in a process of its own, with a spool."""

    def __init__(self, broker, folder):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._output = folder / "output.log"
        jwks = folder / "jwks.json"
        jwks.write_text('{"keys": []}')
        self._environment = os.environ | {
            "SOUNDINGS_LOG_URL": broker.broker_url,
            "SOUNDINGS_SECRET": "s" * 32,
            "SOUNDINGS_JWKS_URL": jwks.as_uri(),
            "SOUNDINGS_SPOOL_DIR": str(folder / "spool"),
            "SOUNDINGS_PORT": str(self.port),
        }

    async def start(self):
        self._process = self._spawned()
        await self.until(lambda answer: answer.status_code == 200)

    def _spawned(self):
        command = [sys.executable, "-m", "feedback_api"]
        with self._output.open("ab") as output:
            return subprocess.Popen(command, env=self._environment, stdout=output, stderr=output)

    def kill(self):
        self._process.kill()
        self._process.wait()

    async def until(self, holds):
        """Until readiness answers so."""
        end = asyncio.get_running_loop().time() + PATIENCE
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as http:
            while asyncio.get_running_loop().time() < end:
                assert self._process.poll() is None, self._output.read_text()[-3000:]
                with suppress(httpx.TransportError):
                    if holds(await http.get(f"{self.base}/readyz")):
                        return
                await asyncio.sleep(0.1)
        raise AssertionError(self._output.read_text()[-3000:])


class Writers:
    """Eight contacts, each of which sends numbered records one after the other until they are told to stop."""

    NAMES = [f"contact-{number}" for number in range(8)]

    def __init__(self, base):
        self.acknowledged = {name: [] for name in self.NAMES}
        self.refusals = []
        self._base = base
        self._stopped = False
        self._goal = 0
        self._count = 0
        self._reached = asyncio.Event()

    async def write(self, name):
        number = 0
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as http:
            while not self._stopped:
                if await self._is_taken(http, name, number):
                    self.acknowledged[name].append(number)
                    self._count += 1
                    number += 1
                    if self._count >= self._goal:
                        self._reached.set()
                else:
                    await asyncio.sleep(0.05)

    async def _is_taken(self, http, name, number):
        item = {"id": str(number), "root_id": name, "service_id": "permits", "kind": "call", "outcome": "answered"}
        headers = {"authorization": f"Bearer {KEY}"}
        try:
            answer = await http.post(
                f"{self._base}/v1/interactions", json={**item, "started_at": "2026-03-01T12:00:00Z"}, headers=headers
            )
        except (httpx.NetworkError, httpx.RemoteProtocolError):  # killed; one that takes too long is an error
            return False
        if answer.status_code != 202:
            self.refusals.append(answer.text)
        return answer.status_code == 202

    async def until_acknowledged(self, more):
        self._goal = self._count + more
        self._reached.clear()
        await asyncio.wait_for(self._reached.wait(), PATIENCE)

    def stop(self):
        self._stopped = True


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    broker = KafkaBroker(tmp_path_factory.mktemp("spooling"), free_port())
    broker.start_broker()
    yield broker
    broker.stop_broker()


@pytest.fixture
async def log(broker):
    """The broker's log, with the town on it, and how long each partition was before."""
    log = await open_log(broker.broker_url)
    await log.ensure_topics(ALL)
    await append_all(log, CATALOGUE.name, *(encode_event(event) for event in town()))
    yield log, await log.end_positions([INTERACTIONS.name])
    await log.close_log()


async def received(log, before):
    """The numbers that arrived of each contact, in their order, copies left out."""
    numbers = {name: {} for name in Writers.NAMES}
    for (topic, partition), start in before.items():
        for record in await read_all(log, topic, partition, start=start):
            item = json.loads(record.value)
            numbers[item["root_id"]].setdefault(int(item["record_id"]))
    return {name: list(found) for name, found in numbers.items()}


@pytest.fixture
async def service(broker, log, tmp_path):
    service = Listening(broker, tmp_path)
    await service.start()
    yield service
    service.kill()


async def away(broker, how):
    if how == "stopped":
        await asyncio.to_thread(broker.stop_broker)
    else:
        broker.signal_broker(signal.SIGSTOP)


async def back(broker, how):
    if how == "stopped":
        await asyncio.to_thread(broker.start_broker)
    else:
        broker.signal_broker(signal.SIGCONT)


@pytest.mark.parametrize("how", ["stopped", pytest.param("frozen", marks=pytest.mark.full)])
async def test_all_that_was_answered_while_the_broker_was_away_arrives_in_order(broker, log, service, how):
    kafka, before = log
    writers = Writers(service.base)
    async with asyncio.TaskGroup() as group:
        for name in writers.NAMES:
            group.create_task(writers.write(name))
        await writers.until_acknowledged(MORE)
        await away(broker, how)
        try:
            await writers.until_acknowledged(MORE)
            service.kill()
            await service.start()
            await writers.until_acknowledged(MORE)
        finally:
            await back(broker, how)
        await writers.until_acknowledged(MORE)
        writers.stop()
    await service.until(lambda answer: "notes" not in answer.json())
    assert writers.refusals == []
    arrived = await received(kafka, before)
    for name, acknowledged in writers.acknowledged.items():
        assert arrived[name][: len(acknowledged)] == acknowledged
        assert arrived[name] == sorted(arrived[name])
