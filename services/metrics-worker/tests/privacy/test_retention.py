"""Retention: which texts and dead letters go and when, in small batches, and that figures never change."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from metrics_worker.aggregation.fact_payloads import strip_free_text
from metrics_worker.db.tables import HAS_WORDS
from metrics_worker.rebuild.sql import SqlRebuildStore
from metrics_worker.rebuild.use_cases import verify_generation
from metrics_worker.retention.domain import ExpirableDeadLetter, RetentionRule, overdue_letters, retention_cutoffs
from metrics_worker.retention.ports import RetentionPosition, RetentionStep
from metrics_worker.retention.scheduler import RetentionScheduler
from metrics_worker.retention.sql import SqlRetentionStore
from metrics_worker.retention.use_cases import remove_free_text, remove_letters, remove_texts
from soundings.events.interaction import InteractionRecorded, InteractionRetracted
from soundings.events.response import ResponseRetracted
from soundings.kernel.clock import epoch_ms
from soundings.kernel.ids import hash_key128

from .conftest import NOW, Kept

DAY_MS = 86_400_000
NOW_MS = epoch_ms(NOW)


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self):
        return self.at


async def no_pause() -> None:
    return


async def test_texts_go_when_their_sources_time_is_over_and_from_the_search_too(kept: Kept, response):
    await kept.hear(
        response("old", "The elevator was broken", "2025-12-01T12:00:00Z"),
        response("new", "The escalator was broken", "2026-02-20T12:00:00Z"),
        response("other", "The stairs were broken", "2020-01-01T12:00:00Z", source_id="kiosk"),
    )
    await kept.sources(survey={"text_days": 30}, kiosk={})
    facts = await kept.facts()
    store = SqlRetentionStore(kept.database)
    removed = await remove_texts(store, await store.retention_rules(), NOW_MS, no_pause)
    assert removed.texts == 1
    assert await kept.texts() == {"The escalator was broken", "The stairs were broken"}
    assert [await kept.found_by(word) for word in ("elevator", "escalator", "broken")] == [0, 1, 2]
    assert await kept.facts() == facts


async def test_the_words_of_interactions_and_pages_go_and_no_figure_changes(kept: Kept, response, call):
    await kept.hear(
        call("old", "2025-12-01T12:00:00Z"),
        call("leg", "2025-12-01T12:05:00Z", root_id="old"),
        call("new", "2026-02-20T12:00:00Z"),
        call("plain", "2025-12-01T12:00:00Z", query=None, team=None, transferred_to=None, attributes={}),
        call("other", "2020-01-01T12:00:00Z", source_id="kiosk"),
    )
    await kept.hear(
        response("r-old", "Broken", "2025-12-01T12:00:00Z", page="/permits/zebrawood"),
        response("r-new", "Broken", "2026-02-20T12:00:00Z", page="/permits/zebrawood"),
    )
    await kept.sources(survey={"text_days": 30}, centre={"text_days": 30}, kiosk={})
    cells, facts = await kept.cells(), await kept.facts()
    store = SqlRetentionStore(kept.database)
    assert (await remove_free_text(store, await store.retention_rules(), NOW_MS, no_pause)).words == 3
    assert sorted(await kept.words()) == ["new", "other", "r-new"]
    assert await kept.cells() == cells
    assert (await verify_generation(SqlRebuildStore(kept.database))).comparison.differences == 0
    for before, after in zip(facts, await kept.facts(), strict=True):
        assert before[:-2] + before[-1:] == after[:-2] + after[-1:]
        assert strip_free_text(before[3], before[-2]) == strip_free_text(after[3], after[-2])
    assert (await remove_free_text(store, await store.retention_rules(), NOW_MS, no_pause)).words == 0


async def test_words_that_come_again_go_again_and_count_as_what_they_correct(kept: Kept, call):
    await kept.sources(centre={"text_days": 30})
    store = SqlRetentionStore(kept.database)
    for revision in (0, 1):
        await kept.hear(call("old", "2025-12-01T12:00:00Z", revision=revision, talk_s=60 + revision))
        assert sorted(await kept.words()) == ["old"]
        assert (await remove_free_text(store, await store.retention_rules(), NOW_MS, no_pause)).words == 1
        assert await kept.words() == {}
    await kept.hear(call("old", "2025-12-01T12:00:00Z", revision=0))  # late, and older
    assert await kept.words() == {}
    assert (await verify_generation(SqlRebuildStore(kept.database))).comparison.differences == 0
    await kept.hear(
        InteractionRetracted(record_id="old", root_id="old", source_id="centre", reason="erasure", retracted_at=NOW)
    )
    assert await kept.cells() == []


async def test_all_batches_of_words_are_gone_through_and_none_is_read_twice(kept: Kept, call):
    ids = [f"c{number}" for number in range(7)]
    await kept.hear(*(call(id_, "2025-12-01T12:00:00Z") for id_ in ids))
    store = SqlRetentionStore(kept.database)
    after, removed, steps = RetentionPosition(0, 0), 0, 0
    while after is not None:
        step = await store.remove_free_text("centre", after, 2, NOW_MS)
        removed, after, steps = removed + step.removed, step.next, steps + 1
    assert (removed, steps) == (7, 4)
    assert await kept.words() == {}


async def test_the_words_that_are_due_are_found_by_their_index(kept: Kept, call):
    await kept.hear(call("old", "2025-12-01T12:00:00Z"))
    explain = "EXPLAIN QUERY PLAN" if kept.database.dialect == "sqlite" else "EXPLAIN"
    due = f"SELECT id FROM fact WHERE {HAS_WORDS} AND source_id = 'centre' AND occurred_at < {NOW_MS}"  # noqa: S608 - constants
    async with kept.database.write_transaction() as connection:
        if kept.database.dialect == "postgresql":  # which would read one row rather than its index
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(str(row) for row in await connection.execute(text(f"{explain} {due}")))
    assert "fact_words" in plan


async def test_a_text_that_comes_late_or_again_goes_at_the_next_pass(kept: Kept, response):
    await kept.sources(survey={"text_days": 30})
    store = SqlRetentionStore(kept.database)
    for revision in (0, 1):
        await kept.hear(response("old", f"Said {revision}", "2025-12-01T12:00:00Z", revision=revision))
        assert await kept.texts() == {f"Said {revision}"}
        assert (await remove_texts(store, await store.retention_rules(), NOW_MS, no_pause)).texts == 1
        assert await kept.texts() == set()


@pytest.mark.parametrize("state", ["active", "retired"])
async def test_nothing_goes_while_there_is_a_legal_hold(kept: Kept, response, call, letter, state):
    old = response("old", "Said long ago", "2020-01-01T12:00:00Z")
    await kept.hear(old, letters=[letter(old, 1)])
    await kept.hear(call("c", "2020-01-01T12:00:00Z", source_id="survey"))
    store = SqlRetentionStore(kept.database)
    late = NOW_MS + 1000 * DAY_MS
    for hold, left in ((True, {"Said long ago"}), (False, set())):
        await kept.sources(state, survey={"text_days": 1, "legal_hold": hold})
        rules = await store.retention_rules()
        await remove_texts(store, rules, late, no_pause)
        await remove_free_text(store, rules, late, no_pause)
        await remove_letters(store, rules, late, no_pause)
        assert len(await kept.words()) == len(left)
        assert await kept.texts() == left
        assert len(await kept.letters()) == len(left)


async def test_a_rule_that_cannot_be_read_keeps_everything(kept: Kept, response):
    await kept.hear(response("old", "Said long ago", "2020-01-01T12:00:00Z"))
    await kept.sources(survey={"text_days": "soon"}, kiosk={"text_days": 1, "legal_hold": False, "more": 1})
    rules = await SqlRetentionStore(kept.database).retention_rules()
    assert rules == {"survey": RetentionRule(legal_hold=True), "kiosk": RetentionRule(1)}


async def test_dead_letters_of_what_was_taken_back_go_and_no_others(kept: Kept, response, letter):
    one, two = response("one", "First"), response("two", "Second")
    facts = {"source_id": "centre", "agency_id": "sf", "time_zone": "UTC", "kind": "call", "outcome": "answered",
             "started_at": NOW, "received_at": NOW}  # fmt: skip
    leg = InteractionRecorded.model_validate({**facts, "record_id": "leg", "root_id": "root"})
    root = InteractionRecorded.model_validate({**facts, "record_id": "root", "root_id": "root"})
    letters = [letter(event, number) for number, event in enumerate((one, two, leg, root, None))]
    await kept.hear(response("three", "Third"), letters=letters)
    await kept.hear(ResponseRetracted(record_id="one", source_id="survey", reason="erasure", retracted_at=NOW))
    why = {"reason": "erasure", "retracted_at": NOW}
    await kept.hear(InteractionRetracted(record_id="leg", source_id="centre", root_id="root", **why))
    before = await kept.letters()
    store = SqlRetentionStore(kept.database)
    assert (await remove_letters(store, {}, NOW_MS, no_pause)).letters == 2
    assert await kept.letters() == [before[1], before[3], before[4]]


async def test_no_byte_of_an_erased_text_stays_in_a_file_for_longer_than_an_hour(small_database, response, call):
    kept, file = Kept(small_database), Path(small_database.url.database or "")
    words = [f"The zebrawood counter {number} was closed" for number in range(40)]
    await kept.hear(*(response(f"r{number}", said) for number, said in enumerate(words)), response("ok", "All fine"))
    for number in range(40):
        await kept.hear(
            ResponseRetracted(record_id=f"r{number}", source_id="survey", reason="erasure", retracted_at=NOW)
        )
    await kept.hear(*(call(f"c{number}", "2025-12-01T12:00:00Z") for number in range(40)))
    await kept.sources(centre={"text_days": 30})
    await RetentionScheduler(SqlRetentionStore(small_database), Clock()).run_if_due()
    assert await kept.texts() == {"All fine"}
    assert [await kept.found_by(word) for word in ("zebrawood", "fine")] == [0, 1]
    await small_database.close_engine()
    assert b"All fine" in file.read_bytes()
    for written in file.parent.glob(f"{file.name}*"):
        assert b"zebrawood" not in written.read_bytes(), written


async def test_no_byte_of_an_erased_text_stays_in_any_file_while_the_database_is_open(small_database, response, call):
    kept, file = Kept(small_database), Path(small_database.url.database or "")
    clock = Clock()
    keeper = RetentionScheduler(SqlRetentionStore(small_database), clock)
    await kept.sources(survey={}, centre={})
    await kept.hear(response("r", "The zebrawood counter was closed"), response("ok", "All fine"))
    await kept.hear(call("c", query="zebrawood"))
    await keeper.run_if_due()
    assert any(b"zebrawood" in one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    clock.at += timedelta(seconds=400)
    why = {"reason": "erasure", "retracted_at": NOW}
    await kept.hear(ResponseRetracted(record_id="r", source_id="survey", **why))
    await kept.hear(InteractionRetracted(record_id="c", root_id="c", source_id="centre", **why))
    await keeper.run_if_due()
    assert [await kept.found_by(word) for word in ("zebrawood", "fine")] == [0, 1]
    assert b"All fine" in file.read_bytes()
    written = list(file.parent.glob(f"{file.name}*"))
    assert len(written) > 1  # the journal is there, and empty
    for one in written:
        assert b"zebrawood" not in one.read_bytes(), one


async def test_a_text_that_was_replaced_leaves_the_files_too_and_the_index_is_not_merged_without_end(
    small_database, response
):
    kept, file = Kept(small_database), Path(small_database.url.database or "")
    clock = Clock()
    keeper = RetentionScheduler(SqlRetentionStore(small_database), clock)
    await kept.sources(survey={})
    await kept.hear(response("r", "The zebrawood counter was closed"))
    await keeper.run_if_due()
    await kept.hear(response("r", "It was closed", revision=1))
    await keeper.run_if_due()  # too soon after the first for the index to be merged again
    clock.at += timedelta(seconds=301)
    await keeper.run_if_due()
    for one in file.parent.glob(f"{file.name}*"):
        assert b"zebrawood" not in one.read_bytes(), one


async def test_the_keeper_looks_through_all_texts_every_hour_and_when_a_rule_changed(kept: Kept, response):
    clock = Clock()
    keeper = RetentionScheduler(SqlRetentionStore(kept.database), clock)
    await kept.sources(survey={})
    await kept.hear(response("a", "A", "2025-12-01T12:00:00Z"), response("b", "B", "2026-02-01T12:00:00Z"))
    await keeper.run_if_due()
    assert await kept.texts() == {"A", "B"}
    await kept.sources(survey={"text_days": 60})
    await keeper.run_if_due()
    assert await kept.texts() == {"B"}
    clock.at += timedelta(days=60)
    await keeper.run_if_due()
    assert await kept.texts() == set()


class Pages:
    """A store of texts by their ids, which ends after some batches as a process does that is killed."""

    def __init__(self, texts: dict[int, int], ends_after: int) -> None:
        self.texts = texts
        self.left = ends_after

    async def remove_texts(self, after, most, before):
        if self.left == 0:
            raise ConnectionError
        self.left -= 1
        page = sorted(id_ for id_ in self.texts if id_ > after)[:most]
        old = [id_ for id_ in page if self.texts[id_] < before["s"]]
        for id_ in old:
            del self.texts[id_]
        return RetentionStep(len(old), page[-1] if len(page) == most else None)


@given(st.lists(st.integers(-5, 5), max_size=2000), st.integers(0, 4))
async def test_a_pass_that_is_cut_off_and_begun_anew_removes_exactly_what_is_due(ages, ends_after):
    texts = {number: NOW_MS + age * DAY_MS for number, age in enumerate(ages, start=1)}
    due = {number for number, at in texts.items() if at < NOW_MS - DAY_MS}
    pages = Pages(dict(texts), ends_after)
    rules = {"s": RetentionRule(1)}
    if ends_after * 500 <= len(texts):
        with pytest.raises(ConnectionError):
            await remove_texts(pages, rules, NOW_MS, no_pause)
    pages.left = 100
    await remove_texts(pages, rules, NOW_MS, no_pause)
    assert texts.keys() - pages.texts.keys() == due


@given(st.integers(1, 36_500), st.booleans(), st.integers(0, 2**40))
def test_a_hold_or_no_limit_means_no_end(days, hold, now):
    assert retention_cutoffs({"a": RetentionRule(), "b": RetentionRule(days, legal_hold=True)}, now) == {}
    assert ("c" in retention_cutoffs({"c": RetentionRule(days, legal_hold=hold)}, now)) is not hold


def test_old_dead_letters_go_also_those_that_tell_no_source():
    nameless, named = ExpirableDeadLetter(1, (), NOW_MS - 10 * DAY_MS), (("ce_source", b"/sources/s"),)
    letters = [
        nameless,
        ExpirableDeadLetter(2, named, NOW_MS - 10 * DAY_MS),
        ExpirableDeadLetter(3, named, NOW_MS - DAY_MS),
    ]
    assert overdue_letters(letters, {}, NOW_MS, 30 * DAY_MS) == []
    assert overdue_letters(letters, {}, NOW_MS, 9 * DAY_MS) == [1, 2]
    assert overdue_letters(letters, {"s": RetentionRule(5)}, NOW_MS, 30 * DAY_MS) == [2]
    assert overdue_letters(letters, {"s": RetentionRule(5, legal_hold=True)}, NOW_MS, 9 * DAY_MS) == [1]


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (b"response:a:b:0", hash_key128("response", "s", "a:b")),
        (b"response:a:review-7", hash_key128("response", "s", "a")),
        (b"tally:t:retracted", hash_key128("tally", "s", "t")),
        (b"funnel:f:0", hash_key128("funnel", "s", "f")),
        (b"interaction:c:2", hash_key128("interaction", "s", "c", "c")),
        (b"other:c:2", None),
        (b"response:x", None),
        (b"", None),
    ],
)
def test_a_dead_letter_tells_its_record_by_its_headers(event, key):
    assert ExpirableDeadLetter(1, (("ce_source", b"/sources/s"), ("ce_id", event)), 0).record_key == key
    assert ExpirableDeadLetter(1, (("ce_source", b"/elsewhere"), ("ce_id", event)), 0).record_key is None
