"""The guard of the public doors: looks at how a response came and at what it says."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from feedback_api.spam import text_heuristics
from feedback_api.spam.client_hash import ClientHashes
from feedback_api.spam.repeated_text import Repeats, is_the_same
from feedback_api.spam.score import Sign, Suspicion, suspicion
from feedback_api.spam.token_bucket import Buckets
from soundings.events.forms import Abuse

Judge = Callable[[str, Collection[str]], Suspicion]
"""What to think of a response with an id (first) and texts (second, redacted)."""

_FORM_BURST: Final = 30
_ORIGIN_BURST: Final = 60
_PER_SECOND: Final = 0.1
_OFTEN: Final = 4
_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a response came. ``elapsed_ms`` is the time since the form was shown, where the page told it."""

    form_id: str
    origin: str
    client: str
    honeypot: bool = False
    elapsed_ms: int | None = None


class Guard:
    """Judges responses by their signs. What it remembers is hashed, bounded, and gone after an hour or a restart."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clients = ClientHashes(monotonic)
        self._by_form = Buckets(_FORM_BURST, _PER_SECOND, monotonic)
        self._by_origin = Buckets(_ORIGIN_BURST, _PER_SECOND, monotonic)
        self._repeats = Repeats(monotonic)
        # Long answers are judged on a thread beside the event loop, and nothing inside is made for two at once.
        self._lock = threading.Lock()

    def judge(self, arrival: Arrival, rules: Abuse, record_id: str, texts: Collection[str]) -> Suspicion:
        """The suspicion about one response; it is remembered for the ones after it."""
        with self._lock:
            signs = {*_of_arrival(arrival, rules), *self._of_texts(arrival.form_id, record_id, texts)}
            if self._is_crowded(arrival):
                signs.add(Sign.CROWD)
        return suspicion(signs, rules.quarantine_at)

    def _is_crowded(self, arrival: Arrival) -> bool:
        at_form = self._by_form.take(self._clients.of(f"form {arrival.form_id}", arrival.client))
        at_origin = self._by_origin.take(self._clients.of(f"origin {arrival.origin}", arrival.client))
        return not (at_form and at_origin)

    def _of_texts(self, form_id: str, record_id: str, texts: Collection[str]) -> Iterator[Sign]:
        if not texts:
            return
        together = "\n".join(texts)
        if found := text_heuristics.links(together):
            yield Sign.LINK if found == 1 else Sign.LINKS
        if text_heuristics.has_markup(together):
            yield Sign.MARKUP
        if text_heuristics.is_gibberish(together):
            yield Sign.GIBBERISH
        if is_the_same(texts):
            yield Sign.SAME_EVERYWHERE
        if others := self._repeats.others(form_id, record_id, together):
            yield Sign.OFTEN_REPEATED if others >= _OFTEN else Sign.REPEATED


def _of_arrival(arrival: Arrival, rules: Abuse) -> Iterator[Sign]:
    if arrival.honeypot:
        yield Sign.HONEYPOT
    if arrival.elapsed_ms is not None and arrival.elapsed_ms < rules.least_seconds * _MILLISECONDS:
        yield Sign.TOO_FAST
