"""Holding positions against the log, and starting over from its beginning with the catalogue announced again."""

from collections.abc import Sequence
from dataclasses import dataclass

import catalogue_api.bootstrap
import metrics_worker.bootstrap
from soundings.events.topics import ALL
from soundings.log.factory import opened_log
from soundings.log.read_marks import check_marks
from soundings_embedded.data_dir import DataDir


@dataclass(frozen=True, slots=True)
class RecoveryUrls:
    """The URLs of a log and of the databases that are filled from it and announce on it."""

    log_url: str
    catalogue_url: str
    metrics_url: str


@dataclass(frozen=True, slots=True)
class PartitionState:
    """A partition as it is, and how far it was counted; ``problem`` is a sentence where these do not fit."""

    topic: str
    partition: int
    position: int
    beginning: int
    end: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """What was started: how many partitions are read again, and how many entities and keys were announced again."""

    partitions: int
    announced: int


def addresses_of(home: DataDir) -> RecoveryUrls:
    """The URLs of everything in a home."""
    return RecoveryUrls(home.log_url, home.database_url("catalogue"), home.database_url("metrics"))


async def partition_states(log_url: str, metrics_url: str, *, may_write: bool = True) -> Sequence[PartitionState]:
    """Every partition that was ever counted, held against the log.

    Topics and tables that are missing are made if that may be. Raises `LogUnavailable`, `UnknownTopic`, and what a
    database raises.
    """
    marks = await metrics_worker.bootstrap.read_positions(metrics_url, upgrade=may_write)
    async with opened_log(log_url) as log:
        if may_write:
            await log.ensure_topics(ALL)
        checked = await check_marks(log, marks)
    return [
        PartitionState(*place, one.mark.next, one.beginning, one.end, one.problem)
        for place, one in sorted(checked.items())
    ]


async def recover_log(addresses: RecoveryUrls) -> RecoveryResult:
    """Have everything read again from the beginning of the log, and announce the catalogue again.

    Facts know their duplicates, so nothing is counted twice. Services may keep running. Can be cut off at any
    moment and run again. Raises `LogUnavailable`, and what a database raises.
    """
    # What is announced waits in the catalogue's database first: were it on the log already and this cut off, then the
    # log might have grown past the positions, and look whole.
    announced = await catalogue_api.bootstrap.announce_catalogue(addresses.catalogue_url)
    # Raising the epochs fences running workers before positions are reset.
    partitions = await metrics_worker.bootstrap.read_again(addresses.metrics_url)
    await catalogue_api.bootstrap.carry_outbox(addresses.catalogue_url, addresses.log_url)
    return RecoveryResult(partitions, announced)
