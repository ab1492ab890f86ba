"""The State of Larkmere: a place on no map, its departments, and what each of its services is like to use."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

AGENCY_ID: Final = "larkmere"
AGENCY_NAME: Final = "State of Larkmere"
TIME_ZONE: Final = "America/Chicago"
TOWNS: Final = ("Harrow Creek", "Eastmarsh", "Hollinford", "Stonewick", "Port Sable", "Underhill", "Larkmere City")

DEPARTMENTS: Final = MappingProxyType(
    {
        "larkmere-mobility": {"en": "Department of Mobility", "es": "Departamento de Movilidad"},
        "larkmere-work-and-family": {"en": "Department of Work and Family", "es": "Departamento de Trabajo y Familia"},
        "larkmere-registers": {"en": "Department of Registers", "es": "Departamento de Registros"},
    }
)

FORM_ID: Final = "larkmere-feedback"
"""The short form of one service; an overall score is all it asks for."""
SITE_FORM: Final = "larkmere-site-survey"
CALL_FORM: Final = "larkmere-after-call"
COUNTER_FORM: Final = "larkmere-counter"

WEB: Final = "larkmere-web"
CONTACT_CENTRE: Final = "larkmere-contact-centre"
SURVEYS: Final = "larkmere-surveys"
COUNTERS: Final = "larkmere-counters"
REQUESTS: Final = "larkmere-requests"
BACK_OFFICE: Final = "larkmere-back-office"

SMILEY: Final = "larkmere-smiley"
OBSTACLE: Final = "larkmere-obstacle"

Place = Literal["website", "phone", "in_person"]
"""The three channels on which people are asked what they think."""


@dataclass(frozen=True, slots=True)
class DailyVolumes:
    """How much comes in on an ordinary weekday; ``answers`` are to the surveys of the three places."""

    calls: float = 0.0
    visits: float = 0.0
    chats: float = 0.0
    emails: float = 0.0
    searches: float = 0.0
    transactions: float = 0.0
    requests: float = 0.0
    answers: tuple[tuple[Place, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceProfile:
    """A service: its names, how satisfied people are (on 1–5, before rounding), and how long callers wait in seconds.

    ``tallied`` are the transactions per month that only the back office counts, by channel.
    """

    id: str
    department: str
    en: str
    es: str
    description: str
    path: str
    mood: float
    wait_s: float
    spanish: float
    volumes: DailyVolumes
    topics: tuple[str, ...]
    tallied: tuple[tuple[str, int], ...] = ()
    high_impact: bool = False

    @property
    def short(self) -> str:
        """The id without the agency, for ids of records."""
        return self.id.removeprefix(f"{AGENCY_ID}-")

    @property
    def is_online(self) -> bool:
        """Whether anything can be done on the website."""
        return self.volumes.searches > 0

    @property
    def has_kiosk(self) -> bool:
        """Whether smileys stand at its counters: where many people come."""
        return self.volumes.visits >= _KIOSK_FROM


_KIOSK_FROM: Final = 6.0
BENEFITS: Final = "larkmere-unemployment-benefits"
"""The service whose telephone broke down, and was mended."""
LICENSES: Final = "larkmere-driver-licenses"
REGISTRATION: Final = "larkmere-vehicle-registration"
ROADS: Final = "larkmere-road-repairs"
FOOD: Final = "larkmere-food-assistance"
CHILD_CARE: Final = "larkmere-child-care"
CERTIFICATES: Final = "larkmere-certificates"
MOORINGS: Final = "larkmere-boat-moorings"
"""So few people write to it that the public may not see how many."""

SERVICES: Final = (
    ServiceProfile(
        id=LICENSES,
        department="larkmere-mobility",
        en="Driver licenses",
        es="Licencias de conducir",
        description="Get, renew or replace a license to drive.",
        path="/licenses/renew",
        mood=4.0,
        wait_s=26,
        spanish=0.18,
        volumes=DailyVolumes(
            calls=10.5,
            visits=9.5,
            chats=4,
            emails=3,
            searches=2,
            answers=(("website", 8), ("phone", 5), ("in_person", 7)),
        ),
        topics=("renewal", "lost-license", "eye-test", "appointment", "address-change"),
        tallied=(("website", 5200), ("in_person", 3900), ("postal_mail", 450)),
        high_impact=True,
    ),
    ServiceProfile(
        id=REGISTRATION,
        department="larkmere-registers",
        en="Vehicle registration",
        es="Registro de vehículos",
        description="Register a vehicle, or tell us that you sold one.",
        path="/vehicles/register",
        mood=3.85,
        wait_s=32,
        spanish=0.15,
        volumes=DailyVolumes(
            calls=6,
            visits=6.5,
            emails=2.5,
            searches=1.5,
            answers=(("website", 7.5), ("in_person", 5.5)),
        ),
        topics=("new-plates", "sold-vehicle", "fees", "title"),
        tallied=(("website", 7100), ("in_person", 2600), ("postal_mail", 900)),
    ),
    ServiceProfile(
        id=ROADS,
        department="larkmere-mobility",
        en="Road and street light repairs",
        es="Reparación de vías y alumbrado",
        description="Tell us about a pothole, a broken light or a lost sign.",
        path="/roads/report",
        mood=3.6,
        wait_s=22,
        spanish=0.14,
        volumes=DailyVolumes(calls=4, searches=1, requests=8, answers=(("website", 6),)),
        topics=("pothole", "street-light", "traffic-signal", "road-sign", "drainage"),
    ),
    ServiceProfile(
        id=BENEFITS,
        department="larkmere-work-and-family",
        en="Unemployment benefits",
        es="Subsidio por desempleo",
        description="Claim support while you look for work, and certify every week.",
        path="/benefits/claim",
        mood=3.75,
        wait_s=38,
        spanish=0.3,
        volumes=DailyVolumes(
            calls=13,
            visits=5,
            searches=3,
            transactions=4,
            answers=(("website", 8), ("phone", 6), ("in_person", 4)),
        ),
        topics=("claim-status", "weekly-certification", "payment-missing", "identity-check", "appeal"),
        high_impact=True,
    ),
    ServiceProfile(
        id=FOOD,
        department="larkmere-work-and-family",
        en="Food assistance",
        es="Ayuda alimentaria",
        description="Help with the cost of groceries for households with little income.",
        path="/food/apply",
        mood=3.9,
        wait_s=36,
        spanish=0.34,
        volumes=DailyVolumes(
            calls=8,
            searches=2,
            transactions=2.5,
            answers=(("website", 6.5), ("phone", 5)),
        ),
        topics=("eligibility", "card-lost", "recertification", "interview", "balance"),
        high_impact=True,
    ),
    ServiceProfile(
        id=CHILD_CARE,
        department="larkmere-work-and-family",
        en="Child care assistance",
        es="Ayuda para el cuidado infantil",
        description="Help with the cost of child care while parents work or study.",
        path="/child-care/apply",
        mood=3.7,
        wait_s=30,
        spanish=0.28,
        volumes=DailyVolumes(
            calls=5,
            searches=1.5,
            transactions=1.5,
            answers=(("website", 6),),
        ),
        topics=("eligibility", "provider-list", "copayment", "waiting-list"),
    ),
    ServiceProfile(
        id=CERTIFICATES,
        department="larkmere-registers",
        en="Birth and marriage certificates",
        es="Actas de nacimiento y matrimonio",
        description="Order a certified copy of a record.",
        path="/records/order",
        mood=4.15,
        wait_s=18,
        spanish=0.24,
        volumes=DailyVolumes(
            calls=5,
            visits=6,
            emails=2,
            searches=1.5,
            transactions=2.5,
            answers=(("website", 7), ("in_person", 5)),
        ),
        topics=("order-status", "correction", "proof-of-identity", "delivery"),
    ),
    ServiceProfile(
        id=MOORINGS,
        department="larkmere-registers",
        en="Boat moorings",
        es="Amarres de embarcaciones",
        description="Rent a mooring from the state's harbors.",
        path="/moorings",
        mood=4.0,
        wait_s=15,
        spanish=0.1,
        volumes=DailyVolumes(emails=0.2),
        topics=("season-permit", "waiting-list"),
    ),
)

TOUCHPOINTS: Final = MappingProxyType({LICENSES: f"{LICENSES}-sent", BENEFITS: f"{BENEFITS}-sent"})
"""The moment after a form was sent on the website, by service."""

SERVICE_NAMES: Final = {service.id: service.en for service in SERVICES}
"""The services' English names by id, for tables."""
