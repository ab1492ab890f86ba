"""The texts of the receipt page, in the languages of the form messages."""

from collections.abc import Mapping
from typing import Final

from soundings.i18n.languages import primary_subtag

_ORDER: Final = ("en", "es", "ar")
_TABLE: Final[Mapping[str, tuple[str, str, str]]] = {
    "title": ("Your answer", "Su respuesta", "إجابتك"),
    "about": (
        "This receipt belongs to an answer that you sent.",
        "Este recibo corresponde a una respuesta que usted envió.",
        "يخص هذا الإيصال إجابة أرسلتها.",
    ),
    "form": ("Form", "Formulario", "النموذج"),
    "agency": ("Agency", "Organismo", "الجهة"),
    "effect": (
        (
            "An erased answer leaves every count and list made from then on, and our log within 90 days. "
            "Figures already published keep their counts. Erasing cannot be undone."
        ),
        (
            "Una respuesta borrada sale de todo recuento y lista que se haga desde entonces, y de nuestro registro en "
            "90 días. Las cifras ya publicadas no cambian. El borrado no se puede deshacer."
        ),
        (
            "الإجابة المحذوفة تخرج من كل إحصاء وقائمة تُعد بعد ذلك، ومن سجلنا خلال 90 يومًا. "
            "الأرقام المنشورة من قبل تبقى كما هي. لا يمكن التراجع عن الحذف."
        ),
    ),
    "erase": ("Erase my answer", "Borrar mi respuesta", "احذف إجابتي"),
    "link": ("Erase this answer", "Borrar esta respuesta", "احذف هذه الإجابة"),
    "erased": ("Your answer is erased.", "Su respuesta está borrada.", "تم حذف إجابتك."),
    "invalid": ("There is no such receipt", "No existe ese recibo", "لا يوجد إيصال كهذا"),
    "invalid_help": (
        "The address is mistyped or not complete.",
        "La dirección está mal escrita o incompleta.",
        "العنوان مكتوب خطأ أو غير مكتمل.",
    ),
    "held": (
        "This answer cannot be erased now",
        "Esta respuesta no se puede borrar ahora",
        "لا يمكن حذف هذه الإجابة الآن",
    ),
    "held_help": (
        "The law requires the agency to keep it for now. Please ask the agency. Nothing was erased.",
        "La ley obliga al organismo a conservarla por ahora. Consulte al organismo. No se ha borrado nada.",
        "يلزم القانون الجهة بالاحتفاظ بها حاليًا. يرجى سؤال الجهة. لم يُحذف شيء.",
    ),
    "unavailable": (
        "Your answer could not be erased just now",
        "No se pudo borrar su respuesta ahora",
        "تعذر حذف إجابتك الآن",
    ),
    "unavailable_help": (
        "Please try again in a few minutes.",
        "Inténtelo de nuevo en unos minutos.",
        "يرجى المحاولة مرة أخرى بعد بضع دقائق.",
    ),
}
RECEIPT_LANGUAGES: Final = _ORDER


def receipt_messages(language: str) -> Mapping[str, str]:
    """The texts in a language, else in English."""
    tag = primary_subtag(language)
    place = _ORDER.index(tag) if tag in _ORDER else 0
    return {key: texts[place] for key, texts in _TABLE.items()}
