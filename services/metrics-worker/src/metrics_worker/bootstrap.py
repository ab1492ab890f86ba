"""The one place where measuring is put together."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from fastapi import FastAPI

from metrics_worker.catalogue_view.revocations_sql import SqlRevocations
from metrics_worker.comparisons.http import router as comparisons_router
from metrics_worker.comparisons.sql import SqlComparisonStore
from metrics_worker.comparisons.use_cases import CompareRecords
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.consumer.thread import ConsumerThread, RunnerSettings
from metrics_worker.dead_letters.http import dead_letters_router as dead_letter_router
from metrics_worker.dead_letters.relay import run_relay
from metrics_worker.dead_letters.sql import SqlDeadLetterStore
from metrics_worker.dead_letters.use_cases import ReplayDeadLetter
from metrics_worker.interactions.http import router as interactions_router
from metrics_worker.interactions.sql import SqlInteractionStore
from metrics_worker.interactions.use_cases import ListInteractions
from metrics_worker.migration.sql import copy_worker_database, positions_of, refuse_what_is_used
from metrics_worker.parked.http import router as parked_router
from metrics_worker.parked.sql import SqlParkedSourceStore
from metrics_worker.query.http import QUERY_MAX_BYTES, query_router
from metrics_worker.query.metric_catalogue import DescribeMeasures
from metrics_worker.query.sql import SqlCellStore
from metrics_worker.query.use_cases import ReadMetrics
from metrics_worker.rebuild.rules_upgrade import prepare_rules
from metrics_worker.rebuild.sql import SqlRebuildStore
from metrics_worker.rebuild.use_cases import (
    Progress,
    RebuildSummary,
    VerifySummary,
    rebuild_generation,
    verify_generation,
)
from metrics_worker.responses.http import responses_router as voices_router
from metrics_worker.responses.sql import SqlVoiceStore
from metrics_worker.responses.use_cases import SearchResponses
from metrics_worker.retention.scheduler import retention_task
from metrics_worker.retention.sql import SqlRetentionStore
from metrics_worker.settings import MetricsSettings
from metrics_worker.subjects.http import subjects_router
from metrics_worker.subjects.sql import SqlSubjectStore
from soundings.access.revocations import LogRevocations, RevocationList
from soundings.access.tokens import TokenVerifier
from soundings.db import Database, DatabaseFailed, migrate_database, open_database
from soundings.db.table_copy import TableComparison
from soundings.http.app import Check, Lifespan, ServiceSpec, service_app
from soundings.kernel.clock import Clock, system_clock
from soundings.log.factory import open_log
from soundings.log.lazy import LazyLog, OpenLog
from soundings.log.port import TopicPartition
from soundings.log.read_marks import ReadMark

_CHECK_SECONDS: Final = 3.0
_STATUS_OF: Final = {"log_unavailable": 503, "log_full": 503, "log_closed": 503}
_DESCRIPTION: Final = (
    "Counts what the log holds, each record exactly once in its latest revision, and answers with metrics that name "
    "their formula, their n and their interval."
)


def build_app(settings: MetricsSettings, *, open_log: OpenLog = open_log, clock: Clock = system_clock) -> FastAPI:
    """The app; its lifespan migrates the database, starts the worker in a thread of its own, and stops it."""
    database = open_database(settings.database_url)
    log = LazyLog(settings.log_url, open_log)
    runner = ConsumerThread(
        RunnerSettings(settings.log_url, settings.database_url, settings.worker_id, settings.batch_events),
        companions=[run_relay, retention_task(clock)],
        prepare=prepare_rules,
        open_log=open_log,
        clock=clock,
    )
    cells = SqlCellStore(database)
    letters = SqlDeadLetterStore(database)
    spec = ServiceSpec(
        name="metrics-worker",
        title="Soundings: measuring",
        description=_DESCRIPTION,
        routers=[
            query_router(ReadMetrics(cells, log, clock), DescribeMeasures(cells)),
            subjects_router(SqlSubjectStore(database)),
            voices_router(SearchResponses(SqlVoiceStore(database))),
            interactions_router(ListInteractions(SqlInteractionStore(database))),
            comparisons_router(CompareRecords(SqlComparisonStore(database, SqlRetentionStore(database)), log, clock)),
            dead_letter_router(letters, ReplayDeadLetter(letters, log, clock)),
            parked_router(SqlParkedSourceStore(database)),
        ],
        verifier=_verifier(settings, RevocationList(LogRevocations(log), SqlRevocations(database))),
        allowed_hosts=settings.access.allowed_hosts,
        lifespan=_service_lifespan(database, log, runner),
        limits=settings.limits,
        metrics=settings.metrics,
        status_of=_STATUS_OF,
        body_limit=QUERY_MAX_BYTES,
        ready=[_database_answers(database), _worker_works(runner)],
        notes=[_sources_are_parked(runner)],
    )
    app = service_app(spec)
    app.state.fold = runner
    return app


def _verifier(settings: MetricsSettings, revoked: RevocationList) -> TokenVerifier:
    return TokenVerifier(
        settings.jwks_url,
        audience=settings.token_audience,
        issuer=settings.token_issuer,
        further=settings.access.issuers,
        stale_seconds=settings.access.stale_seconds,
        revoked=revoked,
    )


async def rebuild_cells(database_url: str, progress: Progress) -> RebuildSummary:
    """Compute all cells again into the next generation and swap; folding waits meanwhile, answering does not."""
    async with _open_database(database_url) as database:
        return await rebuild_generation(SqlRebuildStore(database), progress)


async def verify_cells(database_url: str, progress: Progress) -> VerifySummary:
    """Compute all cells again and compare them with the generation in force; writes nothing."""
    async with _open_database(database_url) as database:
        return await verify_generation(SqlRebuildStore(database), progress)


async def resume_workers(database_url: str) -> Sequence[str]:
    """Let workers go on that stopped for too many dead letters; their ids."""
    async with _open_database(database_url) as database:
        return await open_fold_store(database).clear_stopped()


async def read_again(database_url: str) -> int:
    """Have every partition of the log read from its beginning; how many there are. Facts know their duplicates."""
    async with _open_database(database_url) as database:
        await migrate_database(database, "metrics_worker")
        return await open_fold_store(database).read_again()


async def read_positions(database_url: str, *, upgrade: bool = True) -> Mapping[TopicPartition, ReadMark]:
    """Up to where each partition of the log is counted, and which record was the last.

    Without ``upgrade`` nothing is written, and tables of an earlier version raise `DatabaseFailed`.
    """
    async with _open_database(database_url) as database:
        if upgrade:
            await migrate_database(database, "metrics_worker")
        return await positions_of(database)


async def check_unused(database_url: str) -> None:
    """Raises `DatabaseInUse` when a worker has ever written to a database."""
    async with _open_database(database_url) as database:
        await migrate_database(database, "metrics_worker")
        await refuse_what_is_used(database)


async def copy_database(
    source_url: str, target_url: str, positions: Mapping[TopicPartition, ReadMark], progress: Progress
) -> Sequence[TableComparison]:
    """Copy this database into another one, and start that one at positions of another log; returns the copied counts.

    Both databases must be idle meanwhile. Raises `DatabaseInUse`.
    """
    async with _open_database(source_url) as source, _open_database(target_url) as target:
        await refuse_what_is_used(target)
        return await copy_worker_database(source, target, positions, progress)


@asynccontextmanager
async def _open_database(database_url: str) -> AsyncGenerator[Database]:
    database = open_database(database_url)
    try:
        yield database
    finally:
        await database.close_engine()


def _service_lifespan(database: Database, log: LazyLog, runner: ConsumerThread) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close_engine)
            stack.push_async_callback(log.close_log)
            await migrate_database(database, "metrics_worker")
            runner.start_thread()
            stack.push_async_callback(asyncio.to_thread, runner.stop_thread)
            yield

    return lifespan


def _database_answers(database: Database) -> Check:
    store = open_fold_store(database)

    async def check() -> str | None:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                await store.current_generation()
        except (DatabaseFailed, OSError, TimeoutError) as error:
            return f"the database does not answer: {type(error).__name__}"
        return None

    return check


def _worker_works(runner: ConsumerThread) -> Check:
    async def check() -> str | None:
        return runner.unready_reason()

    return check


def _sources_are_parked(runner: ConsumerThread) -> Check:
    async def check() -> str | None:
        parked = ", ".join(f"{source} ({records} records)" for source, records in sorted(runner.parked.items()))
        return f"parked, since too much of them was refused: {parked}" if parked else None

    return check
