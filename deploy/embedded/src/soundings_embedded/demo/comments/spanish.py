"""Spanish comments, as patterns: for every service and every place, what pleased and what annoyed."""

from typing import Final

from soundings_embedded.demo.agency import (
    BENEFITS,
    CERTIFICATES,
    CHILD_CARE,
    FOOD,
    LICENSES,
    REGISTRATION,
    ROADS,
)
from soundings_embedded.demo.comments.template import CommentPhrases, Language

_PLACES: Final = {
    "website": CommentPhrases(
        good=(
            "Rápido y claro. Terminé en {short} minutos.",
            "Lo hice desde el teléfono {when}, sin ir hasta {town}.",
            "La página está bien traducida, no como antes. Todo en {short} minutos.",
            "Me llegó la confirmación enseguida. Mi {relative} también pudo hacerlo solo con el celular.",
            "Se puede guardar y seguir después. Lo terminé {when}.",
        ),
        bad=(
            "La mitad de la página está en inglés y no entendí qué documento piden.",
            "Se cerró la sesión a los {short} minutos y perdí todo lo que había escrito.",
            "Intenté subir la imagen {few} veces y siempre dice que hay un error.",
            "El buscador no encuentra nada si escribo en español. Perdí {long} minutos.",
            "El formulario no acepta los dos apellidos. Lo intenté {when} y nada.",
        ),
    ),
    "phone": CommentPhrases(
        good=(
            "Me atendieron en español desde el principio y lo resolvieron en {short} minutos.",
            "La señorita me explicó todo con mucha paciencia {when}.",
            "Una sola llamada y quedó arreglado. Me dijeron que tardaría {days} días y así fue.",
        ),
        bad=(
            "Pedí hablar en español y me colgaron {few} veces.",
            "Me pasaron con {few} personas y a todas les tuve que contar lo mismo.",
            "Quedaron en llamarme en {days} días y sigo esperando.",
        ),
    ),
    "in_person": CommentPhrases(
        good=(
            "Salí en {short} minutos. La ventanilla {window} es excelente.",
            "En {town} hay una persona que habla español y revisa los papeles en la fila.",
            "Muy amables en la ventanilla {window}, hasta me ayudaron a llenar la solicitud.",
        ),
        bad=(
            "{long} minutos de fila para que me dijeran que era en otra oficina.",
            "Solo había {few} ventanillas abiertas en {town} y mucha gente mayor de pie.",
            "Nadie hablaba español {when}. Tuvo que traducir mi {relative}.",
        ),
    ),
}

_SERVICES: Final = {
    LICENSES: CommentPhrases(
        good=(
            "Renové la licencia en {short} minutos y me llegó en {days} días.",
            "El examen de la vista fue rápido y el trato en {town} muy bueno.",
            "Perdí la licencia {when} y ese mismo día me dieron una temporal.",
        ),
        bad=(
            "La primera cita libre en {town} es dentro de {many} días.",
            "Me fotografiaron {few} veces porque la cámara no servía.",
            "Nadie avisa que hacen falta dos comprobantes de domicilio. Tuve que volver {when}.",
        ),
    ),
    REGISTRATION: CommentPhrases(
        good=(
            "Avisé que vendí la camioneta en {short} minutos y me dieron un recibo.",
            "Las placas llegaron a {town} en {days} días.",
        ),
        bad=(
            "Pagué {when} y la página todavía dice que debo.",
            "Me mandaron la calcomanía de otro carro. Llevo {many} días esperando la mía.",
            "El formulario no tiene opción para remolques.",
        ),
    ),
    ROADS: CommentPhrases(
        good=(
            "Reporté el bache {when} y a los {days} días ya estaba tapado.",
            "Arreglaron la luz frente a la escuela en {town}. Los niños están contentos.",
        ),
        bad=(
            "Dicen que ya lo repararon y el bache sigue ahí.",
            "He reportado la misma luz {few} veces y la esquina sigue a oscuras.",
            "Cada vez que llueve se inunda el camino en {town} y nadie viene.",
        ),
    ),
    BENEFITS: CommentPhrases(
        good=(
            "Me quedé sin trabajo {when} y fue más fácil de lo que pensaba.",
            "El pago llegó en {days} días. Nos salvó la renta.",
            "La certificación semanal son {few} preguntas y listo.",
        ),
        bad=(
            "La carta dice que debo dinero y no explica por qué.",
            "Las preguntas sobre el último empleo no se entienden. Estuve {long} minutos.",
            "La decisión tardó {many} días y la renta no espera.",
        ),
    ),
    FOOD: CommentPhrases(
        good=(
            "La entrevista duró {short} minutos y me explicaron cada número.",
            "Repuse mi tarjeta {when} y al otro día ya pude comprar comida.",
            "Me avisaron del mercado de {town} donde la tarjeta vale dos veces.",
        ),
        bad=(
            "Mandé los talones de pago {few} veces y me los vuelven a pedir.",
            "Me dieron la entrevista para {day} y nadie llamó.",
            "La tarjeta dejó de funcionar en la caja, con toda la fila mirando. Qué vergüenza.",
        ),
    ),
    CHILD_CARE: CommentPhrases(
        good=(
            "Encontré una guardería cerca de {town} con la lista de la página.",
            "Me aprobaron en {days} días y pude aceptar el trabajo.",
        ),
        bad=(
            "Llamé a {few} guarderías de la lista y ninguna tiene lugar para bebés.",
            "Llevo {many} días en la lista de espera y nadie sabe qué número soy.",
        ),
    ),
    CERTIFICATES: CommentPhrases(
        good=(
            "Pedí el acta {when} y llegó a los {days} días.",
            "Encontraron el acta de mi {relative} aunque el apellido estaba mal escrito.",
        ),
        bad=(
            "Mi nombre lleva acento y el acta llegó sin él.",
            "Pagué el envío rápido y tardó {many} días.",
            "Para demostrar quién soy me piden el acta que estoy pidiendo.",
        ),
    ),
}

