"""The instruments of OMB Circular A-11, section 280: the seven statements, and trust with its drivers."""

from typing import Final

from catalogue_api.forms.templates.blocks import (
    THANKS,
    FormTemplate,
    Json,
    Texts,
    comment_question,
    likert_question,
    template_texts,
    without_arabic,
)

_LIKED: Final = (4, 5)
_NOT_LIKED: Final = (1, 2, 3)

_DRIVERS: Final = {
    "effectiveness": (
        template_texts("My need was addressed", "Se atendió mi necesidad", "تمت تلبية حاجتي"),
        template_texts("My need was not addressed", "No se atendió mi necesidad", "لم تتم تلبية حاجتي"),
    ),
    "ease": (
        template_texts(
            "It was easy to complete what I needed to do",
            "Fue fácil completar lo que necesitaba hacer",
            "كان من السهل إتمام ما احتجت إلى القيام به",
        ),
        template_texts(
            "It was difficult to complete what I needed to do",
            "Fue difícil completar lo que necesitaba hacer",
            "كان من الصعب إتمام ما احتجت إلى القيام به",
        ),
    ),
    "efficiency": (
        template_texts(
            "It took a reasonable amount of time to do what I needed to do",
            "Tomó un tiempo razonable hacer lo que necesitaba hacer",
            "استغرق ما احتجت إلى القيام به وقتًا معقولًا",
        ),
        template_texts(
            "It took too long to do what I needed to do",
            "Tomó demasiado tiempo hacer lo que necesitaba hacer",
            "استغرق ما احتجت إلى القيام به وقتًا طويلًا",
        ),
    ),
    "transparency": (
        template_texts(
            "I understood what was being asked of me throughout the process",
            "Entendí lo que se me pedía durante todo el proceso",
            "فهمت ما طُلب مني طوال الإجراء",
        ),
        template_texts(
            "I did not understand what was being asked of me throughout the process",
            "No entendí lo que se me pedía durante el proceso",
            "لم أفهم ما طُلب مني أثناء الإجراء",
        ),
    ),
    "humanity": (
        template_texts("I was treated fairly", "Me trataron de manera justa", "عوملت بإنصاف"),
        template_texts("I was not treated fairly", "No me trataron de manera justa", "لم أُعامل بإنصاف"),
    ),
    "employee": (
        template_texts(
            "Employees I interacted with were helpful",
            "Los empleados con los que traté me ayudaron",
            "كان الموظفون الذين تعاملت معهم متعاونين",
        ),
        template_texts(
            "Employees I interacted with were not helpful",
            "Los empleados con los que traté no me ayudaron",
            "لم يكن الموظفون الذين تعاملت معهم متعاونين",
        ),
    ),
    "other": (
        template_texts("Something else", "Otra cosa", "شيء آخر"),
        template_texts("Something else", "Otra cosa", "شيء آخر"),
    ),
}
"""What can make or break trust: said well, and said of what went wrong."""


def _statement(measure: str, en: str, es: str, **more: object) -> Json:
    return likert_question(measure, measure, template_texts(en, es), **more)


_SEVEN: Final[Json] = {
    "title": template_texts("Your experience with {service}", "Su experiencia con {service}"),
    "introduction": template_texts(
        "Please tell us how far you agree with these statements.",
        "Por favor, indique en qué medida está de acuerdo con estas afirmaciones.",
    ),
    "questions": [
        _statement(
            "satisfaction",
            "I am satisfied with the service I received from {service}.",
            "Estoy satisfecho con el servicio que recibí de {service}.",
            required=True,
        ),
        _statement(
            "trust",
            "This interaction increased my trust in {agency}.",
            "Esta interacción aumentó mi confianza en {agency}.",
            required=True,
        ),
        {
            **comment_question(template_texts("Would you like to tell us why?", "¿Desea decirnos por qué?")),
            "id": "why",
        },
        _statement("effectiveness", "My need was addressed.", "Se atendió mi necesidad."),
        _statement(
            "ease", "It was easy to complete what I needed to do.", "Fue fácil completar lo que necesitaba hacer."
        ),
        _statement(
            "efficiency",
            "It took a reasonable amount of time to do what I needed to do.",
            "Tomó un tiempo razonable hacer lo que necesitaba hacer.",
        ),
        _statement("transparency", "I was treated fairly.", "Me trataron de manera justa."),
        _statement(
            "employee", "Employees I interacted with were helpful.", "Los empleados con los que traté me ayudaron."
        ),
        comment_question(
            template_texts("Is there anything else you would like to tell us?", "¿Hay algo más que desee decirnos?")
        ),
    ],
    "thank_you": without_arabic(THANKS),
}


def _drivers(question: str, measure: str, side: int, shown_for: tuple[int, ...], text: Texts) -> Json:
    return {
        "id": question,
        "type": "multi_choice",
        "measure": measure,
        "text": text,
        "options": [{"code": code, "text": sides[side]} for code, sides in _DRIVERS.items()],
        "show_when": {"question": "trust", "in": list(shown_for)},
    }


_TRUST: Final[Json] = {
    "title": template_texts("Your experience with {service}", "Su experiencia con {service}", "تجربتك مع {service}"),
    "questions": [
        likert_question(
            "trust",
            "trust",
            template_texts(
                "This interaction increased my trust in {agency}.",
                "Esta interacción aumentó mi confianza en {agency}.",
                "زادت هذه التجربة ثقتي في {agency}.",
            ),
            required=True,
        ),
        _drivers(
            "positive",
            "positive_drivers",
            0,
            _LIKED,
            template_texts("What made the difference?", "¿Qué marcó la diferencia?", "ما الذي أحدث الفرق؟"),
        ),
        _drivers(
            "negative",
            "negative_drivers",
            1,
            _NOT_LIKED,
            template_texts(
                "What could have been better?", "¿Qué podría haber sido mejor?", "ما الذي كان يمكن أن يكون أفضل؟"
            ),
        ),
        comment_question(
            template_texts(
                "Is there anything else you would like to tell us?",
                "¿Hay algo más que desee decirnos?",
                "هل هناك شيء آخر تود أن تخبرنا به؟",
            )
        ),
    ],
    "thank_you": THANKS,
}

TEMPLATES: Final = (
    FormTemplate(
        "a11-v1", "A-11: seven statements", "OMB Circular A-11 section 280, first instrument, on 1 to 5.", _SEVEN
    ),
    FormTemplate(
        "a11-v2",
        "A-11: trust and its drivers",
        "OMB Circular A-11 section 280 since 2023: trust, what made the difference or could be better, open text.",
        _TRUST,
    ),
)
