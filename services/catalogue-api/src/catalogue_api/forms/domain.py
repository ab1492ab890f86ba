"""Forms: what they refer to, which questions make sense, and what a published version says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalogue_api.entities.domain import Entity, EntityProposal, EntityReference, RuleContext, duplicate_faults
from catalogue_api.entities.entity_type import entity_type, snapshot_fields
from catalogue_api.forms.layout_rules import label_faults, presentation_faults
from soundings.events.catalogue import CatalogueChanged, SourceBody
from soundings.events.forms import FormBody, FormChanged, FormQuestion, FormVersion, ShowWhen
from soundings.kernel.errors import FieldError
from soundings.kernel.measures import BUILT_IN, accepts_answers
from soundings.kernel.scales import MeasureScale, allowed_scales, scale_points

_CHOICES = frozenset({"single_choice", "multi_choice", "dropdown"})
_TEXTS = frozenset({"short_text", "long_text"})


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """The version of a measure that a question feeds, and its scale."""

    version: int
    scale: MeasureScale


def _of_form(body: FormBody) -> Iterator[EntityReference]:
    yield EntityReference("agency_id", "agency", body.agency_id)
    for index, service in enumerate(body.service_ids):
        yield EntityReference(f"service_ids.{index}", "service", service)
    if body.source_id is not None:
        yield EntityReference("source_id", "source", body.source_id)
    for index, question in enumerate(body.questions):
        # Built-in measures are not entities of the catalogue and have no reference.
        if question.measure is not None and question.measure not in BUILT_IN:
            yield EntityReference(f"questions.{index}.measure", "measure", question.measure)


def form_faults(body: FormBody, proposal: EntityProposal) -> Iterator[FieldError]:
    """Every question by itself, the conditions between them, and whether the source covers the services."""
    yield from duplicate_faults("service_ids", body.service_ids)
    yield from _source_faults(body, proposal.known)
    yield from presentation_faults(body)
    seen: dict[str, FormQuestion] = {}
    for index, question in enumerate(body.questions):
        place = f"questions.{index}"
        if question.id in seen:
            yield FieldError(f"{place}.id", "duplicate", f"{question.id!r} is the id of an earlier question")
        yield from _question_faults(place, question)
        yield from label_faults(place, question)
        yield from _measure_faults(place, question, proposal.known)
        if question.show_when is not None:
            yield from _condition_faults(f"{place}.show_when", question.show_when, seen)
        # Conditions may refer to earlier questions only, so a form has no cycles and can be shown
        # step by step.
        seen.setdefault(question.id, question)


def _source_faults(body: FormBody, known: RuleContext) -> Iterator[FieldError]:
    source = known.body(SourceBody, "source", body.source_id) if body.source_id is not None else None
    if source is None:
        return
    if "responses" not in source.accepts:
        yield FieldError("source_id", "no_responses", f"the source {body.source_id!r} does not accept responses")
    for index, service in enumerate(body.service_ids):
        if service not in source.service_ids:
            detail = f"the source {body.source_id!r} does not speak for {service!r}"
            yield FieldError(f"service_ids.{index}", "not_covered", detail)


def _question_faults(place: str, question: FormQuestion) -> Iterator[FieldError]:
    if question.type in _CHOICES and not question.options:
        yield FieldError(f"{place}.options", "missing", f"a {question.type} question needs options")
    if question.type not in _CHOICES and question.options:
        yield FieldError(f"{place}.options", "not_here", f"a {question.type} question has no options")
    codes = [option.code for option in question.options]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield FieldError(f"{place}.options.{index}.code", "duplicate", f"{code!r} is the code of an earlier option")
    if question.max_length is not None and question.type not in _TEXTS:
        yield FieldError(f"{place}.max_length", "not_here", f"a {question.type} question has no length")
    if question.required and question.type == "statement":
        yield FieldError(f"{place}.required", "not_here", "a statement asks for no answer")


def _measure_faults(place: str, question: FormQuestion, known: RuleContext) -> Iterator[FieldError]:
    if question.measure is None:
        if question.measure_version is not None:
            yield FieldError(
                f"{place}.measure_version", "not_here", "there is no measure that this could be a version of"
            )
        return
    scales = allowed_scales(question.type)
    if not scales:
        yield FieldError(f"{place}.measure", "not_here", f"a {question.type} question feeds no measure")
        return
    built_in = BUILT_IN.get(question.measure)
    if built_in is not None and not accepts_answers(built_in):
        yield FieldError(f"{place}.measure", "not_asked", f"{question.measure!r} is counted, not asked in forms")
        return
    yield from _scale_faults(place, question, known, scales)


def _scale_faults(
    place: str, question: FormQuestion, known: RuleContext, scales: frozenset[MeasureScale]
) -> Iterator[FieldError]:
    scored = scored_by(question, known)
    if scored is not None and scored.scale not in scales:
        detail = f"a {question.type} question feeds measures of scale {', '.join(sorted(scales))}, not {scored.scale}"
        yield FieldError(f"{place}.measure", "scale_mismatch", detail)
    elif scored is None and _is_known(question, known):
        detail = f"{question.measure!r} has no version {question.measure_version}"
        yield FieldError(f"{place}.measure_version", "unknown", detail)


def _is_known(question: FormQuestion, known: RuleContext) -> bool:
    measure = question.measure or ""
    return measure in BUILT_IN or known.active("measure", measure) is not None


def scored_by(question: FormQuestion, known: RuleContext) -> ScoredQuestion | None:
    """The version that the question names, or else the newest one; None when there is none."""
    if question.measure is None:
        return None
    versions = _versions(question.measure, known)
    number = question.measure_version or max(versions, default=0)
    return ScoredQuestion(number, versions[number]) if number in versions else None


def _versions(measure: str, known: RuleContext) -> Mapping[int, MeasureScale]:
    built_in = BUILT_IN.get(measure)
    if built_in is not None:
        return {built_in.version: built_in.scale}
    return {version.version: version.scale for version in known.versions.get(measure, ())}


def _condition_faults(place: str, condition: ShowWhen, earlier: Mapping[str, FormQuestion]) -> Iterator[FieldError]:
    asked = earlier.get(condition.question)
    if asked is None:
        yield FieldError(f"{place}.question", "not_earlier", f"{condition.question!r} is no question before this one")
        return
    if asked.type == "hidden":  # the page that shows the form decides what it holds
        return
    possible = _values(asked)
    if not possible:
        yield FieldError(
            f"{place}.question", "not_closed", f"the answers to a {asked.type} question are not known before"
        )
        return
    for index, value in enumerate(condition.in_):
        if value not in possible:
            shown = ", ".join(map(str, possible))
            yield FieldError(f"{place}.in.{index}", "impossible", f"{value!r} is no answer to {asked.id!r}: {shown}")


def _values(question: FormQuestion) -> tuple[str | int, ...]:
    if question.type in _CHOICES:
        return tuple(option.code for option in question.options)
    return tuple(point for scale in allowed_scales(question.type) for point in scale_points(scale))


def published_version(form_id: str, number: int, body: FormBody, known: RuleContext) -> FormVersion:
    """What is published: the form, with the version and scale of the measure behind every scored question."""
    scored = {question.id: found for question in body.questions if (found := scored_by(question, known)) is not None}
    return FormVersion(
        form_id=form_id,
        version=number,
        form=body,
        scales={question: found.scale for question, found in scored.items()},
        measure_versions={question: found.version for question, found in scored.items()},
    )


def form_snapshot(entity: Entity, _versions: object) -> CatalogueChanged:
    """The form as it is being written, and the newest version that was published."""
    return FormChanged.model_validate({**snapshot_fields(entity), "published": entity.published})


KIND = entity_type(
    FormChanged, "forms", FormBody, _of_form, faults=form_faults, snapshot=form_snapshot, filters=["service"]
)
