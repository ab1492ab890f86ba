"""Short forms: one score and a comment, or a handful of questions after a call."""

from typing import Final

from catalogue_api.forms.templates.blocks import SATISFIED, THANKS, Json, Template, both, comment, likert, texts

_SATISFIED_TWO: Final = [both(label) for label in SATISFIED]

_DONE: Final[Json] = {
    "title": texts("Give feedback on {service}", "Dé su opinión sobre {service}"),
    "questions": [
        likert(
            "satisfaction",
            "satisfaction",
            texts(
                "Overall, how did you feel about the service you received today?",
                "En general, ¿qué le pareció el servicio que recibió hoy?",
            ),
            labels=_SATISFIED_TWO,
            required=True,
        ),
        comment(texts("How could we improve this service?", "¿Cómo podríamos mejorar este servicio?"), 1200),
    ],
    "thank_you": both(THANKS),
}
_CSAT: Final[Json] = {
    "title": texts("How did we do?", "¿Cómo lo hicimos?", "كيف كانت خدمتنا؟"),
    "questions": [
        likert(
            "satisfaction",
            "satisfaction",
            texts(
                "How satisfied are you with {service}?",
                "¿Qué tan satisfecho está con {service}?",
                "ما مدى رضاك عن {service}؟",
            ),
            labels=list(SATISFIED),
            required=True,
        ),
        comment(
            texts(
                "What is the main reason for your answer?",
                "¿Cuál es el motivo principal de su respuesta?",
                "ما السبب الرئيسي لإجابتك؟",
            )
        ),
    ],
    "thank_you": THANKS,
}
_CES: Final[Json] = {
    "title": texts("How easy was it?", "¿Qué tan fácil fue?"),
    "questions": [
        {
            "id": "effort",
            "type": "ces",
            "measure": "ces",
            "text": texts(
                "{agency} made it easy for me to do what I needed to do.",
                "{agency} me facilitó hacer lo que necesitaba hacer.",
            ),
            "required": True,
        },
        comment(texts("What made it easy or difficult?", "¿Qué lo hizo fácil o difícil?")),
    ],
    "thank_you": both(THANKS),
}
_NPS: Final[Json] = {
    "title": texts("Would you recommend us?", "¿Nos recomendaría?"),
    "questions": [
        {
            "id": "recommend",
            "type": "nps",
            "measure": "nps",
            "text": texts(
                "How likely are you to recommend {service} to a friend or colleague?",
                "¿Qué tan probable es que recomiende {service} a un amigo o colega?",
            ),
            "required": True,
        },
        comment(
            texts("What is the main reason for your score?", "¿Cuál es el motivo principal de su puntuación?"),
        ),
    ],
    "thank_you": both(THANKS),
}
_TIMES: Final = {
    "once": texts("Once", "Una vez"),
    "twice": texts("Twice", "Dos veces"),
    "more": texts("Three times or more", "Tres veces o más"),
}
_CALL: Final[Json] = {
    "title": texts("Your call to {agency}", "Su llamada a {agency}"),
    "questions": [
        likert(
            "satisfaction",
            "satisfaction",
            texts("How satisfied are you with this call?", "¿Qué tan satisfecho está con esta llamada?"),
            labels=_SATISFIED_TWO,
            required=True,
        ),
        likert("effectiveness", "effectiveness", texts("My issue was resolved.", "Se resolvió mi asunto.")),
        likert(
            "efficiency",
            "efficiency",
            texts("I reached a person in a reasonable time.", "Hablé con una persona en un tiempo razonable."),
        ),
        likert(
            "employee",
            "employee",
            texts("The person I spoke with was helpful.", "La persona con quien hablé me ayudó."),
        ),
        {
            "id": "contacts",
            "type": "single_choice",
            "text": texts(
                "How many times have you contacted us about this issue?",
                "¿Cuántas veces se ha comunicado con nosotros por este asunto?",
            ),
            "options": [{"code": code, "text": text} for code, text in _TIMES.items()],
        },
        comment(texts("What could we have done better?", "¿Qué podríamos haber hecho mejor?")),
    ],
    "thank_you": both(THANKS),
}

TEMPLATES: Final = (
    Template("done-page", "Done page", "As at the end of a GOV.UK service: satisfaction and how to improve.", _DONE),
    Template("csat", "Satisfaction", "Satisfaction on 1 to 5, and the reason.", _CSAT),
    Template("ces", "Customer effort", "How easy it was, on 1 to 7, and what made it so.", _CES),
    Template("nps", "Recommendation", "Likelihood to recommend on 0 to 10, and the reason.", _NPS),
    Template("post-call", "After a call", "For contact centres: satisfaction, resolution, waiting, the person.", _CALL),
)
