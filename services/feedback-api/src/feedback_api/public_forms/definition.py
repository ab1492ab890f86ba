"""A published form as the public sees it, with an ETag of its content."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from feedback_api.catalogue_projection.read_models import FormView
from feedback_api.public_forms.availability import FormAvailability
from feedback_api.public_forms.scale_labels import points_of
from soundings.events.forms import FormBody, FormQuestion, FormVersion
from soundings.i18n.form_messages import form_messages
from soundings.i18n.languages import native_name, text_direction

_OURS: Final = {"source_id", "channels", "abuse", "words", "questions"}
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """The JSON of a form's newest version, and its strong ETag."""

    content: bytes
    etag: str


class DefinitionCache:
    """The definition of each form's newest version, made once for each state it is in."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, FormAvailability], tuple[FormView, FormDefinition]] = {}

    def definition_of(self, form: FormView, state: FormAvailability) -> FormDefinition:
        """As `definition_of`; a version never changes, so what was made of it holds."""
        view, definition = self._made.get((form.form_id, state), (None, None))
        if view is not form or definition is None:
            definition = definition_of(form, state)
            self._made[form.form_id, state] = form, definition
        return definition


def definition_of(form: FormView, state: FormAvailability) -> FormDefinition:
    """The form as it was written, and what a page needs besides; what is absent is left out.

    ``{form_id, version, state, …the form…, languages: [{tag, name, dir}], words: {language: {key: text}}}``; each
    question of a scale has ``points: [{value, text?: {language: text}}]``, lowest first.
    """
    body = form.body
    words = {language: form_messages(language, body.form.words) for language in languages_of(body.form)}
    content = orjson.dumps(
        {
            "form_id": form.form_id,
            "version": form.version,
            "state": state,
            **body.form.model_dump(mode="json", exclude_none=True, by_alias=True, exclude=_OURS),
            "questions": [_question_definition(question, body, words) for question in body.form.questions],
            "languages": [{"tag": one, "name": native_name(one), "dir": text_direction(one)} for one in words],
            "words": words,
        },
        None,
        orjson.OPT_NON_STR_KEYS,
    )
    return FormDefinition(content, f'"{sha256(content).hexdigest()[:32]}"')


def languages_of(form: FormBody) -> list[str]:
    """The languages in which a form can be read: those of its title, in its order."""
    return list(form.title)


def etag_matches(if_none_match: str | None, etag: str) -> bool:
    """Whether the client already has this content (RFC 9110, section 13.1.2: weak comparison)."""
    if if_none_match is None:
        return False
    offered = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in offered or "*" in offered


def _question_definition(question: FormQuestion, form: FormVersion, words: dict[str, dict[str, str]]) -> Json:
    said: Json = question.model_dump(mode="json", exclude_none=True, by_alias=True, exclude={"labels"})
    by_language = {language: points_of(question, form, language, ours) for language, ours in words.items()}
    rows = list(zip(*by_language.values(), strict=True))
    if rows:
        said["points"] = [
            _point_definition(row[0].value, dict(zip(words, [one.text for one in row], strict=True))) for row in rows
        ]
    return said


def _point_definition(value: int, texts: dict[str, str | None]) -> Json:
    said = {language: text for language, text in texts.items() if text is not None}
    return {"value": value, "text": said} if said else {"value": value}
