"""What the catalogue says: one whole snapshot per entity, with the same bodies that people PUT."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from soundings.events.base import EventData, Instant, Revision
from soundings.events.topics import CATALOGUE, TopicSpec
from soundings.kernel.ids import is_slug
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import ContactDirection, ContactOutcome, ContactReason, InteractionKind, ServiceChannel


def _valid_slug(text: str) -> str:
    if not is_slug(text):
        raise ValueError("must be a slug: 1 to 100 of a-z, 0-9, - and _, beginning and ending with a letter or digit")
    return text


Slug = Annotated[str, AfterValidator(_valid_slug)]
LanguageTag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Texts = Annotated[dict[LanguageTag, Text], Field(min_length=1, max_length=60)]
"""Text per language, by BCP 47 tag."""

Category = Literal["quality", "responsiveness", "timeliness", "quantity", "adoption", "cost"]
Accepts = Literal["responses", "interactions", "tallies"]
OnlineStep = Literal["yes", "no", "not_applicable"]
Vendor = Literal["amazon-connect", "genesys-cloud", "twilio", "zendesk", "generic-csv"]
ColumnOf = Literal[
    "id", "root_id", "service_id", "channel", "kind", "direction", "topic", "reason", "started_at", "enqueued_at",
    "answered_at", "ended_at", "wait_s", "talk_s", "hold_s", "wrap_up_s", "outcome", "transferred_to", "team",
    "query", "results", "cost", "language", "person", "revision",
]  # fmt: skip
"""What a column of a generic CSV file can be: a field of an interaction record."""
SEALED_PREFIX = "sealed:v1:"
Sealed = Annotated[str, Field(pattern=r"^sealed:v1:[A-Za-z0-9_-]{40,2000}$")]
"""A secret that only the listening service can open; it is bound to its source and vendor."""


class EntityBody(BaseModel):
    """The editable fields of an entity; unknown fields are rejected by HTTP and ignored on the log."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AgencyBody(EntityBody):
    name: Texts
    time_zone: str
    fiscal_year_start: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-01$")] = "01-01"
    default_language: LanguageTag = "en"
    suppression_threshold: Annotated[int, Field(ge=5, le=30)] = 11
    strict_suppression: bool = False
    subject_key_version: Annotated[int, Field(ge=1, le=1000)] = 1


class DepartmentBody(EntityBody):
    agency_id: Slug
    parent_id: Slug | None = None
    name: Texts


class OnlineSteps(EntityBody):
    """The steps of a service that can be done online."""

    registration: OnlineStep = "not_applicable"
    authentication: OnlineStep = "not_applicable"
    application: OnlineStep = "not_applicable"
    decision: OnlineStep = "not_applicable"
    issuance: OnlineStep = "not_applicable"
    issue_resolution: OnlineStep = "not_applicable"


class ServiceChannelBody(EntityBody):
    """How a service is offered on one channel."""

    channel: ServiceChannel
    address: str | None = None
    hours: str | None = None
    accessibility: str | None = None
    languages: tuple[LanguageTag, ...] = ()
    offered: bool = True


class ServiceBody(EntityBody):
    """A service; ``channels`` holds names of channels, or objects where more is known."""

    agency_id: Slug
    department_id: Slug
    name: Texts
    description: Texts | None = None
    eligibility: Texts | None = None
    channels: tuple[ServiceChannel | ServiceChannelBody, ...] = ()
    audience: tuple[Literal["public", "business", "internal"], ...] = ("public",)
    owner: str | None = None
    life_events: tuple[str, ...] = ()
    fees: Texts | None = None
    documents: tuple[str, ...] = ()
    processing_time: Texts | None = None
    online_steps: OnlineSteps | None = None
    feedback_channels: tuple[ServiceChannel, ...] = ()
    high_impact: bool = False
    identifiers: dict[str, str] = {}
    assured_by: str | None = None
    assured_at: Instant | None = None
    review_due_at: Instant | None = None
    draft: bool = False


class MeasureBody(EntityBody):
    agency_id: Slug
    name: Texts
    category: Category
    scale: MeasureScale
    direction: Literal["up", "down"]
    version: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    wording: Texts | None = None
    internal: bool = False


class ConnectorRule(EntityBody):
    """What one value in a vendor's records says of a contact; case and outer space do not matter."""

    field: Annotated[str, Field(min_length=1, max_length=200)]
    value: Annotated[str, Field(min_length=1, max_length=500)]
    service_id: Slug | None = None
    topic: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=20)] = ()
    reason: ContactReason | None = None
    channel: ServiceChannel | None = None
    kind: InteractionKind | None = None
    direction: ContactDirection | None = None
    outcome: ContactOutcome | None = None


class ConnectorBody(EntityBody):
    """How the records of one vendor become interaction records of this source.

    ``service_id`` holds where no rule names a service. ``keep`` lists the fields whose raw value is kept among the
    attributes. ``columns``, ``time_zone`` and ``dates`` are for generic CSV, ``signing_secret`` for Zendesk.
    """

    vendor: Vendor
    service_id: Slug | None = None
    rules: Annotated[tuple[ConnectorRule, ...], Field(max_length=1000)] = ()
    keep: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=15)] = ()
    columns: dict[ColumnOf, Annotated[str, Field(min_length=1, max_length=200)]] = {}
    time_zone: str | None = None
    dates: Literal["iso", "day_first", "month_first"] = "iso"
    signing_secret: Sealed | None = None


