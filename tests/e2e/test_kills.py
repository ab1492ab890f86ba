"""Killed at random moments while clients send: what was acknowledged is counted, and nothing is counted twice."""

import random
import threading
import time
from dataclasses import dataclass, field

import httpx
import pytest

from tests.e2e.conftest import BOTH_MODES, declare, new_town
from tests.e2e.running import Running

SENDERS = 3


@dataclass
class Sent:
    """What the senders know: ids that were acknowledged, and ids whose fate they never learnt."""

    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Sender(threading.Thread):
    """Sends responses, one by one and in batches; after an error it mostly tries again with the same ids."""

    def __init__(self, feedback: str, key: str, form: str, sent: Sent, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._feedback, self._key, self._form, self._sent = feedback, key, form, sent
        self._chance = random.Random(name)
        self._http = httpx.Client(timeout=10)  # one for all: making one costs more than a request
        self.stopping = threading.Event()

    def run(self) -> None:
        count = 0
        with self._http:
            while not self.stopping.is_set():
                size = self._chance.choice([1, 1, 1, 40])
                ids = [f"{self.name}-{count + at}" for at in range(size)]
                count += size
                self._deliver(ids)

    def _deliver(self, ids: list[str]) -> None:
        while True:
            acknowledged = self._post(ids)
            if acknowledged and self._chance.random() < 0.05:
                acknowledged = self._post(ids) or acknowledged  # a sender that is not sure sends again
            if acknowledged:
                with self._sent.lock:
                    self._sent.acknowledged |= set(ids)
                return
            if self.stopping.is_set() or self._chance.random() < 0.1:  # some senders give up
                with self._sent.lock:
                    self._sent.unknown |= set(ids)
                return
            time.sleep(0.05)

    def _post(self, ids: list[str]) -> bool:
        items = [
            {"id": one, "form_id": self._form, "occurred_at": "2026-03-05T12:00:00Z", "answers": {"overall": 4}}
            for one in ids
        ]
        body = items[0] if len(items) == 1 else items
        try:
            answer = self._http.post(
                f"{self._feedback}/v1/responses",
                json=body,
                headers={"Authorization": f"Bearer {self._key}"},
            )
        except httpx.TransportError:
            return False
        return answer.status_code == 202


def listed(running: Running, service: str) -> list[str]:
    """The ids of every response that the voices list, page by page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = httpx.get(
            f"{running.metrics}/v1/responses",
            params={"service": service, "limit": 200} | ({"cursor": cursor} if cursor else {}),
            headers={"Authorization": f"Bearer {running.token}"},
            timeout=30,
        ).json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            return found


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("running", BOTH_MODES, indirect=True)
def test_kills_lose_nothing_that_was_acknowledged_and_count_nothing_twice(running: Running):
    town = new_town()
    with running.client() as client:
        key = declare(client, town)
    sent = Sent()
    senders = [Sender(running.feedback, key, f"{town}-short", sent, f"sender-{number}") for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    chance = random.Random(20)
    for _ in range(running.kills):
        time.sleep(chance.uniform(0.05, 1.2))
        running.kill()
        running.start()
    for sender in senders:
        sender.stopping.set()
    for sender in senders:
        sender.join(timeout=60)
    march = {"measure": "responses", "service": f"{town}-permits", "from": "2026-03-01", "to": "2026-04-01"}
    counted = running.settled(**march)["rows"][0]["n"]
    ids = listed(running, f"{town}-permits")
    assert len(sent.acknowledged) > 100
    assert len(ids) == len(set(ids)) == counted
    assert sent.acknowledged - set(ids) == set()
    assert set(ids) - sent.acknowledged - sent.unknown == set()
