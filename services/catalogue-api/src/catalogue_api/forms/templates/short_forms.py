"""Short forms: one score and a comment, or a handful of questions after a call."""

from typing import Final

from catalogue_api.forms.templates.blocks import (
    SATISFIED,
    THANKS,
    FormTemplate,
    Json,
    comment_question,
    likert_question,
    template_texts,
    without_arabic,
)

_SATISFIED_TWO: Final = [without_arabic(label) for label in SATISFIED]

_DONE: Final[Json] = {
    "title": template_texts("Give feedback on {service}", "Dé su opinión sobre {service}"),
    "questions": [
        likert_question(
            "satisfaction",
            "satisfaction",
            template_texts(
                "Overall, how did you feel about the service you received today?",
                "En general, ¿qué le pareció el servicio que recibió hoy?",
            ),
            labels=_SATISFIED_TWO,
            required=True,
        ),
        comment_question(
            template_texts("How could we improve this service?", "¿Cómo podríamos mejorar este servicio?"), 1200
        ),
    ],
    "thank_you": without_arabic(THANKS),
}
_CSAT: Final[Json] = {
    "title": template_texts("How did we do?", "¿Cómo lo hicimos?", "كيف كانت خدمتنا؟"),
    "questions": [
        likert_question(
            "satisfaction",
            "satisfaction",
            template_texts(
                "How satisfied are you with {service}?",
                "¿Qué tan satisfecho está con {service}?",
                "ما مدى رضاك عن {service}؟",
            ),
            labels=list(SATISFIED),
            required=True,
        ),
        comment_question(
            template_texts(
                "What is the main reason for your answer?",
                "¿Cuál es el motivo principal de su respuesta?",
                "ما السبب الرئيسي لإجابتك؟",
            )
        ),
    ],
    "thank_you": THANKS,
}
_CES: Final[Json] = {
    "title": template_texts("How easy was it?", "¿Qué tan fácil fue?"),
    "questions": [
        {
            "id": "effort",
            "type": "ces",
            "measure": "ces",
            "text": template_texts(
                "{agency} made it easy for me to do what I needed to do.",
                "{agency} me facilitó hacer lo que necesitaba hacer.",
            ),
            "required": True,
        },
        comment_question(template_texts("What made it easy or difficult?", "¿Qué lo hizo fácil o difícil?")),
    ],
    "thank_you": without_arabic(THANKS),
}
_NPS: Final[Json] = {
    "title": template_texts("Would you recommend us?", "¿Nos recomendaría?"),
    "questions": [
        {
            "id": "recommend",
            "type": "nps",
            "measure": "nps",
            "text": template_texts(
                "How likely are you to recommend {service} to a friend or colleague?",
                "¿Qué tan probable es que recomiende {service} a un amigo o colega?",
            ),
            "required": True,
        },
        comment_question(
            template_texts("What is the main reason for your score?", "¿Cuál es el motivo principal de su puntuación?"),
        ),
    ],
    "thank_you": without_arabic(THANKS),
}
_TIMES: Final = {
    "once": template_texts("Once", "Una vez"),
    "twice": template_texts("Twice", "Dos veces"),
    "more": template_texts("Three times or more", "Tres veces o más"),
}
_CALL: Final[Json] = {
    "title": template_texts("Your call to {agency}", "Su llamada a {agency}"),
    "questions": [
        likert_question(
            "satisfaction",
            "satisfaction",
            template_texts("How satisfied are you with this call?", "¿Qué tan satisfecho está con esta llamada?"),
            labels=_SATISFIED_TWO,
            required=True,
        ),
        likert_question(
            "effectiveness", "effectiveness", template_texts("My issue was resolved.", "Se resolvió mi asunto.")
        ),
        likert_question(
            "efficiency",
            "efficiency",
            template_texts("I reached a person in a reasonable time.", "Hablé con una persona en un tiempo razonable."),
        ),
        likert_question(
            "employee",
            "employee",
            template_texts("The person I spoke with was helpful.", "La persona con quien hablé me ayudó."),
        ),
        {
            "id": "contacts",
            "type": "single_choice",
            "text": template_texts(
                "How many times have you contacted us about this issue?",
                "¿Cuántas veces se ha comunicado con nosotros por este asunto?",
            ),
            "options": [{"code": code, "text": text} for code, text in _TIMES.items()],
        },
        comment_question(template_texts("What could we have done better?", "¿Qué podríamos haber hecho mejor?")),
    ],
    "thank_you": without_arabic(THANKS),
}

TEMPLATES: Final = (
    FormTemplate(
        "done-page", "Done page", "As at the end of a GOV.UK service: satisfaction and how to improve.", _DONE
    ),
    FormTemplate("csat", "Satisfaction", "Satisfaction on 1 to 5, and the reason.", _CSAT),
    FormTemplate("ces", "Customer effort", "How easy it was, on 1 to 7, and what made it so.", _CES),
    FormTemplate("nps", "Recommendation", "Likelihood to recommend on 0 to 10, and the reason.", _NPS),
    FormTemplate(
        "post-call", "After a call", "For contact centres: satisfaction, resolution, waiting, the person.", _CALL
    ),
)
