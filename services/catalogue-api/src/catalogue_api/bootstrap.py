"""The one place where the catalogue is put together."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from catalogue_api.entities.declaration_http import declaration_router
from catalogue_api.entities.entity_type import EntityType
from catalogue_api.entities.http import entities_router
from catalogue_api.entities.reannouncement import AnnounceEntities
from catalogue_api.entities.replies import STATUS_OF as ENTITY_STATUS
from catalogue_api.entities.sql import METADATA, OUTBOX, SqlCatalogue, raise_unavailable
from catalogue_api.forms.domain import KIND as FORM
from catalogue_api.forms.http import forms_router
from catalogue_api.forms.lint import lint_form
from catalogue_api.forms.templates.http import templates_router
from catalogue_api.forms.use_cases import version_event
from catalogue_api.measures.domain import KIND as MEASURE
from catalogue_api.organisation.domain import KINDS as ORGANISATION
from catalogue_api.settings import Settings
from catalogue_api.snippets.http import snippets_router
from catalogue_api.sources.domain import KIND as SOURCE
from catalogue_api.sources.http import STATUS_OF as KEY_STATUS
from catalogue_api.sources.http import keys_router
from catalogue_api.sources.sql import SqlKeyring
from catalogue_api.sources.use_cases import AnnounceKeys
from catalogue_api.token_revocations.http import STATUS_OF as REVOCATION_STATUS
from catalogue_api.token_revocations.http import token_revocations_router
from catalogue_api.token_revocations.sql import SqlRevocationStore
from catalogue_api.token_revocations.use_cases import AnnounceRevocations
from soundings.access.revocations import RevocationList
from soundings.access.tokens import TokenVerifier
from soundings.db import Database, migrate_database, open_database
from soundings.db.outbox import OutboxRelay, run_relay
from soundings.db.table_copy import Progress, TableComparison, copy_tables
from soundings.events.catalogue import EntityBody
from soundings.events.forms import FormBody
from soundings.events.topics import CATALOGUE
from soundings.http.app import Check, Lifespan, ServiceSpec, service_app
from soundings.http.write_health import WriteHealth, WriteProbe
from soundings.kernel.clock import Clock, system_clock
from soundings.kernel.errors import FieldError, ServiceUnavailable
from soundings.log.factory import open_log
from soundings.log.port import EventLog
from soundings.telemetry.metrics import OUTBOX_DEPTH

KINDS: Sequence[EntityType] = (*ORGANISATION, MEASURE, FORM, SOURCE)
"""Every kind of entity that the catalogue holds."""

_CHECK_SECONDS = 3.0
_DESCRIPTION = (
    "What an agency offers and asks: its services, forms, sources, measures and standards, with their history."
)


def build(
    settings: Settings, *, open_log: Callable[[str], Awaitable[EventLog]] = open_log, clock: Clock = system_clock
) -> FastAPI:
    """The app; its lifespan migrates the database, carries the outbox to the log, and closes everything."""
    database = open_database(settings.database_url)
    relay = OutboxRelay(
        database,
        OUTBOX,
        lambda: open_log(settings.log_url),
        topics=[CATALOGUE],
        clock=clock,
        show_depth=OUTBOX_DEPTH.set,
    )
    models = {kind.name: kind.model for kind in KINDS}
    health = WriteHealth(_probe(database))

    def committed() -> None:
        relay.wake_relay()
        health.succeeded()

    catalogue = SqlCatalogue(database, models, committed)
    keyring = SqlKeyring(database, models, committed)
    revocations = SqlRevocationStore(database, committed)
    return service_app(
        ServiceSpec(
            name="catalogue-api",
            title="Soundings: catalogue",
            description=_DESCRIPTION,
            routers=[
                entities_router(catalogue, KINDS, clock),
                declaration_router(catalogue, KINDS, clock, _incomplete),
                forms_router(catalogue, clock),
                templates_router(catalogue),
                keys_router(keyring, clock),
                snippets_router(catalogue, settings.feedback_url),
                token_revocations_router(revocations, clock),
            ],
            verifier=_verifier(settings, RevocationList(revocations)),
            allowed_hosts=settings.access.allowed_hosts,
            lifespan=_lifespan(database, relay),
            limits=settings.limits,
            metrics=settings.metrics,
            status_of={**ENTITY_STATUS, **KEY_STATUS, **REVOCATION_STATUS},
            # A catalogue whose changes do not reach the log is not ready: feedback-api would go on
            # with old forms and keys.
            ready=[_outbox_moves(relay, settings.stuck_after_seconds), health.unready_reason],
        )
    )


def _incomplete(body: EntityBody) -> Iterable[FieldError]:
    return lint_form(body) if isinstance(body, FormBody) else ()


def _verifier(settings: Settings, revoked: RevocationList) -> TokenVerifier:
    return TokenVerifier(
        settings.jwks_url,
        audience=settings.token_audience,
        issuer=settings.token_issuer,
        further=settings.access.issuers,
        stale_seconds=settings.access.stale_seconds,
        revoked=revoked,
    )


async def announce_catalogue(database_url: str) -> int:
    """Put the whole catalogue into the outbox again; how many snapshots that are. The others know their duplicates."""
    async with _opened(database_url) as database:
        models = {kind.name: kind.model for kind in KINDS}
        announce_entities = AnnounceEntities(SqlCatalogue(database, models), system_clock)
        # In the order of KINDS, so that referenced entities are announced before those that refer
        # to them.
        announced = 0
        for kind in KINDS:
            announced += await announce_entities(kind, version_event if kind is FORM else None)
        announced += await AnnounceKeys(SqlKeyring(database, models, lambda: None), system_clock)()
        return announced + await AnnounceRevocations(SqlRevocationStore(database, lambda: None), system_clock)()


async def carry_outbox(database_url: str, log_url: str) -> None:
    """Carry all that waits in the outbox to the log; safe to run concurrently. Raises `LogUnavailable`."""
    async with _opened(database_url) as database:
        relay = OutboxRelay(database, OUTBOX, lambda: open_log(log_url), topics=[CATALOGUE])
        try:
            while await relay.relay_once():
                continue
        finally:
            await relay.close_log()


async def copy_catalogue(source_url: str, target_url: str, progress: Progress) -> Sequence[TableComparison]:
    """Replace the content of another database by this one's; neither may be in use. Returns the digests of both."""
    tables = list(METADATA.sorted_tables)
    async with AsyncExitStack() as stack:
        source, target = open_database(source_url), open_database(target_url)
        stack.push_async_callback(source.close_engine)
        stack.push_async_callback(target.close_engine)
        await migrate_database(source, "catalogue_api")
        await migrate_database(target, "catalogue_api")
        return await copy_tables(source, target, tables, progress)


