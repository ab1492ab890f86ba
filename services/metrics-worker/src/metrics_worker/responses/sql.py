"""Reading voices from the metrics database."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from heapq import nsmallest
from typing import Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Join,
    Row,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.catalogue_view.sql import CatalogueViewReader
from metrics_worker.db.tables import EMPTY, QUARANTINED, RETRACTED, TEST, catalogue_entity, fact, voice
from metrics_worker.responses.domain import ReadableService, ResponseVoice, VoicePosition, VoiceScore, VoiceSearch
from metrics_worker.responses.ports import VoiceSnapshot
from soundings.db import Database
from soundings.kernel.ids import hash_key128

_SERVICES_AT_ONCE: Final = 100
_COLUMNS: Final = (
    fact.c.id,
    fact.c.source_id,
    fact.c.record_id,
    fact.c.service,
    fact.c.channel,
    fact.c.occurred_at,
    fact.c.state,
    fact.c.data,
    voice.c.comments,
)
_Heard = Row[int, str, str, str, str, int, int, str | None, dict[str, str] | None]
_Statement = Select[int, str, str, str, str, int, int, str | None, dict[str, str] | None]
_ALL: Final = fact.outerjoin(voice, voice.c.key == fact.c.key)
_SPOKEN: Final = voice.join(fact, voice.c.key == fact.c.key)

# As a literal, for an index of some rows only is not used with a parameter.
_IS_RESPONSE: Final = text("fact.kind = 'response'")
_IS_THERE: Final = fact.c.state.bitwise_and(RETRACTED | EMPTY) == 0


class SqlVoiceStore:
    """The voices in SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._structure = CatalogueViewReader()

    @asynccontextmanager
    async def open_snapshot(self) -> AsyncGenerator[VoiceSnapshot]:
        async with self._database.read_snapshot() as connection:
            yield SqlVoiceSnapshot(connection, self._structure, sqlite=self._database.dialect == "sqlite")


class SqlVoiceSnapshot:
    """One read transaction."""

    def __init__(self, connection: AsyncConnection, structure: CatalogueViewReader, *, sqlite: bool) -> None:
        self._connection = connection
        self._structure = structure
        self._sqlite = sqlite

    async def catalogue_view(self) -> CatalogueView:
        return await self._structure.read_view(self._connection)

    async def search_voices(
        self, reach: Sequence[ReadableService], search: VoiceSearch, before: VoicePosition | None, limit: int
    ) -> Sequence[ResponseVoice]:
        found: list[ResponseVoice] = []
        for start in range(0, len(reach), _SERVICES_AT_ONCE):
            some = reach[start : start + _SERVICES_AT_ONCE]
            found += await self._read_voices(self._search_statement(some, search, before, limit))
        return nsmallest(limit, found, key=lambda one: (-one.position.occurred_at, -one.position.id))

    def _search_statement(
        self, reach: Sequence[ReadableService], search: VoiceSearch, before: VoicePosition | None, limit: int
    ) -> _Statement:
        """Without words the index of every service gives its newest at once; with words, all that have them are few."""
        narrowed = _search_conditions(search, before)
        if search.words:
            places = or_(*(_within_reach(one, by_index=not self._sqlite) for one in reach))
            return _newest_first(_SPOKEN, and_(places, narrowed, self._has_words(search.words)), limit)
        each = [_newest_first(_ALL, and_(_within_reach(one), narrowed), limit).subquery() for one in reach]
        together = union_all(*(select(one) for one in each)).subquery()
        return select(*(together.c[column.name] for column in _COLUMNS))

    def _has_words(self, words: Sequence[str]) -> ColumnElement[bool]:
        if not self._sqlite:
            return literal_column("voice.search").op("@@")(func.plainto_tsquery("simple", " ".join(words)))
        quoted = " ".join(f'"{word}"' for word in words)
        matches = text("SELECT rowid FROM voice_search WHERE voice_search MATCH :words").bindparams(words=quoted)
        return voice.c.id.in_(matches.columns(literal_column("rowid")))

    async def find_voices(self, record_id: str, source: str | None) -> Sequence[ResponseVoice]:
        if source is None:
            known = select(catalogue_entity.c.id).where(catalogue_entity.c.entity == "source")
            sources = [id_ for (id_,) in await self._connection.execute(known)]
        else:
            sources = [source]
        keys = [hash_key128("response", one, record_id) for one in sources]
        return await self._read_voices(
            select(*_COLUMNS).select_from(_ALL).where(fact.c.key.in_(keys), _IS_RESPONSE, _IS_THERE)
        )

    async def _read_voices(self, statement: _Statement) -> list[ResponseVoice]:
        return [_row_voice(row) for row in (await self._connection.execute(statement)).all()]


def _newest_first(among: Join, where: ColumnElement[bool], limit: int) -> _Statement:
    newest_first = (fact.c.occurred_at.desc(), fact.c.id.desc())
    found = select(*_COLUMNS).select_from(among).where(_IS_RESPONSE, _IS_THERE, where)
    return found.order_by(*newest_first).limit(limit)


def _within_reach(reach: ReadableService, *, by_index: bool = True) -> ColumnElement[bool]:
    """Of the service and between the instants; SQLite uses no index on what has a plus before it."""
    service: ColumnElement[str] = fact.c.service if by_index else literal_column("+fact.service")
    conditions: list[ColumnElement[bool]] = [service == reach.service]
    if reach.start is not None:
        conditions.append(fact.c.occurred_at >= reach.start)
    if reach.end is not None:
        conditions.append(fact.c.occurred_at < reach.end)
    return and_(*conditions)


def _search_conditions(search: VoiceSearch, before: VoicePosition | None) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if search.channel is not None:
        conditions.append(fact.c.channel == search.channel)
    if search.quarantined is not None:
        held = fact.c.state.bitwise_and(QUARANTINED) != 0
        conditions.append(held if search.quarantined else ~held)
    if before is not None:
        conditions.append(tuple_(fact.c.occurred_at, fact.c.id) < before)
    return and_(true(), *conditions)


def _row_voice(row: _Heard) -> ResponseVoice:
    id_, source, record_id, service, channel, occurred_at, state, data, comments = row
    response = orjson.loads(data or "{}")
    return ResponseVoice(
        position=VoicePosition(occurred_at, id_),
        id=record_id,
        source=source,
        service=service,
        channel=channel,
        form=response.get("form_id", ""),
        form_version=response.get("form_version", 0),
        language=response.get("language"),
        touchpoint=response.get("touchpoint"),
        answers=response.get("answers", {}),
        scores=tuple(VoiceScore(measure, value) for _, measure, _, _, value in response.get("scores", ())),
        comments=comments or {},
        test=bool(state & TEST),
        quarantined=bool(state & QUARANTINED),
        contact_consent=response.get("contact_consent", False),
        spam_score=response.get("spam_score"),
        spam_reasons=tuple(response.get("spam_reasons", ())),
    )
