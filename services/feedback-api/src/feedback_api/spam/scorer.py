"""Spam scorer of public submissions: from the circumstances and the text of a response."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from feedback_api.spam import text_heuristics
from feedback_api.spam.client_hash import RotatingClientHash
from feedback_api.spam.repeated_text import RepeatedTextDetector, is_the_same
from feedback_api.spam.score import SpamReason, SpamScore, spam_score
from feedback_api.spam.token_bucket import TokenBuckets
from soundings.events.forms import AbusePolicy

# Scores a response by its id (first) and its redacted texts (second).
SpamCheck = Callable[[str, Collection[str]], SpamScore]

_FORM_BURST: Final = 30
_ORIGIN_BURST: Final = 60
_PER_SECOND: Final = 0.1
_OFTEN: Final = 4
_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class SubmissionContext:
    """Circumstances of a submission. ``elapsed_ms``: time since the form was shown; None if unknown."""

    form_id: str
    origin: str
    client: str
    honeypot: bool = False
    elapsed_ms: int | None = None


class SpamScorer:
    """Scores responses. Its state is hashed, bounded, and expires after an hour or at a restart."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clients = RotatingClientHash(monotonic)
        self._by_form = TokenBuckets(_FORM_BURST, _PER_SECOND, monotonic)
        self._by_origin = TokenBuckets(_ORIGIN_BURST, _PER_SECOND, monotonic)
        self._repeats = RepeatedTextDetector(monotonic)
        # Long answers are scored on a worker thread while the event loop scores others; the state is not thread-safe.
        self._lock = threading.Lock()

    def score_submission(
        self, arrival: SubmissionContext, rules: AbusePolicy, record_id: str, texts: Collection[str]
    ) -> SpamScore:
        """The spam score of one response. The response is recorded for later comparisons."""
        with self._lock:
            signs = {*_of_arrival(arrival, rules), *self._of_texts(arrival.form_id, record_id, texts)}
            if self._is_crowded(arrival):
                signs.add(SpamReason.CROWD)
        return spam_score(signs, rules.quarantine_at)

    def _is_crowded(self, arrival: SubmissionContext) -> bool:
        at_form = self._by_form.take_token(self._clients.hash_client(f"form {arrival.form_id}", arrival.client))
        at_origin = self._by_origin.take_token(self._clients.hash_client(f"origin {arrival.origin}", arrival.client))
        return not (at_form and at_origin)

    def _of_texts(self, form_id: str, record_id: str, texts: Collection[str]) -> Iterator[SpamReason]:
        if not texts:
            return
        together = "\n".join(texts)
        if found := text_heuristics.count_links(together):
            yield SpamReason.LINK if found == 1 else SpamReason.LINKS
        if text_heuristics.has_markup(together):
            yield SpamReason.MARKUP
        if text_heuristics.is_gibberish(together):
            yield SpamReason.GIBBERISH
        if is_the_same(texts):
            yield SpamReason.SAME_EVERYWHERE
        if others := self._repeats.count_others(form_id, record_id, together):
            yield SpamReason.OFTEN_REPEATED if others >= _OFTEN else SpamReason.REPEATED


def _of_arrival(arrival: SubmissionContext, rules: AbusePolicy) -> Iterator[SpamReason]:
    if arrival.honeypot:
        yield SpamReason.HONEYPOT
    if arrival.elapsed_ms is not None and arrival.elapsed_ms < rules.least_seconds * _MILLISECONDS:
        yield SpamReason.TOO_FAST