@asynccontextmanager
async def _opened(database_url: str) -> AsyncGenerator[Database, None]:
    database = open_database(database_url)
    try:
        await migrate_database(database, "catalogue_api")
        yield database
    finally:
        await database.close_engine()


def _lifespan(database: Database, relay: OutboxRelay) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None, None]:
        async with AsyncExitStack() as stack:
            # Pushed before the migration, so that a failed migration closes the engine too.
            stack.push_async_callback(database.close_engine)
            await migrate_database(database, "catalogue_api")
            await stack.enter_async_context(run_relay(relay))
            yield

    return lifespan


def _probe(database: Database) -> WriteProbe:
    """A write as small as there is, in the way of all changes."""

    async def probe() -> None:
        if database.is_full():
            raise ServiceUnavailable("the disk of the database is full")
        async with raise_unavailable(), database.write_transaction() as connection:
            await OUTBOX.touch(connection)

    return probe


def _outbox_moves(relay: OutboxRelay, limit: float) -> Check:
    """Ready while the database answers and no change has waited longer than ``limit`` seconds for the log."""

    async def check() -> str | None:
        try:
            async with raise_unavailable(), asyncio.timeout(_CHECK_SECONDS):
                waits = await relay.oldest_pending_seconds()
        except ServiceUnavailable as error:
            return str(error)
        return f"changes wait for the log since {waits:.0f} s" if waits > limit else None

    return check
