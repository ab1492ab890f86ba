"""Rules for how a form is put before people: its pages, labels, schedule, deliveries and words."""

from collections.abc import Iterator

from catalogue_api.entities.domain import duplicate_faults
from soundings.events.forms import FormBody, FormQuestion
from soundings.i18n.form_messages import KEYS
from soundings.kernel.errors import FieldError
from soundings.kernel.scales import allowed_scales, scale_points

_ENDS = 2


def presentation_faults(body: FormBody) -> Iterator[FieldError]:
    """What cannot be shown, or never would be."""
    yield from duplicate_faults("deliveries", body.deliveries)
    yield from duplicate_faults("channels", body.channels)
    if body.deliveries and body.source_id is None:
        yield FieldError("source_id", "missing", "a form that is delivered on the web names the source of its answers")
    yield from _page_faults(body)
    if body.opens_at is not None and body.closes_at is not None and body.closes_at <= body.opens_at:
        yield FieldError("closes_at", "not_after", "must lie after opens_at")
    for key in body.words:
        if key not in KEYS:
            yield FieldError(f"words.{key}", "unknown", f"there are words for {', '.join(sorted(KEYS))}")


def label_faults(place: str, question: FormQuestion) -> Iterator[FieldError]:
    """Labels stand at the points of a scale: at all of them, or at its two ends."""
    if not question.labels:
        return
    points = max((len(scale_points(scale)) for scale in allowed_scales(question.type)), default=0)
    if not points:
        yield FieldError(f"{place}.labels", "not_here", f"a {question.type} question has no scale to label")
    # With another number it would be unclear which point a label belongs to.
    elif len(question.labels) not in {_ENDS, points}:
        yield FieldError(
            f"{place}.labels", "wrong_number", f"a {question.type} question has {_ENDS} or {points} labels"
        )


def _page_faults(body: FormBody) -> Iterator[FieldError]:
    before = 1
    for index, question in enumerate(body.questions):
        if question.page < before:
            detail = f"the question before it is on page {before}; pages follow the order of the questions"
            yield FieldError(f"questions.{index}.page", "not_ascending", detail)
        before = max(before, question.page)
    pages = {question.page for question in body.questions}
    for number in body.page_titles:
        if number not in pages:
            yield FieldError(f"page_titles.{number}", "unknown", f"no question is on page {number}")
