"""Composition root of feedback-api: builds every part from settings and wires the routers."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI

from feedback_api.catalogue_projection.consumer import CatalogueConsumer
from feedback_api.catalogue_projection.projection import CatalogueProjection
from feedback_api.catalogue_projection.revocations import ProjectedRevocations
from feedback_api.catalogue_projection.snapshot_file import CatalogueSnapshotFile
from feedback_api.cloudevents.http import ParsersByType, events_router
from feedback_api.connectors.auth import ConnectorAuthenticator
from feedback_api.connectors.http import ConnectorDependencies, connectors_router
from feedback_api.funnel.parser import FunnelParser
from feedback_api.hosted_forms.http import HostedPage, hosted_router
from feedback_api.hosted_forms.receipt_page import ReceiptPage, receipt_router
from feedback_api.hosted_forms.rendering import thank_you_for_post
from feedback_api.hosted_forms.start_token import StartTokens
from feedback_api.intake.body_parser import BATCH_MAX_BYTES
from feedback_api.intake.field_readers import Redact
from feedback_api.intake.http import RecordIntake, record_router
from feedback_api.intake.log_health import CheckedLog
from feedback_api.intake.monotonic_revision import MonotonicRevisions
from feedback_api.intake.receipts import ReceiptCodec
from feedback_api.intake.source_auth import SourceAuthenticator
from feedback_api.interactions.parser import InteractionParser
from feedback_api.interactions.schemas import InteractionItem
from feedback_api.pseudonyms.domain import SubjectPseudonyms
from feedback_api.public_forms.http import forms_router
from feedback_api.public_forms.rate_limit import ClientLimits, RateLimit
from feedback_api.public_forms.submissions import FormSubmissions
from feedback_api.redaction.redact import redact_text
from feedback_api.responses.parser import ResponseParser
from feedback_api.responses.schemas import ResponseItem
from feedback_api.retraction.erasure_http import erasure_router
from feedback_api.retraction.http import RecordRetraction, retraction_router
from feedback_api.retraction.parser import RetractionParser
from feedback_api.reviews import http as reviews
from feedback_api.secrets.key_derivation import derive_key
from feedback_api.secrets.secret_box import SecretBox
from feedback_api.settings import FeedbackSettings
from feedback_api.spam.scorer import SpamScorer
from feedback_api.tallies.parser import TallyParser
from feedback_api.tallies.schemas import TallyItem
from feedback_api.widget.http import widget_router
from soundings.access.revocations import RevocationList
from soundings.access.tokens import TokenVerifier
from soundings.events import topics
from soundings.events.interaction import InteractionRecorded, InteractionRetracted
from soundings.events.response import FormFunnelStep, ResponseRetracted, ResponseSubmitted
from soundings.events.tally import TallyRecorded, TallyRetracted
from soundings.http.app import Check, Lifespan, ServiceSpec, service_app
from soundings.http.write_health import WriteHealth
from soundings.kernel.clock import Clock, epoch_ms, system_clock
from soundings.log.factory import open_log
from soundings.log.lazy import LazyLog, OpenLog
from soundings.log.port import EventLog, LogUnavailable
from soundings.log.spool import SpoolDepth, SpooledLog, SpoolStore
from soundings.telemetry.metrics import SPOOL_AGE_SECONDS, SPOOL_BYTES, SPOOL_DEPTH, SPOOL_LIMIT_BYTES, SPOOL_PARKED

_TOPICS: Final = (*topics.MEASURED, topics.CATALOGUE)
_STATUS_OF: Final[Mapping[str, int]] = {"log_unavailable": 503, "log_full": 503, "log_closed": 503}
_DESCRIPTION: Final = (
    "Takes in responses, interactions and tallies. A 2xx answer means that what was sent is durable and free of "
    "personal data; nothing else is said by it."
)


@dataclass(frozen=True, slots=True)
class _ServiceParts:
    """What the service is made of, wired but not started."""

    behind: LazyLog
    spooled: SpooledLog | None
    # The log that the endpoints append to: the spool where one is configured, else the log with a health check.
    event_log: EventLog
    health: WriteHealth
    projection: CatalogueProjection
    follower: CatalogueConsumer
    intake: RecordIntake
    responses: ResponseParser
    interactions: InteractionParser
    tallies: TallyParser
    funnel: FunnelParser
    revisions: MonotonicRevisions
    redact: Redact
    subjects: SubjectPseudonyms
    seals: SecretBox
    page_key: bytes
    clock: Clock

    @property
    def looked_after(self) -> Sequence[CatalogueConsumer | SpooledLog]:
        """Background parts that report their own readiness and liveness."""
        return (self.follower,) if self.spooled is None else (self.follower, self.spooled)


def build_app(settings: FeedbackSettings, *, open_log: OpenLog = open_log, clock: Clock = system_clock) -> FastAPI:
    """The app; its lifespan opens the log, follows the catalogue, and closes everything."""
    parts = _wire_parts(settings, open_log, clock)
    public = FormSubmissions(
        parts.intake,
        parts.responses,
        parts.funnel,
        ClientLimits(RateLimit.parse_rate(settings.form_limit)),
        SpamScorer(),
    )
    retraction = RecordRetraction(parts.intake.authenticator, parts.event_log, clock)
    responses, *other_records = _record_routers(parts)
    spec = ServiceSpec(
        name="feedback-api",
        title="Soundings: listening",
        description=_DESCRIPTION,
        # Routes are matched in order, so the routes with the most traffic come first.
        routers=[
            responses,
            forms_router(public, clock, thank_you_for_post),
            hosted_router(HostedPage(public, StartTokens(parts.page_key), clock)),
            receipt_router(ReceiptPage(parts.intake.authenticator, parts.intake.receipts, retraction)),
            widget_router(),
            *other_records,
            events_router(parts.intake, _parsers_by_type(parts)),
            retraction_router(retraction, parts.intake.receipts),
            erasure_router(parts.intake.authenticator, parts.event_log, parts.subjects.all_pseudonyms, clock),
            reviews.review_router(
                reviews.ReviewDependencies(
                    parts.intake.authenticator, parts.event_log, parts.redact, parts.revisions, clock
                )
            ),
            connectors_router(_connectors_router(parts)),
        ],
        verifier=_token_verifier(settings, RevocationList(ProjectedRevocations(parts.follower, parts.projection))),
        allowed_hosts=settings.access.allowed_hosts,
        lifespan=_service_lifespan(parts),
        limits=settings.limits,
        metrics=settings.metrics,
        status_of=_STATUS_OF,
        body_limit=BATCH_MAX_BYTES,
        ready=[*(part.unready_reason for part in parts.looked_after), *_write_checks(parts)],
        live=[part.dead_reason for part in parts.looked_after],
        notes=[part.degraded_reason for part in parts.looked_after],
    )
    return service_app(spec)


def _token_verifier(settings: FeedbackSettings, revoked: RevocationList) -> TokenVerifier:
    return TokenVerifier(
        settings.jwks_url,
        audience=settings.token_audience,
        issuer=settings.token_issuer,
        further=settings.access.issuers,
        stale_seconds=settings.access.stale_seconds,
        revoked=revoked,
    )


def _wire_parts(settings: FeedbackSettings, open_log: OpenLog, clock: Clock) -> _ServiceParts:
    root_secret, former = settings.secret.encode(), [secret.encode() for secret in settings.former_secrets]
    behind, projection = LazyLog(settings.log_url, open_log), CatalogueProjection()
    spooled = None if settings.spool_dir is None else _spooled_log(behind, settings.spool_dir, settings, clock)
    health = WriteHealth(behind.probe)
    # The spool accepts records while the log is unavailable and has its own readiness check, so it is not wrapped.
    log: EventLog = CheckedLog(behind, health) if spooled is None else spooled
    follower = CatalogueConsumer(
        log,
        projection,
        topics=_TOPICS,
        last_known=None
        if settings.spool_dir is None
        else CatalogueSnapshotFile(settings.spool_dir / "catalogue.jsonl"),
    )
    subjects = SubjectPseudonyms(root_secret, projection.subject_key_version, former=former)
    cleaned = partial(redact_text, place_names=settings.place_names) if settings.place_names else redact_text
    revisions = MonotonicRevisions(clock)
    return _ServiceParts(
        behind=behind,
        spooled=spooled,
        event_log=log,
        health=health,
        projection=projection,
        follower=follower,
        intake=RecordIntake(
            SourceAuthenticator(projection, follower, clock), log, ReceiptCodec(root_secret, former=former)
        ),
        responses=ResponseParser(projection, cleaned, subjects.pseudonym_of),
        interactions=InteractionParser(projection, cleaned, subjects.pseudonym_of),
        tallies=TallyParser(projection, cleaned, revisions),
        funnel=FunnelParser(projection),
        revisions=revisions,
        redact=cleaned,
        subjects=subjects,
        seals=SecretBox(root_secret, former),
        page_key=derive_key(root_secret, "page", "1", length=32),
        clock=clock,
    )


def _write_checks(parts: _ServiceParts) -> Sequence[Check]:
    return (parts.health.unready_reason,) if parts.spooled is None else ()


def _spooled_log(behind: EventLog, folder: Path, settings: FeedbackSettings, clock: Clock) -> SpooledLog:
    def publish_depth(depth: SpoolDepth) -> None:
        SPOOL_DEPTH.set(depth.records)
        SPOOL_BYTES.set(depth.bytes)
        SPOOL_PARKED.set(depth.parked)
        SPOOL_AGE_SECONDS.set(0 if depth.oldest_at is None else max(0, epoch_ms(clock()) - depth.oldest_at) / 1000)

    SPOOL_LIMIT_BYTES.set(settings.spool_max_bytes)
    spool = SpoolStore(folder, topics.MEASURED, max_bytes=settings.spool_max_bytes, clock=clock)
    return SpooledLog(behind, spool, watch=publish_depth)


def _connectors_router(parts: _ServiceParts) -> ConnectorDependencies:
    callers = ConnectorAuthenticator(parts.intake.authenticator, parts.seals, parts.clock)
    return ConnectorDependencies(callers, parts.interactions, parts.redact, parts.event_log)


def _record_routers(parts: _ServiceParts) -> Sequence[APIRouter]:
    return (
        record_router(
            parts.intake,
            parts.responses,
            path="/v1/responses",
            name="feedback.responses.submit",
            shape=ResponseItem,
            summary="Send responses",
        ),
        record_router(
            parts.intake,
            parts.interactions,
            path="/v1/interactions",
            name="feedback.interactions.record",
            shape=InteractionItem,
            summary="Send interaction records",
        ),
        record_router(
            parts.intake,
            parts.tallies,
            path="/v1/tallies",
            name="feedback.tallies.record",
            shape=TallyItem,
            summary="Send tallies",
        ),
    )


def _parsers_by_type(parts: _ServiceParts) -> ParsersByType:
    return {
        ResponseSubmitted.TYPE: parts.responses,
        InteractionRecorded.TYPE: parts.interactions,
        TallyRecorded.TYPE: parts.tallies,
        FormFunnelStep.TYPE: parts.funnel,
        ResponseRetracted.TYPE: RetractionParser("response"),
        InteractionRetracted.TYPE: RetractionParser("interaction"),
        TallyRetracted.TYPE: RetractionParser("tally"),
    }


def _service_lifespan(parts: _ServiceParts) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(parts.event_log.close_log)
            # An unavailable log may recover later, so start-up goes on; a malformed address still fails.
            with suppress(LogUnavailable):
                await parts.behind.open_now()
            if parts.spooled is not None:
                await parts.spooled.start_draining()
            await parts.follower.load_snapshot()
            await stack.enter_async_context(parts.follower.run_in_background())
            yield

    return lifespan
