"""Moving a home: check first, copy the log, compare it, copy the databases, compare them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hmac import compare_digest

import catalogue_api.bootstrap
import metrics_worker.bootstrap
from soundings.db.table_copy import TableComparison as ComparedTable
from soundings.events.topics import ALL
from soundings.log.factory import opened_log
from soundings.log.port import EventLog, TopicPartition
from soundings.log.read_marks import LogMismatch, ReadMark, check_marks
from soundings_embedded.data_dir import DataDir
from soundings_embedded.migration.copy_log import check_ours, copy_log
from soundings_embedded.migration.errors import OtherSecret
from soundings_embedded.migration.ports import CopyComparison, Report, StepMeter, Tell
from soundings_embedded.migration.verify_log import prove_log


@dataclass(frozen=True, slots=True)
class MigrationTarget:
    """Where to: the URLs of the new log and databases, and the secret that the new processes have."""

    log_url: str
    catalogue_url: str
    metrics_url: str
    secret: str


async def migrate_home(home: DataDir, to: MigrationTarget, tell: Tell) -> Report:
    """Copy everything, and compare. The source must not be in use and is not changed.

    Can be cut off at any moment and run again: what is there already is not copied twice. Raises `OtherSecret`,
    `LogMismatch`, `LogInUse`, `DatabaseInUse`, `NotMoved`, `LogUnavailable`, and what a database raises.
    """
    # Constant-time comparison, as for every secret.
    if not compare_digest(home.secret(), to.secret.strip()):
        raise OtherSecret(
            "The new processes would have another secret than this home: receipts would be refused, people no "
            f"longer known again. Give them SOUNDINGS_SECRET as it stands in {home.path / 'secret'}."
        )
    mark = _mark(home)
    await metrics_worker.bootstrap.check_unused(to.metrics_url)
    counted = await metrics_worker.bootstrap.read_positions(home.database_url("metrics"))
    async with opened_log(home.log_url) as source, opened_log(to.log_url) as target:
        await source.ensure_topics(ALL)
        await target.ensure_topics(ALL)
        await _check_fit(source, counted)
        nexts = {place: mark.next for place, mark in counted.items()}
        # Everything that can be refused is checked before the first record is copied.
        await check_ours(target, ALL, mark)
        records = await _records(source)
        await copy_log(source, target, ALL, mark, StepMeter(tell, "Copying the log", records))
        log = await prove_log(source, target, ALL, nexts, StepMeter(tell, "Comparing the log", records))
    if not all(topic.is_equal for topic in log.topics):
        return log.topics  # what was counted from it must not go where it is not
    catalogue = await catalogue_api.bootstrap.copy_catalogue(
        home.database_url("catalogue"), to.catalogue_url, partial(tell, "The catalogue")
    )
    metrics = await metrics_worker.bootstrap.copy_database(
        home.database_url("metrics"), to.metrics_url, log.marks, partial(tell, "What was measured")
    )
    return [*log.topics, *_tables("catalogue", catalogue), *_tables("metrics", metrics)]


async def _check_fit(source: EventLog, counted: Mapping[TopicPartition, ReadMark]) -> None:
    """Raises `LogMismatch`: positions in a log that is not the one that was counted mean nothing in any other."""
    for checked in (await check_marks(source, counted)).values():
        if checked.problem is not None:
            raise LogMismatch(f"{checked.problem}. Run `soundings recover` first.")


def _tables(database: str, tables: Sequence[ComparedTable]) -> Report:
    return [CopyComparison(f"{database}.{one.table}", one.source.rows, one.target.rows, one.is_equal) for one in tables]


def _mark(home: DataDir) -> str:
    """The identity of this data directory's records; created once, not secret."""
    path = home.path / "move.mark"
    if not path.exists():
        path.write_text(secrets.token_hex(8) + "\n", "ascii")
    return path.read_text("ascii").strip()


async def _records(log: EventLog) -> int:
    """About how many records there are; some may be gone by retention."""
    return sum((await log.end_positions([topic.name for topic in ALL])).values())
