"""What people type into the search of the website, and how many results it has; none, where a page is missing."""

from collections.abc import Mapping
from types import MappingProxyType
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

Queries = Mapping[str, tuple[tuple[str, int], ...]]

ANSWERED_SINCE_CHANGE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": ("claim status", "where is my payment", "why is my claim pending", "call me back"),
        "es": ("estado de mi solicitud", "no me llega el pago"),
    }
)
"""Queries of the troubled service that find something only once it is mended."""

_ENGLISH: Final[Queries] = {
    LICENSES: (
        ("renew license", 9), ("lost license", 6), ("appointment eye test", 4), ("proof of address", 5),
        ("license for motorcycle", 3), ("organ donor", 1), ("license at 90 years old", 0),
    ),
    REGISTRATION: (
        ("sold my car", 5), ("registration fee", 8), ("new plates", 6), ("trailer", 0), ("title transfer", 4),
    ),
    ROADS: (("pothole", 7), ("street light out", 4), ("flooded street", 3), ("snow plow schedule", 0)),
    BENEFITS: (
        ("weekly certification", 8), ("apply for unemployment", 12), ("claim status", 0), ("part time work", 3),
        ("identity check", 4), ("appeal decision", 5), ("tax form for benefits", 2),
    ),
    FOOD: (
        ("apply food assistance", 9), ("card balance", 5), ("lost card", 6), ("farmers market", 2), ("income limit", 7),
    ),
    CHILD_CARE: (("find child care", 6), ("copayment table", 3), ("waiting list", 2), ("night shift child care", 0)),
    CERTIFICATES: (
        ("birth certificate", 10), ("marriage certificate copy", 7), ("correct a name", 3), ("apostille", 0),
    ),
}  # fmt: skip
_SPANISH: Final[Queries] = {
    LICENSES: (("renovar licencia", 3), ("cita examen de la vista", 0), ("licencia perdida", 2)),
    REGISTRATION: (("vendí mi carro", 0), ("placas nuevas", 2), ("costo del registro", 1)),
    ROADS: (("bache", 2), ("alumbrado", 0)),
    BENEFITS: (("solicitar desempleo", 4), ("certificación semanal", 3), ("estado de mi solicitud", 0), ("apelar", 1)),
    FOOD: (("solicitar ayuda de comida", 3), ("saldo de la tarjeta", 2), ("tarjeta perdida", 0)),
    CHILD_CARE: (("guarderías cerca", 2), ("lista de espera", 0)),
    CERTIFICATES: (("acta de nacimiento", 4), ("acta de matrimonio", 3), ("corregir apellido", 0)),
}
QUERIES: Final[Mapping[str, Queries]] = MappingProxyType({"en": _ENGLISH, "es": _SPANISH})