class RetentionBody(EntityBody):
    """How long the text of a source lives: ``text_days`` after it was said, for good where left out.

    While there is a ``legal_hold`` nothing of the source is removed or erased.
    """

    text_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    legal_hold: bool = False


class SourceBody(RetentionBody):
    agency_id: Slug
    name: Annotated[str, Field(min_length=1, max_length=500)]
    kind: Annotated[str, Field(min_length=1, max_length=100)]
    service_ids: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=1000)]
    accepts: Annotated[tuple[Accepts, ...], Field(min_length=1)]
    default_channel: ServiceChannel
    origins: tuple[str, ...] = ()
    connectors: Annotated[tuple[ConnectorBody, ...], Field(max_length=5)] = ()


class StandardBody(EntityBody):
    service_id: Slug
    channel: ServiceChannel | None = None
    metric: Annotated[str, Field(min_length=1, max_length=100)]
    params: dict[str, str | int | float] = {}
    measure: Slug | None = None
    comparison: Literal[">=", "<="]
    target: float
    window: Annotated[str, Field(min_length=1, max_length=40)]
    category: Literal["access", "accuracy", "timeliness", "satisfaction", "other"]


class TouchpointBody(EntityBody):
    service_id: Slug
    name: Texts
    stage: str | None = None
    journey: Literal["as_is", "to_be"] = "as_is"
    channel: ServiceChannel | None = None


class ArticleBody(EntityBody):
    agency_id: Slug
    service_id: Slug | None = None
    language: LanguageTag = "en"
    question: Annotated[str, Field(min_length=1, max_length=1000)]
    answer: Annotated[str, Field(min_length=1, max_length=50_000)]
    owner: str | None = None
    assured_at: Instant | None = None


class PersonaBody(EntityBody):
    agency_id: Slug
    name: Texts
    description: Texts | None = None


class SourceKey(EntityBody):
    """A source's key as feedback-api knows it: only the hash of the secret."""

    source_id: Slug
    key_hash: str


class TokenRevocation(EntityBody):
    """A revoked staff token; after ``expires_at`` the record may be dropped."""

    jti: Annotated[str, Field(min_length=1, max_length=500)]
    expires_at: Instant


class CatalogueChanged(EventData):
    """A whole entity as it now is. ``revision`` rises with every change; retired means no longer in force."""

    TOPIC: ClassVar[TopicSpec] = CATALOGUE
    ENTITY: ClassVar[str]

    id: str
    revision: Revision
    state: Literal["active", "retired"] = "active"
    changed_at: Instant

    def event_source(self) -> str:
        return "/catalogue"

    def event_id(self) -> str:
        return f"{self.ENTITY}:{self.id}:{self.revision}"

    def partition_key(self) -> str:
        return f"{self.ENTITY}/{self.id}"

    def event_time(self) -> datetime:
        return self.changed_at


class AgencyChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.agency.v1"
    ENTITY: ClassVar[str] = "agency"
    body: AgencyBody


class DepartmentChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.department.v1"
    ENTITY: ClassVar[str] = "department"
    body: DepartmentBody


class ServiceChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.service.v1"
    ENTITY: ClassVar[str] = "service"
    body: ServiceBody


class MeasureVersion(EntityBody):
    """A version of a measure: one wording, one scale, in force from ``since``."""

    version: int
    scale: MeasureScale
    since: Instant
    wording: Texts | None = None


class MeasureChanged(CatalogueChanged):
    """``versions`` lists every version that the measure has had: its scale, and when it came into force."""

    TYPE: ClassVar[str] = "gov.soundings.catalogue.measure.v1"
    ENTITY: ClassVar[str] = "measure"
    body: MeasureBody
    versions: tuple[MeasureVersion, ...] = ()


class SourceChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.source.v1"
    ENTITY: ClassVar[str] = "source"
    body: SourceBody


class SourceKeyChanged(CatalogueChanged):
    """``id`` is the key's id; a revoked key is retired."""

    TYPE: ClassVar[str] = "gov.soundings.catalogue.source_key.v1"
    ENTITY: ClassVar[str] = "source_key"
    body: SourceKey


class StandardChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.standard.v1"
    ENTITY: ClassVar[str] = "standard"
    body: StandardBody


class TouchpointChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.touchpoint.v1"
    ENTITY: ClassVar[str] = "touchpoint"
    body: TouchpointBody


class ArticleChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.article.v1"
    ENTITY: ClassVar[str] = "article"
    body: ArticleBody


class PersonaChanged(CatalogueChanged):
    TYPE: ClassVar[str] = "gov.soundings.catalogue.persona.v1"
    ENTITY: ClassVar[str] = "persona"
    body: PersonaBody


class TokenRevocationChanged(CatalogueChanged):
    """``id`` is the SHA-256 of the token's ``jti``, because that may hold any character."""

    TYPE: ClassVar[str] = "gov.soundings.catalogue.token_revocation.v1"
    ENTITY: ClassVar[str] = "token_revocation"
    body: TokenRevocation
