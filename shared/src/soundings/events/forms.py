"""What the catalogue says of forms: their questions, how they are put before people, and their published versions."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from soundings.events.base import Instant
from soundings.events.catalogue import CatalogueChanged, EntityBody, Slug, Texts
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import ServiceChannel

QuestionType = Literal[
    "likert", "stars", "thumbs", "nps", "ces", "single_choice", "multi_choice", "dropdown", "yes_no",
    "short_text", "long_text", "date", "hidden", "statement",
]  # fmt: skip
Delivery = Literal["hosted", "inline", "modal", "button"]
"""On a page of its own; in the agency's page; over it, opened by the page's own button; the same, by our button."""
PageNumber = Annotated[int, Field(ge=1, le=100)]


class QuestionOption(EntityBody):
    code: Slug
    text: Texts


class ShowWhen(EntityBody):
    """Show a question when the answer to an earlier one is among these."""

    question: Slug
    in_: Annotated[tuple[str | int, ...], Field(alias="in", min_length=1)]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class FormQuestion(EntityBody):
    id: Slug
    type: QuestionType
    text: Texts
    measure: Slug | None = None
    measure_version: Annotated[int, Field(ge=1)] | None = None
    help: Texts | None = None
    required: bool = False
    options: tuple[QuestionOption, ...] = ()
    labels: Annotated[
        tuple[Texts, ...],
        Field(description="Words for the points of a scale, lowest first: one for each point, or two for its ends."),
    ] = ()
    show_when: ShowWhen | None = None
    max_length: Annotated[int, Field(ge=1, le=10_000)] | None = None
    page: PageNumber = 1


class ContactPolicy(EntityBody):
    """An offer to be contacted. The address that a person leaves becomes a keyed pseudonym and is not kept itself."""

    consent: Annotated[Texts, Field(description="What a person agrees to; stands beside the box that they tick.")]
    help: Texts | None = None


class AbusePolicy(EntityBody):
    """How a form on the web guards itself.

    A response whose spam score is at least ``quarantine_at`` is held back; one that was sent within ``least_seconds``
    of seeing the form was sent too fast.
    """

    quarantine_at: Annotated[float, Field(gt=0, le=1)] = 0.8
    least_seconds: Annotated[int, Field(ge=0, le=600)] = 2


class FormBody(EntityBody):
    agency_id: Slug
    service_ids: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=1000)]
    source_id: Slug | None = None
    channels: Annotated[
        tuple[ServiceChannel, ...], Field(description="Channels that web pages may name; empty: the source's own only.")
    ] = ()
    title: Annotated[Texts, Field(description="Its languages are those of the form; the first one stands in.")]
    introduction: Annotated[Texts | None, Field(description="Stands above the first question.")] = None
    page_titles: Annotated[
        dict[PageNumber, Texts], Field(description="Headings of pages, by the number that questions name.")
    ] = {}
    questions: Annotated[tuple[FormQuestion, ...], Field(min_length=1, max_length=200)]
    thank_you: Texts | None = None
    contact: Annotated[
        ContactPolicy | None,
        Field(description="Asks at the end whether the agency may get in touch; absent: it does not."),
    ] = None
    opens_at: Annotated[Instant | None, Field(description="Web pages cannot answer before this instant.")] = None
    closes_at: Annotated[Instant | None, Field(description="Web pages cannot answer from this instant on.")] = None
    closed: Annotated[Texts | None, Field(description="What people read while it is not open.")] = None
    ask_again_after_days: Annotated[
        int | None,
        Field(
            ge=1,
            le=3650,
            description="Do not ask the same browser again within so many days after any form of the same site.",
        ),
    ] = None
    deliveries: Annotated[
        tuple[Delivery, ...], Field(description="How it may be put before people; empty: in every way.")
    ] = ()
    button_text: Annotated[Texts | None, Field(description="What stands on our own button (`button`).")] = None
    words: Annotated[
        dict[Slug, Texts],
        Field(description="Words around the questions (`send`, `required`, …) instead of ours, or in more languages."),
    ] = {}
    abuse: Annotated[AbusePolicy | None, Field(description="How it guards itself; absent: as most forms do.")] = None


class FormVersion(EntityBody):
    """A published form, never changed again; every scored question carries its measure's version and scale."""

    form_id: Slug
    version: int
    form: FormBody
    scales: dict[str, MeasureScale]
    measure_versions: dict[str, int]


class FormChanged(CatalogueChanged):
    """The form as it is being written; ``published`` is the newest published version, if any."""

    TYPE: ClassVar[str] = "gov.soundings.catalogue.form.v1"
    ENTITY: ClassVar[str] = "form"
    body: FormBody
    published: int | None = None


class FormVersionChanged(CatalogueChanged):
    """A version came into being; ``id`` is ``{form_id}@{version}``."""

    TYPE: ClassVar[str] = "gov.soundings.catalogue.form_version.v1"
    ENTITY: ClassVar[str] = "form_version"
    body: FormVersion
