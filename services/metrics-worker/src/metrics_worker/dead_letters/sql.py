"""Dead letters in the metrics database."""

from collections.abc import Sequence

from sqlalchemy import Select, select, update

from metrics_worker.catalogue_view.agency_reach import AgencyReach
from metrics_worker.db.senders_sql import sent_within
from metrics_worker.db.tables import dead_letter
from metrics_worker.dead_letters.domain import DeadLetter
from soundings.db import Database
from soundings.log.header_codec import unpack_headers

_COLUMNS = (
    dead_letter.c.id,
    dead_letter.c.topic,
    dead_letter.c.partition,
    dead_letter.c.position,
    dead_letter.c.key,
    dead_letter.c.headers,
    dead_letter.c.value,
    dead_letter.c.reason,
    dead_letter.c.detail,
    dead_letter.c.at,
    dead_letter.c.replayed_at,
)


class SqlDeadLetterStore:
    """See `metrics_worker.dead_letters.ports.DeadLetterStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_page(self, before: int | None, most: int, reach: AgencyReach) -> Sequence[DeadLetter]:
        reached = select(*_COLUMNS).where(sent_within(dead_letter.c.source, reach.agency))
        newest = reached.order_by(dead_letter.c.id.desc()).limit(most)
        return await self._read_letters(newest if before is None else newest.where(dead_letter.c.id < before))

    async def find_dead_letter(self, letter_id: int, reach: AgencyReach) -> DeadLetter | None:
        reached = sent_within(dead_letter.c.source, reach.agency)
        found = await self._read_letters(select(*_COLUMNS).where(dead_letter.c.id == letter_id, reached))
        return found[0] if found else None

    async def mark_replayed(self, letter_id: int, at: int) -> None:
        async with self._database.write_transaction() as connection:
            await connection.execute(update(dead_letter).where(dead_letter.c.id == letter_id).values(replayed_at=at))

    async def list_waiting(self, most: int) -> Sequence[DeadLetter]:
        statement = select(*_COLUMNS).where(~dead_letter.c.forwarded).order_by(dead_letter.c.id).limit(most)
        return await self._read_letters(statement)

    async def mark_forwarded(self, through: int) -> None:
        done = update(dead_letter).where(dead_letter.c.id <= through, ~dead_letter.c.forwarded).values(forwarded=True)
        async with self._database.write_transaction() as connection:
            await connection.execute(done)

    async def _read_letters(
        self, statement: Select[int, str, int, int, bytes, bytes, bytes | None, str, str, int, int | None]
    ) -> Sequence[DeadLetter]:
        async with self._database.read_snapshot() as connection:
            return [_dead_letter_from_row(*row) for row in await connection.execute(statement)]


def _dead_letter_from_row(
    letter_id: int,
    topic: str,
    partition: int,
    position: int,
    key: bytes,
    headers: bytes,
    value: bytes | None,
    reason: str,
    detail: str,
    at: int,
    replayed_at: int | None,
) -> DeadLetter:
    return DeadLetter(
        letter_id, topic, partition, position, key, unpack_headers(headers), value, reason, detail, at, replayed_at
    )
