"""The rules of revisions, reviews and retractions: what one more event makes of what is known of a record."""

from collections.abc import Mapping
from typing import NamedTuple

from metrics_worker.aggregation.fact_payloads import Content
from metrics_worker.aggregation.facts import EMPTY, NO_REVISION, QUARANTINED, RETRACTED, StoredFact


class Comments(NamedTuple):
    """What a person said, by question, and in which language."""

    comments: Mapping[str, str]
    language: str | None


class RecordReceived(NamedTuple):
    """A record came in some revision: the `fact` that it is alone, what it contributes, and what was said."""

    fact: StoredFact
    content: Content
    voice: Comments | None = None

    @property
    def record_key(self) -> bytes:
        return self.fact.key


class ReviewReceived(NamedTuple):
    """A review of a record; `fact` is the placeholder for a record that has not arrived, with the verdict applied."""

    fact: StoredFact

    @property
    def record_key(self) -> bytes:
        return self.fact.key


class RetractionReceived(NamedTuple):
    """A retraction of a record; `fact` is the placeholder for a record that has not arrived, marked as retracted."""

    fact: StoredFact

    @property
    def record_key(self) -> bytes:
        return self.fact.key


Event = RecordReceived | ReviewReceived | RetractionReceived


def placeholder_fact(fact: StoredFact) -> StoredFact:
    """What is known of a record that has not come yet, from the ids in `fact`."""
    return fact._replace(service="", channel="", occurred_at=0, state=EMPTY, revision=NO_REVISION, data=None)


def apply_event(known: StoredFact | None, event: Event) -> StoredFact:
    """The fact after one more event; `known` itself (the same object) when the event changes nothing.

    The same revision again is a duplicate and a lower one stale, so the first content of a revision stays. A review
    holds for every revision, the highest review wins. A retraction is final, also when it comes first.
    """
    if known is None:
        return event.fact
    if isinstance(event, RecordReceived):
        return _after_record(known, event.fact)
    if isinstance(event, ReviewReceived):
        return _after_review(known, event.fact)
    if known.state & RETRACTED:
        return known
    return known._replace(state=RETRACTED, data=None)


def _after_record(known: StoredFact, new: StoredFact) -> StoredFact:
    if known.state & RETRACTED or new.revision <= known.revision:
        return known
    if known.verdict is None:
        return new
    judged = new._replace(review_revision=known.review_revision, verdict=known.verdict)
    return judged._replace(state=_judged_state(judged))


def _after_review(known: StoredFact, review: StoredFact) -> StoredFact:
    if known.review_revision is not None and (review.review_revision or 0) <= known.review_revision:
        return known
    judged = known._replace(review_revision=review.review_revision, verdict=review.verdict)
    return judged._replace(state=_judged_state(judged))


def _judged_state(fact: StoredFact) -> int:
    if fact.state & RETRACTED:
        return fact.state
    return fact.state | QUARANTINED if fact.verdict == "quarantined" else fact.state & ~QUARANTINED
