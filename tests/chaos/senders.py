"""Who sends while things break, and remembers what was acknowledged."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

Item = dict[str, object]
AT = "2026-03-05T12:00:00Z"
GIVE_UP = 0.05
AGAIN = 0.05
CORRECT = 0.1
BATCH = 40


@dataclass
class Book:
    """Ids that were acknowledged, and ids whose sender gave up and never learnt; by what was sent."""

    acknowledged: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    unknown: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, ids: Sequence[str], *, acknowledged: bool) -> None:
        with self.lock:
            (self.acknowledged if acknowledged else self.unknown)[kind].update(ids)

    def distinct(self) -> int:
        """How many records these are; a correction is none of its own."""
        with self.lock:
            return len(self.acknowledged["responses"]) + len(self.acknowledged["interactions"])

    def total(self) -> int:
        with self.lock:
            return sum(map(len, self.acknowledged.values()))


KINDS = ("responses", "corrections", "interactions")


class Sender(threading.Thread):
    """Sends responses and calls, one by one and in batches; repeats what it is not sure of, and corrects some of it."""

    def __init__(self, doors: Callable[[], str], key: str, town: str, book: Book, rest_s: float, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._doors, self._key, self._town, self._book = doors, key, town, book
        self._rest_s = rest_s
        self._chance = random.Random(name)
        self._http = httpx.Client(timeout=10, headers={"Authorization": f"Bearer {key}"})
        self._count = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        with self._http:
            while not self.stopping.is_set():
                size = self._chance.choice([1, 1, 1, BATCH])
                ids = [f"{self.name}-{self._count + at}" for at in range(size)]
                self._count += size
                if self._chance.random() < 0.3:
                    self._deliver("interactions", ids, [self._call(one) for one in ids])
                    continue
                self._deliver("responses", ids, [self._response(one, 4, 0) for one in ids])
                corrected = [one for one in ids if self._chance.random() < CORRECT]
                if corrected:
                    self._deliver("corrections", corrected, [self._response(one, 2, 1) for one in corrected])

    def _response(self, number: str, overall: int, revision: int) -> Item:
        said: Item = {"form_id": f"{self._town}-short", "occurred_at": AT, "answers": {"overall": overall}}
        return {"id": number, "revision": revision, **said}

    def _call(self, number: str) -> Item:
        return {"id": number, "kind": "call", "channel": "phone", "started_at": AT, "outcome": "open"}

    def _deliver(self, kind: str, ids: Sequence[str], items: Sequence[Item]) -> None:
        while True:
            acknowledged = self._post(kind, items)
            if acknowledged and self._chance.random() < AGAIN:
                self._post(kind, items)
            if acknowledged or self.stopping.is_set() or self._chance.random() < GIVE_UP:
                self._book.note(kind, ids, acknowledged=acknowledged)
                return
            time.sleep(0.05)

    def _post(self, kind: str, items: Sequence[Item]) -> bool:
        time.sleep(self._rest_s)
        door = "interactions" if kind == "interactions" else "responses"
        try:
            answer = self._http.post(f"{self._doors()}/v1/{door}", json=items[0] if len(items) == 1 else items)
        except httpx.TransportError:
            return False
        if answer.status_code != 202:
            with self._book.lock:
                self._book.refused += 1
        return answer.status_code == 202


@contextmanager
def sending(senders: Sequence[Sender]) -> Iterator[None]:
    """While the block runs, they send."""
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        for sender in senders:
            sender.stopping.set()
        for sender in senders:
            sender.join(timeout=120)
            assert not sender.is_alive()
