"""What templates are made of: texts in several languages, and questions that several of them ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

Json = dict[str, object]
Texts = dict[str, str]

AGENCY: Final = "{agency}"
SERVICE: Final = "{service}"
"""What the names of the agency and its service take the place of, in every text."""


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """A form without an agency: what it is called, what it is for, and what it says."""

    id: str
    name: str
    about: str
    body: Mapping[str, object]

    @property
    def languages(self) -> Sequence[str]:
        return list(cast("Texts", self.body["title"]))


def template_texts(en: str, es: str, ar: str | None = None) -> Texts:
    """A text in the languages of a template."""
    return {"en": en, "es": es} if ar is None else {"en": en, "es": es, "ar": ar}


def likert_question(question: str, measure: str, text: Texts, **more: object) -> Json:
    """A statement to agree with, or another question on a scale of five."""
    return {"id": question, "type": "likert", "measure": measure, "text": text, **more}


def comment_question(text: Texts, limit: int = 2000, **more: object) -> Json:
    """A question for free text, with the request to keep personal data out of it."""
    help_ = {language: PRIVATE[language] for language in text}
    return {"id": "comment", "type": "long_text", "text": text, "help": help_, "max_length": limit, **more}


PRIVATE: Final = template_texts(
    "Please do not write names, addresses or numbers that tell who you or others are.",
    "Por favor, no escriba nombres, direcciones ni números que identifiquen a usted o a otras personas.",
    "يرجى عدم كتابة أسماء أو عناوين أو أرقام تدل عليك أو على غيرك.",
)
THANKS: Final = template_texts(
    "Thank you. What you told us helps us to serve you better.",
    "Gracias. Lo que nos dijo nos ayuda a servirle mejor.",
    "شكرًا لك. ما أخبرتنا به يساعدنا على خدمتك بشكل أفضل.",
)
SATISFIED: Final = (
    template_texts("Very dissatisfied", "Muy insatisfecho", "غير راضٍ إطلاقًا"),
    template_texts("Dissatisfied", "Insatisfecho", "غير راضٍ"),
    template_texts("Neither satisfied nor dissatisfied", "Ni satisfecho ni insatisfecho", "لا راضٍ ولا غير راضٍ"),
    template_texts("Satisfied", "Satisfecho", "راضٍ"),
    template_texts("Very satisfied", "Muy satisfecho", "راضٍ جدًا"),
)


def without_arabic(said: Texts) -> Texts:
    """The text without Arabic, for templates that have none."""
    return {language: text for language, text in said.items() if language != "ar"}
