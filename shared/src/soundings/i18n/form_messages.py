"""The words around the questions of a form, in the languages that we speak; a form may bring its own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from soundings.i18n.languages import primary_subtag

_ORDER: Final = ("en", "es", "ar")
_TABLE: Final[Mapping[str, tuple[str, str, str]]] = {
    # what people press
    "send": ("Send", "Enviar", "إرسال"),
    "continue": ("Continue", "Continuar", "متابعة"),
    "back": ("Back", "Atrás", "رجوع"),
    "close": ("Close", "Cerrar", "إغلاق"),
    "try_again": ("Try again", "Intentar de nuevo", "حاول مرة أخرى"),
    "feedback": ("Feedback", "Comentarios", "رأيك يهمنا"),
    "own_page": (
        "Open the form on its own page",
        "Abrir el formulario en su propia página",
        "افتح النموذج في صفحة مستقلة",
    ),
    # what stands around a question
    "language": ("Language", "Idioma", "اللغة"),
    "page_of": ("Page {page} of {pages}", "Página {page} de {pages}", "الصفحة {page} من {pages}"),
    "required": ("required", "obligatorio", "إلزامي"),
    "optional": ("optional", "opcional", "اختياري"),
    "choose_any": ("Choose all that apply.", "Elija todas las que correspondan.", "اختر كل ما ينطبق."),
    "select": ("Choose an answer", "Elija una respuesta", "اختر إجابة"),
    "limit": ("Up to {limit} characters.", "Hasta {limit} caracteres.", "حتى {limit} حرفًا."),
    "left": ("{left} characters left", "Quedan {left} caracteres", "بقي {left} حرفًا"),
    "over": ("{over} characters too many", "Sobran {over} caracteres", "تجاوزت الحد بمقدار {over} حرفًا"),
    "private": (
        "Please do not write names, addresses or numbers that tell who you or others are.",
        "Por favor, no escriba nombres, direcciones ni números que identifiquen a usted o a otras personas.",
        "يرجى عدم كتابة أسماء أو عناوين أو أرقام تدل عليك أو على غيرك.",
    ),
    "looks_private": (
        "This looks like personal data. You can remove it before you send.",
        "Esto parece un dato personal. Puede quitarlo antes de enviar.",
        "يبدو أن هذه بيانات شخصية. يمكنك حذفها قبل الإرسال.",
    ),
    "contact_address": (
        "Your e-mail address or telephone number",
        "Su correo electrónico o número de teléfono",
        "بريدك الإلكتروني أو رقم هاتفك",
    ),
    "only_if": ("Answer this if you chose: {answers}", "Responda si eligió: {answers}", "أجب إذا اخترت: {answers}"),
    # what is wrong
    "problem": ("There is a problem", "Hay un problema", "هناك مشكلة"),
    "error": ("Error:", "Error:", "خطأ:"),
    "missing_choice": ("Choose an answer", "Elija una respuesta", "اختر إجابة"),
    "missing_text": ("Write an answer", "Escriba una respuesta", "اكتب إجابة"),
    "missing_date": ("Enter a date", "Indique una fecha", "أدخل تاريخًا"),
    "bad_date": (
        "Enter a real date, such as 2026-03-27",
        "Indique una fecha real, como 2026-03-27",
        "أدخل تاريخًا صحيحًا، مثل 2026-03-27",
    ),
    "too_long": (
        "Shorten this to {limit} characters or fewer",
        "Acorte el texto a {limit} caracteres o menos",
        "اختصر النص إلى {limit} حرفًا أو أقل",
    ),
    "invalid": ("This answer cannot be taken", "No se puede aceptar esta respuesta", "لا يمكن قبول هذه الإجابة"),
    "contact_consent_missing": (
        "Tick the box if we may contact you, or remove the address",
        "Marque la casilla si podemos comunicarnos con usted, o quite la dirección",
        "ضع علامة في المربع إذا وافقت على أن نتصل بك، أو احذف العنوان",
    ),
    "contact_address_missing": (
        "Enter an e-mail address or telephone number, or clear the box above",
        "Indique un correo electrónico o número de teléfono, o desmarque la casilla de arriba",
        "أدخل بريدًا إلكترونيًا أو رقم هاتف، أو أزل العلامة من المربع أعلاه",
    ),
    "contact_address_invalid": (
        "Enter an e-mail address such as name@example.org, or a telephone number",
        "Indique un correo electrónico como nombre@example.org, o un número de teléfono",
        "أدخل بريدًا إلكترونيًا مثل name@example.org، أو رقم هاتف",
    ),
    # what becomes of an answer
    "sending": ("Sending …", "Enviando…", "جارٍ الإرسال…"),
    "thank_you": (
        "Thank you. Your answer has been received.",
        "Gracias. Hemos recibido su respuesta.",
        "شكرًا لك. لقد تلقينا إجابتك.",
    ),
    "receipt": (
        "Keep this receipt if you may want your answer erased:",
        "Guarde este recibo por si quiere que se borre su respuesta:",
        "احتفظ بهذا الإيصال إذا كنت قد ترغب في حذف إجابتك:",
    ),
    "erasure": (
        "An erased answer leaves every count and every list at once, and our log, which nobody reads, within 90 days.",
        "Una respuesta borrada sale de inmediato de todo recuento y lista, y en 90 días del registro, que nadie lee.",
        "الإجابة المحذوفة تخرج فورًا من كل إحصاء وكل قائمة، ومن سجلنا الذي لا يقرؤه أحد خلال 90 يومًا.",
    ),
    "failed": (
        "Your answer could not be sent. Nothing you wrote is lost.",
        "No se pudo enviar su respuesta. No se ha perdido nada de lo que escribió.",
        "تعذر إرسال إجابتك. لم يُفقد شيء مما كتبته.",
    ),
    "kept": (
        "Your answer is kept on this device and will be sent when the connection is back.",
        "Su respuesta queda guardada en este dispositivo y se enviará cuando vuelva la conexión.",
        "إجابتك محفوظة على هذا الجهاز وسترسل عند عودة الاتصال.",
    ),
    "not_open_yet": (
        "This form is not open yet.",
        "Este formulario todavía no está abierto.",
        "هذا النموذج لم يُفتح بعد.",
    ),
    "closed": (
        "This form is closed. Thank you for wanting to answer.",
        "Este formulario está cerrado. Gracias por querer responder.",
        "هذا النموذج مغلق. شكرًا لرغبتك في الإجابة.",
    ),
    "no_form": ("There is no such form.", "No existe ese formulario.", "لا يوجد نموذج بهذا العنوان."),
    # the points of scales
    "yes": ("Yes", "Sí", "نعم"),
    "no": ("No", "No", "لا"),
    "thumbs_up": ("Good", "Bien", "جيد"),
    "thumbs_down": ("Not good", "Mal", "غير جيد"),
    "agree_1": ("Strongly disagree", "Totalmente en desacuerdo", "لا أوافق بشدة"),
    "agree_2": ("Disagree", "En desacuerdo", "لا أوافق"),
    "agree_3": ("Neutral", "Neutral", "محايد"),
    "agree_4": ("Agree", "De acuerdo", "أوافق"),
    "agree_5": ("Strongly agree", "Totalmente de acuerdo", "أوافق بشدة"),
    "stars": ("{n} of 5 stars", "{n} de 5 estrellas", "{n} من 5 نجوم"),
    "likely_low": ("Not at all likely", "Nada probable", "غير محتمل إطلاقًا"),
    "likely_high": ("Extremely likely", "Muy probable", "محتمل جدًا"),
}

KEYS: Final = frozenset(_TABLE)
"""What a form may have its own words for."""
LANGUAGES: Final = frozenset(_ORDER)
"""The languages in which we have all words."""
WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        language: MappingProxyType({key: texts[number] for key, texts in _TABLE.items()})
        for number, language in enumerate(_ORDER)
    }
)
"""All words, by language."""


def form_messages(language: str, own: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """All words in a language: the form's ``own`` (by key, then language), else ours, else in English."""
    ours = WORDS.get(language.lower()) or WORDS.get(primary_subtag(language)) or WORDS["en"]
    return {key: own[key][language] if key in own and language in own[key] else text for key, text in ours.items()}


def is_supported_language(language: str) -> bool:
    """Whether we have our words in this language."""
    return primary_subtag(language) in LANGUAGES
