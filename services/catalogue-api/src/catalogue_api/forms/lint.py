"""What an agency should know of a form that is acceptable all the same: languages that are not complete."""

from collections.abc import Iterator, Mapping

from soundings.events.forms import FormBody
from soundings.i18n.form_messages import KEYS, is_supported_language
from soundings.kernel.errors import FieldError

Texts = Mapping[str, str]


def lint_form(form: FormBody) -> Iterator[FieldError]:
    """A finding for each text that lacks a language of the title, or has one that the title lacks."""
    # The languages of the title define those of the form; a missing text falls back to the first
    # one.
    wanted = list(form.title)
    for place, texts in _texts(form):
        for language in wanted:
            if language not in texts:
                detail = f"is not written in {language}; people who read {language} see it in {next(iter(texts))}"
                yield FieldError(place, "language_missing", detail)
        for language in texts:
            if language not in form.title:
                yield FieldError(
                    place, "language_unused", f"is written in {language}, but the title is not: nobody sees it"
                )
    for language in wanted:
        if not is_supported_language(language):
            yield from _without_words(form, language)


def _without_words(form: FormBody, language: str) -> Iterator[FieldError]:
    missing = sorted(key for key in KEYS if language not in form.words.get(key, {}))
    if missing:
        detail = f"we do not speak {language}; people see our English words, unless words has: {', '.join(missing)}"
        yield FieldError("words", "language_missing", detail)


def _texts(form: FormBody) -> Iterator[tuple[str, Texts]]:
    """Every text with its place, but the title, which says what the languages are, and the words."""
    single = {
        "introduction": form.introduction,
        "thank_you": form.thank_you,
        "closed": form.closed,
        "button_text": form.button_text,
    }
    yield from ((name, texts) for name, texts in single.items() if texts is not None)
    if form.contact is not None:
        yield "contact.consent", form.contact.consent
        if form.contact.help is not None:
            yield "contact.help", form.contact.help
    yield from ((f"page_titles.{number}", texts) for number, texts in form.page_titles.items())
    for index, question in enumerate(form.questions):
        place = f"questions.{index}"
        yield f"{place}.text", question.text
        if question.help is not None:
            yield f"{place}.help", question.help
        yield from ((f"{place}.options.{number}.text", one.text) for number, one in enumerate(question.options))
        yield from ((f"{place}.labels.{number}", texts) for number, texts in enumerate(question.labels))
