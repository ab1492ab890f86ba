"""Texts, free text of facts and dead letters in the metrics database, as retention sees them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import structlog
from sqlalchemy import Select, bindparam, delete, select, text, tuple_, update

from metrics_worker.aggregation.fact_payloads import strip_free_text
from metrics_worker.aggregation.facts import Kind
from metrics_worker.db.parked_rows import remove_parked
from metrics_worker.db.tables import HAS_WORDS, RETRACTED, catalogue_entity, dead_letter, fact, parked, voice
from metrics_worker.retention.domain import ExpirableDeadLetter, ParkedText, RetentionRule, Rules
from metrics_worker.retention.ports import RetentionPosition, RetentionStep, WordsStep
from soundings.db import Database
from soundings.events import catalogue
from soundings.log.header_codec import unpack_headers

_MERGE: Final = text("INSERT INTO voice_search (voice_search, rank) VALUES ('merge', :pages)")
_CHANGES: Final = text("SELECT total_changes()")
_MERGED_PAGES: Final = 200
_LEAST_CHANGES: Final = 2
"""Fewer changes than these mean that there was nothing left to merge."""
_TRIM: Final = (
    update(fact).where(fact.c.id == bindparam("of"), fact.c.data == bindparam("then")).values(data=bindparam("now"))
)
"""Only what is as it was read: what the fold has written meanwhile is looked at in the next pass."""
_WORDY: Final = text(HAS_WORDS)
_log = structlog.get_logger("metrics_worker.retention")


class SqlRetentionStore:
    """See `metrics_worker.retention.ports.RetentionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def retention_rules(self) -> Rules:
        wanted = select(catalogue_entity.c.id, catalogue_entity.c.body).where(catalogue_entity.c.entity == "source")
        async with self._database.read_snapshot() as connection:
            return {id_: _retention_rule(id_, body) for id_, body in await connection.execute(wanted)}

    async def remove_texts(self, after: int, most: int, before: Mapping[str, int]) -> RetentionStep:
        async with self._database.read_snapshot() as connection:
            found = (await connection.execute(_texts_statement(after, most))).all()
        old = [id_ for id_, source, occurred_at in found if occurred_at < before.get(source, occurred_at)]
        if old:
            async with self._database.write_transaction() as connection:
                await connection.execute(delete(voice).where(voice.c.id.in_(old)))
        return RetentionStep(len(old), found[-1][0] if len(found) == most else None)

    async def remove_free_text(self, source: str, after: RetentionPosition, most: int, before: int) -> WordsStep:
        async with self._database.read_snapshot() as connection:
            found = (await connection.execute(_expired_statement(source, after, most, before))).all()
        if found:
            trimmed = [
                {"of": id_, "then": data, "now": strip_free_text(kind, data)} for id_, _, kind, data in found if data
            ]
            async with self._database.write_transaction() as connection:
                await connection.execute(_TRIM, trimmed)
        last = RetentionPosition(found[-1][1], found[-1][0]) if len(found) == most else None
        return WordsStep(len(found), last)

    async def compact_search_index(self, *, first: bool) -> bool:
        """FTS5 notes what was removed and forgets it when its parts are merged; PostgreSQL sees to it by itself."""
        if self._database.dialect == "postgresql":
            return False
        pages = -_MERGED_PAGES if first else _MERGED_PAGES
        async with self._database.write_transaction() as connection:
            before = (await connection.execute(_CHANGES)).scalar() or 0
            await connection.execute(_MERGE, {"pages": pages})
            after = (await connection.execute(_CHANGES)).scalar() or 0
        return after - before >= _LEAST_CHANGES

    def removals(self) -> int:
        return self._database.removals

    async def empty_journal(self) -> bool:
        return await self._database.empty_wal()

    async def list_letters(self, after: int, most: int) -> Sequence[ExpirableDeadLetter]:
        wanted = select(dead_letter.c.id, dead_letter.c.headers, dead_letter.c.at).where(dead_letter.c.id > after)
        async with self._database.read_snapshot() as connection:
            found = await connection.execute(wanted.order_by(dead_letter.c.id).limit(most))
            return [ExpirableDeadLetter(id_, unpack_headers(headers), at) for id_, headers, at in found]

    async def retracted_keys(self, keys: Collection[bytes]) -> Collection[bytes]:
        gone = fact.c.state.bitwise_and(RETRACTED) != 0
        async with self._database.read_snapshot() as connection:
            return {key for (key,) in await connection.execute(select(fact.c.key).where(fact.c.key.in_(keys), gone))}

    async def remove_letters(self, ids: Collection[int]) -> None:
        async with self._database.write_transaction() as connection:
            await connection.execute(delete(dead_letter).where(dead_letter.c.id.in_(ids)))

    async def parked_letters(self, after: int, most: int) -> Sequence[ExpirableDeadLetter]:
        wanted = select(parked.c.id, parked.c.headers, parked.c.at).where(parked.c.id > after)
        async with self._database.read_snapshot() as connection:
            found = await connection.execute(wanted.order_by(parked.c.id).limit(most))
            return [ExpirableDeadLetter(id_, unpack_headers(headers), at) for id_, headers, at in found]

    async def remove_parked(self, ids: Collection[int]) -> None:
        async with self._database.write_transaction() as connection:
            await remove_parked(connection, ids)

    async def parked_texts(self, after: int, most: int) -> Sequence[ParkedText]:
        wanted = select(parked.c.id, parked.c.source, parked.c.at, parked.c.value)
        there = wanted.where(parked.c.id > after, ~parked.c.trimmed).order_by(parked.c.id).limit(most)
        async with self._database.read_snapshot() as connection:
            return [ParkedText(*row) for row in await connection.execute(there)]

    async def trim_parked(self, values: Mapping[int, bytes]) -> None:
        put = update(parked).where(parked.c.id == bindparam("of")).values(value=bindparam("now"), trimmed=True)
        async with self._database.write_transaction() as connection:
            await connection.execute(put, [{"of": id_, "now": value} for id_, value in values.items()])


def _texts_statement(after: int, most: int) -> Select[int, str, int]:
    """Expire a text by the fact that it belongs to now, so that the dates of a correction apply to it."""
    spoken = voice.join(fact, fact.c.key == voice.c.key)
    wanted = select(voice.c.id, fact.c.source_id, fact.c.occurred_at).select_from(spoken)
    return wanted.where(voice.c.id > after).order_by(voice.c.id).limit(most)


def _expired_statement(
    source: str, after: RetentionPosition, most: int, before: int
) -> Select[int, int, Kind, str | None]:
    there = tuple_(fact.c.occurred_at, fact.c.id)
    wanted = select(fact.c.id, fact.c.occurred_at, fact.c.kind, fact.c.data)
    of_source = wanted.where(_WORDY, fact.c.source_id == source, fact.c.occurred_at < before, there > after)
    return of_source.order_by(fact.c.occurred_at, fact.c.id).limit(most)


def _retention_rule(source_id: str, body: object) -> RetentionRule:
    """What cannot be read keeps everything: what was removed by mistake does not come back."""
    try:
        said = catalogue.RetentionBody.model_validate(body, extra="ignore")
    except ValueError:
        _log.warning("retention_rule_unreadable", source=source_id)
        return RetentionRule(legal_hold=True)
    return RetentionRule(said.text_days, said.legal_hold)