_TROUBLE: Final = {
    "phone": (
        "Esperé {endless} minutos y se cortó la llamada.",
        "Llamé {few} veces esta semana, {endless} minutos cada vez, y nunca contestó nadie.",
        "Solo quería saber cómo va mi solicitud. {endless} minutos de música.",
        "Se me acabó el saldo del teléfono esperando. {endless} minutos.",
        "En español la espera es todavía más larga: {endless} minutos.",
    ),
    "website": (
        "No se puede ver en qué va mi solicitud, y por teléfono nadie contesta.",
        "Lleva {many} días en 'pendiente'. Pongan el estado en la página y no los llamamos más.",
        "No me llegó el pago {when}. La página dice que llame y en el teléfono esperé {endless} minutos.",
    ),
    "in_person": (
        "Vine hasta {town} porque por teléfono no contestan. {long} minutos de fila.",
        "La empleada ve mi solicitud en su pantalla. ¿Por qué yo no la puedo ver?",
    ),
}

_RELIEF: Final = {
    "phone": (
        "Me devolvieron la llamada a los {long} minutos, como prometieron.",
        "Qué diferencia con el mes pasado: contestaron enseguida, {short} minutos y listo.",
    ),
    "website": (
        "¡Por fin se ve el estado de mi solicitud! Ya no tengo que llamar.",
        "La página nueva me dijo qué documento faltaba. Lo subí {when}.",
    ),
    "in_person": ("Ahora la fila en {town} es la mitad. Se nota que el teléfono ya funciona.",),
}

_MIXED: Final = (
    "Al final bien, pero tardé {long} minutos y deberían ser {short}.",
    "La gente es buena, los formularios no.",
    "Funciona, pero es más complicado de lo necesario.",
    "Lo conseguí después de {few} intentos.",
    "Regular: {days} días es mucho tiempo.",
    "A mi {relative} le fue mejor en {town}.",
    "Unas cosas bien y otras mal.",
)

_ENDINGS_GOOD: Final = (
    "¡Gracias!",
    "Sigan así.",
    "Muy buen servicio.",
    "Ya se lo conté a mi {relative}.",
    "Ojalá todo en {town} funcionara igual.",
    "👏",
)
_ENDINGS_BAD: Final = (
    "Por favor arréglenlo.",
    "Así no se puede.",
    "Nadie me supo decir por qué.",
    "Perdí medio día de trabajo.",
    "Voy a intentar otra vez {soon}.",
    "Mi {relative} ya se dio por vencido.",
    "😞",
)

_PERSONAL: Final = (
    "Mi nombre es {person} y llevo {many} días esperando.",
    "Llámenme al 217-555-01{window}{window}, por favor, después de las seis.",
    "Me pueden escribir a {mailbox}@example.org si falta algún papel.",
    "Mi número de seguro social 219-09-9999 no lo acepta el formulario, y es correcto.",
)
_WORDS: Final = {
    "short": ("cuatro", "5", "seis", "7", "ocho", "diez", "12"),
    "long": ("20", "25", "treinta", "35", "cuarenta", "45", "50"),
    "endless": ("25", "30", "treinta y cinco", "40", "45", "cincuenta", "55"),
    "days": ("dos", "3", "cuatro", "cinco", "6", "siete"),
    "many": ("18", "20", "veinticinco", "27", "treinta", "34"),
    "few": ("dos", "tres", "cuatro", "3", "4"),
    "window": ("1", "2", "3", "4", "5", "6", "7", "8", "9"),
    "when": (
        "el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "la semana pasada", "al mediodía",
        "por la noche", "ayer",
    ),
    "soon": ("el lunes", "el jueves", "mañana", "la próxima semana"),
    "day": ("el lunes", "el martes", "el miércoles", "el jueves", "el viernes"),
    "relative": ("hijo", "hermano", "abuelo", "vecino", "esposo", "papá", "primo"),
    "person": ("Rosa Quillfeather", "Elena Torreblanda", "Miguel Rioseco"),
    "mailbox": ("rq.larkmere", "luna.azul", "panadero12", "la.esquina"),
}  # fmt: skip

SPANISH: Final = Language(
    places=_PLACES,
    services=_SERVICES,
    trouble=_TROUBLE,
    relief=_RELIEF,
    mixed=_MIXED,
    endings=CommentPhrases(_ENDINGS_GOOD, _ENDINGS_BAD),
    personal=_PERSONAL,
    words=_WORDS,
)
