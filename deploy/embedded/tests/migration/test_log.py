"""A log is copied once, however often the copy is cut off, and every difference is seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundings.events.topics import TopicSpec
from soundings.log.port import LogRecord
from soundings.log.read_marks import check_marks
from soundings.testing.memory_log import MemoryLog
from soundings_embedded.migration.copy_log import check_ours, copy_log
from soundings_embedded.migration.domain import origin_of
from soundings_embedded.migration.errors import LogInUse
from soundings_embedded.migration.ports import StepMeter
from soundings_embedded.migration.verify_log import prove_log

TOPICS = [TopicSpec("a", 2, "delete", timedelta(days=1)), TopicSpec("b", 1, "compact", None)]
MARK = "this-home"


def meter() -> StepMeter:
    return StepMeter(lambda _part, _done, _steps: None, "", 0)


async def empty() -> MemoryLog:
    log = MemoryLog()
    await log.ensure_topics(TOPICS)
    return log


async def filled(records: int = 25) -> MemoryLog:
    log = await empty()
    for number in range(records):
        key = b"key-%d" % number
        await log.append_records("a", [LogRecord(key, b"value", (("ce_id", b"%d" % number),))])
        await log.append_records("b", [LogRecord(key, b"value" if number % 3 else None)])
    return log


class CutOff(Exception):
    """The copy was killed."""


class Fragile(MemoryLog):
    """A log that takes so many appends, and with the last one the process dies; `late` when only after storing."""

    def __init__(self, log: MemoryLog, appends: int, *, late: bool) -> None:
        super().__init__(log.store)
        self._left, self._late = appends, late

    async def append_records(self, topic, records):
        self._left -= 1
        if self._left < 0 and not self._late:
            raise CutOff
        answers = await super().append_records(topic, records)
        if self._left < 0:
            raise CutOff
        return answers


async def move(source: MemoryLog, target: MemoryLog) -> None:
    await check_ours(target, TOPICS, MARK)
    await copy_log(source, target, TOPICS, MARK, meter())


async def is_proven(source: MemoryLog, target: MemoryLog) -> bool:
    return all(topic.is_equal for topic in (await prove_log(source, target, TOPICS, {}, meter())).topics)


@given(cuts=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=4))
async def test_a_copy_that_is_cut_off_goes_on_and_holds_every_record_once(cuts: list[tuple[int, bool]]):
    source, target = await filled(), await empty()
    for appends, late in cuts:
        try:
            await move(source, Fragile(target, appends, late=late))
        except CutOff:
            continue
    await move(source, target)
    assert await target.end_positions(["a", "b"]) == await source.end_positions(["a", "b"])
    assert await is_proven(source, target)


async def test_a_second_copy_adds_only_what_is_new():
    source, target = await filled(), await empty()
    await move(source, target)
    await source.append_records("b", [LogRecord(b"later", b"value")])
    await move(source, target)
    assert await target.end_positions(["a", "b"]) == await source.end_positions(["a", "b"])


async def test_positions_are_carried_over_to_the_record_that_comes_next():
    source, target = await filled(), await empty()
    await target.append_records(
        "b", [LogRecord(b"x", b"x", (("moved_from", f"{MARK}:0".encode()),))]
    )  # another offset from here on
    target.store.records["b", 0].clear()
    target.store.records["b", 0].append(
        replace((await source.read_batch("b", 0, 0, 1)).records[0], headers=(("moved_from", f"{MARK}:0".encode()),))
    )
    await move(source, target)
    proven = await prove_log(source, target, TOPICS, {("a", 0): 3, ("b", 0): 25}, meter())
    (there,) = (await target.read_batch("a", 0, proven.marks["a", 0].next, 1)).records
    origin = origin_of(there)
    assert origin is not None
    assert origin.position == 3
    assert proven.marks["a", 1].next == 0
    assert proven.marks["b", 0].next == await target.end_position("b", 0)
    assert proven.marks["a", 0].digest is not None
    assert proven.marks["b", 0].digest is not None
    assert [one.problem for one in (await check_marks(target, proven.marks)).values() if one.problem] == []


async def test_records_of_others_are_left_alone():
    source, target = await filled(), await empty()
    await target.append_records("b", [LogRecord(b"live", b"value")])
    with pytest.raises(LogInUse, match="The topic b holds records that do not come from this home"):
        await move(source, target)
    assert await target.end_position("a", 0) == 0
    elsewhere = await empty()
    await copy_log(source, elsewhere, TOPICS, "another-home", meter())
    with pytest.raises(LogInUse):
        await check_ours(elsewhere, TOPICS, MARK)


@pytest.mark.parametrize("change", ["value", "header", "missing"])
async def test_a_record_that_differs_is_seen(change: str):
    source, target = await filled(), await empty()
    await move(source, target)
    stored = target.store.records["a", 0]
    match change:
        case "value":
            stored[2] = replace(stored[2], value=b"other")
        case "header":
            stored[2] = replace(stored[2], headers=stored[2].headers[1:])
        case _:
            stored.pop()
    assert not await is_proven(source, target)


async def test_a_record_that_arrived_twice_is_no_difference():
    source, target = await filled(3), await empty()
    await move(source, target)
    again = (await target.read_batch("b", 0, 2, 1)).records[0]
    await target.append_records("b", [LogRecord(again.key, again.value, again.headers)])
    assert await is_proven(source, target)
