"""Texts in the language of the reader, or in the form's first one where they were not written in that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from soundings.events.forms import FormBody
from soundings.i18n.form_messages import form_messages
from soundings.i18n.languages import Direction, native_name, primary_subtag, text_direction


@dataclass(frozen=True, slots=True)
class LocalisedText:
    """A text; ``language`` is set where it is another one than that of the page."""

    text: str
    language: str | None = None

    @property
    def text_direction(self) -> Direction | None:
        return None if self.language is None else text_direction(self.language)


@dataclass(frozen=True)
class FormLocaliser:
    """Speaks one language of a form."""

    form: FormBody
    language: str

    @cached_property
    def form_messages(self) -> Mapping[str, str]:
        """The words around the questions, by key."""
        return form_messages(self.language, self.form.words)

    @property
    def text_direction(self) -> Direction:
        return text_direction(self.language)

    def localise_text(self, texts: Mapping[str, str] | None) -> LocalisedText | None:
        """The text in this language, else in the first that it has; None where there is no text."""
        return None if texts is None else localise_texts(texts, self.language)

    def other_languages(self) -> list[tuple[str, str, Direction]]:
        """The other languages of the form: tag, own name, direction."""
        return [(one, native_name(one), text_direction(one)) for one in self.form.title if one != self.language]


def localise_texts(texts: Mapping[str, str], language: str) -> LocalisedText:
    """The text in this language, else in the first that it has."""
    if language in texts:
        return LocalisedText(texts[language])
    other, text = next(iter(texts.items()))
    return LocalisedText(text, other)


def choose_localiser(form: FormBody, wanted: str, accept: str) -> FormLocaliser:
    """The language asked for, else the best that the browser accepts, else the form's first one."""
    offered = list(form.title)
    found = _match_language(wanted, offered) if wanted else None
    return FormLocaliser(form, found or accepted_language(accept, offered) or offered[0])


def accepted_language(accept: str, offered: Sequence[str]) -> str | None:
    """The offered language that an Accept-Language header prefers; None where it accepts none of them."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:1000].split(",")):
        tag, _, parameters = part.partition(";")
        ranked.append((-_quality_value(parameters), place, tag.strip()))
    found = (_match_language(tag, offered) for quality, _, tag in sorted(ranked) if quality < 0)
    return next((language for language in found if language is not None), None)


def _quality_value(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _match_language(tag: str, offered: Sequence[str]) -> str | None:
    exact = next((one for one in offered if one.lower() == tag.lower()), None)
    return exact or next((one for one in offered if primary_subtag(one) == primary_subtag(tag)), None)
