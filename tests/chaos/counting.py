"""The verdict: what was acknowledged against what was counted."""

from dataclasses import dataclass

import httpx

from tests.chaos.senders import Book
from tests.e2e.running import Running


@dataclass(frozen=True, slots=True)
class Verdict:
    """Records that were acknowledged, records that were counted, and how many of either went wrong."""

    acknowledged: int
    counted: int
    lost: int
    twice: int
    invented: int

    @property
    def line(self) -> str:
        return (
            f"acknowledged {self.acknowledged:,}   counted {self.counted:,}   lost {self.lost}   "
            f"counted twice {self.twice}   never sent {self.invented}"
        )


def verdict(running: Running, town: str, book: Book) -> Verdict:
    """Once nothing lags: the listed responses against the book, the figures against the list."""
    march = {"service": f"{town}-permits", "from": "2026-03-01", "to": "2026-04-01"}
    counted = _n(running.settled(measure="responses", **march))
    listed = _listed(running, f"{town}-permits")
    ids = set(listed)
    known, unsure = book.acknowledged["responses"], book.unknown["responses"]
    with running.client() as client:
        calls = _n(client.metric("count.v1", measure="contacts", **march))
        scores = client.rows("mean.v1", measure="satisfaction", **march)[0].get("distribution") or {}
    corrected, missing, too_many = _bounds(int(scores.get("2", 0)), book, "corrections")
    contacts, lost_calls, extra_calls = _bounds(calls, book, "interactions")
    assert corrected + int(scores.get("4", 0)) == counted
    return Verdict(
        acknowledged=len(known) + len(book.acknowledged["interactions"]) + len(book.acknowledged["corrections"]),
        counted=counted + contacts + corrected,
        lost=len(known - ids) + lost_calls + missing,
        twice=abs(counted - len(ids)) + len(listed) - len(ids) + extra_calls + too_many,
        invented=len(ids - known - unsure),
    )


def _bounds(counted: int, book: Book, kind: str) -> tuple[int, int, int]:
    """What was counted, how much less than was acknowledged, and how much more than can have been sent."""
    least = len(book.acknowledged[kind])
    most = len(book.acknowledged[kind] | book.unknown[kind])
    return counted, max(0, least - counted), max(0, counted - most)


def _n(answer: dict[str, object]) -> int:
    return int(answer["rows"][0]["n"] or 0)


def _listed(running: Running, service: str) -> list[str]:
    """The ids of every response that the voices list, page by page."""
    found: list[str] = []
    cursor = ""
    with httpx.Client(headers={"Authorization": f"Bearer {running.token}"}, timeout=60) as http:
        while True:
            query = {"service": service, "limit": 200} | ({"cursor": cursor} if cursor else {})
            page = http.get(f"{running.metrics}/v1/responses", params=query).json()
            found += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if not cursor:
                return found
