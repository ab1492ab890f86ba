"""One trip to the thread for a statement and its rows, whatever the number of rows and however they are fetched."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from soundings.db import Database, DatabaseFailed, open_database
from soundings.db.sqlite_driver import BatchedSqliteConnection

MANY = 4_321
NUMBERS = text("WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :many) SELECT i FROM n")


class Counting(BatchedSqliteConnection):
    """Counts the trips to its thread."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.trips = 0

    async def _execute(self, fn, *args, **kwargs):
        self.trips += 1
        return await super()._execute(fn, *args, **kwargs)


@pytest.fixture
async def connection() -> AsyncIterator[Counting]:
    one = Counting()
    await one
    yield one
    await one.close()


@pytest.fixture
async def database(tmp_path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    async with opened.write_transaction() as transaction:
        await transaction.execute(text("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
    yield opened
    await opened.close_engine()


async def test_a_statement_and_its_rows_take_one_trip(connection):
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT 1, 'one' UNION SELECT 2, 'two'")
        assert [column[0] for column in cursor.description] == ["1", "'one'"]
        assert await cursor.fetchall() == [(1, "one"), (2, "two")]
        assert await cursor.fetchone() is None
    assert connection.trips == 1


async def test_nothing_to_commit_or_to_undo_takes_none(connection):
    await connection.commit()
    await connection.rollback()
    assert connection.trips == 0


@pytest.mark.parametrize("many", [0, 1, 1_999, 2_000, 2_001, MANY])
async def test_all_rows_come_however_many(database, many):
    async with database.read_snapshot() as connection:
        fetched = await connection.execute(NUMBERS, {"many": max(many, 1)})
        assert len(fetched.all()) == max(many, 1)
        streamed = await connection.stream(NUMBERS, {"many": max(many, 1)})
        assert [row.i async for row in streamed] == list(range(max(many, 1)))


async def test_rows_that_nobody_asks_for_do_not_stand_in_the_way(database):
    async with database.read_snapshot() as connection:
        streamed = await connection.stream(NUMBERS, {"many": MANY})
        assert (await streamed.fetchmany(3))[-1].i == 2
        await streamed.close()
    async with database.write_transaction() as connection:
        await connection.execute(text("DROP TABLE thing"))


async def test_what_is_written_says_how_many_and_where(database):
    async with database.write_transaction() as connection:
        added = await connection.execute(text("INSERT INTO thing (name) VALUES ('a'), ('b')"))
        assert (added.rowcount, added.lastrowid) == (2, 2)
        await connection.execute(text("INSERT INTO thing (name) VALUES (:name)"), [{"name": "c"}, {"name": "d"}])
        gone = await connection.execute(text("DELETE FROM thing WHERE id > 1 RETURNING name"))
        assert sorted(gone.scalars()) == ["b", "c", "d"]


async def test_a_statement_that_fails_leaves_nothing_behind(database):
    async def write_twice():
        async with database.write_transaction() as connection:
            await connection.execute(text("INSERT INTO thing (name) VALUES ('a')"))
            await connection.execute(text("INSERT INTO thing (name) VALUES ('a')"))

    with pytest.raises((IntegrityError, DatabaseFailed)):
        await write_twice()
    async with database.read_snapshot() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM thing"))).scalar_one() == 0
