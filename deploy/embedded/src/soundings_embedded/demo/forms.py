"""The four forms with which Larkmere asks: one on each channel, and the short one of driver licenses."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from soundings_embedded.demo.agency import (
    AGENCY_ID,
    CALL_FORM,
    COUNTER_FORM,
    COUNTERS,
    FORM_ID,
    LICENSES,
    OBSTACLE,
    SERVICES,
    SITE_FORM,
    SURVEYS,
    WEB,
    Place,
)

Json = dict[str, object]

COMMENT_MAX: Final = 2000
OBSTACLES: Final = MappingProxyType(
    {
        "hard-to-find": ("Hard to find", "Difícil de encontrar"),
        "hard-to-understand": ("Hard to understand", "Difícil de entender"),
        "technical": ("A technical problem", "Un problema técnico"),
        "documents": ("Too many documents", "Demasiados documentos"),
        "waiting": ("It took too long", "Tardó demasiado"),
        "nobody-to-ask": ("Nobody to ask", "Nadie a quien preguntar"),
    }
)
OBSTACLE_SHOWN_FOR: Final = (1, 2, 3)
"""The overall scores after which people are asked what stood in the way."""


def texts(en: str, es: str) -> dict[str, str]:
    """A text in both languages."""
    return {"en": en, "es": es}


def _likert(question: str, measure: str, en: str, es: str) -> Json:
    return {"id": question, "type": "likert", "measure": measure, "text": texts(en, es)}


_SATISFIED: Final = (
    ("Very dissatisfied", "Muy insatisfecho"),
    ("Dissatisfied", "Insatisfecho"),
    ("Neither satisfied nor dissatisfied", "Ni satisfecho ni insatisfecho"),
    ("Satisfied", "Satisfecho"),
    ("Very satisfied", "Muy satisfecho"),
)
_OVERALL: Final[Json] = {
    **_likert(
        "overall",
        "satisfaction",
        "Overall, how satisfied are you with the service today?",
        "En general, ¿qué tan satisfecho está con el servicio de hoy?",
    ),
    "labels": [texts(en, es) for en, es in _SATISFIED],
    "required": True,
}
_TRUST = _likert(
    "trust",
    "trust",
    "This increased my trust in the State of Larkmere.",
    "Esto aumentó mi confianza en el Estado de Larkmere.",
)
_EFFECTIVENESS = _likert("effectiveness", "effectiveness", "My need was addressed.", "Se atendió lo que yo necesitaba.")
_EASE = _likert("ease", "ease", "It was easy to do what I needed.", "Fue fácil hacer lo que necesitaba.")
_EFFICIENCY = _likert("efficiency", "efficiency", "It took a reasonable time.", "Tomó un tiempo razonable.")
_TRANSPARENCY = _likert(
    "transparency", "transparency", "I understood what was asked of me.", "Entendí lo que se me pedía."
)
_EMPLOYEE = _likert("employee", "employee", "The people I met were helpful.", "Las personas me ayudaron.")
_EFFORT: Final[Json] = {
    "id": "effort",
    "type": "ces",
    "measure": "ces",
    "text": texts("Larkmere made it easy for me.", "Larkmere me lo hizo fácil."),
}
_RECOMMEND: Final[Json] = {
    "id": "recommend",
    "type": "nps",
    "measure": "nps",
    "text": texts("Would you tell a friend to come here?", "¿Le diría a un amigo que venga aquí?"),
}
_OBSTACLE: Final[Json] = {
    "id": "obstacle",
    "type": "multi_choice",
    "measure": OBSTACLE,
    "text": texts("What stood in the way?", "¿Qué le estorbó?"),
    "options": [{"code": code, "text": texts(en, es)} for code, (en, es) in OBSTACLES.items()],
    "show_when": {"question": "overall", "in": list(OBSTACLE_SHOWN_FOR)},
}
_COMMENT: Final[Json] = {
    "id": "comment",
    "type": "long_text",
    "text": texts("What should we know?", "¿Qué deberíamos saber?"),
    "help": texts("Please do not write names or numbers.", "Por favor no escriba nombres ni números."),
    "max_length": COMMENT_MAX,
}


def _form(source: str, services: list[str], en: str, es: str, *questions: Json) -> Json:
    return {
        "agency_id": AGENCY_ID,
        "service_ids": services,
        "source_id": source,
        "title": texts(en, es),
        "questions": list(questions),
        "thank_you": texts("Thank you. We read every comment.", "Gracias. Leemos todos los comentarios."),
    }


def _asked(place: Place) -> list[str]:
    return [profile.id for profile in SERVICES if any(where == place for where, _ in profile.volumes.answers)]


FORMS: Final[Mapping[str, Json]] = MappingProxyType(
    {
        FORM_ID: _form(
            WEB, [LICENSES], "Your driver license", "Su licencia de conducir", _OVERALL, _EASE, _EFFORT, _COMMENT
        ),
        SITE_FORM: _form(
            WEB,
            _asked("website"),
            "Your visit to our website",
            "Su visita a nuestro sitio",
            *(_OVERALL, _TRUST, _EFFECTIVENESS, _EASE, _EFFICIENCY, _TRANSPARENCY, _OBSTACLE, _COMMENT),
        ),
        CALL_FORM: _form(
            SURVEYS,
            _asked("phone"),
            "Your call",
            "Su llamada",
            *(_OVERALL, _TRUST, _EFFECTIVENESS, _EFFICIENCY, _EMPLOYEE, _COMMENT),
        ),
        COUNTER_FORM: _form(
            COUNTERS,
            _asked("in_person"),
            "Your visit to our office",
            "Su visita a nuestra oficina",
            *(_OVERALL, _EASE, _EMPLOYEE, _RECOMMEND, _COMMENT),
        ),
    }
)
