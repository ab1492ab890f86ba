import pytest

from soundings.events.topics import RESPONSES
from soundings.log.port import AppendFailed, LogRecord, LogUnavailable, RecordPosition
from soundings.testing.log_contract import LogContract
from soundings.testing.memory_log import MemoryLog, MemoryStore


class TestMemoryLog(LogContract):
    @pytest.fixture
    def reopen(self):
        store = MemoryStore()

        async def open_again():
            return MemoryLog(store)

        return open_again


async def test_a_fault_fails_every_append_until_it_is_taken_away():
    log = MemoryLog()
    await log.ensure_topics([RESPONSES])
    log.store.fault = LogUnavailable("away")
    with pytest.raises(LogUnavailable):
        await log.append_records(RESPONSES.name, [LogRecord(b"k", b"v")])
    log.store.fault = None
    assert isinstance((await log.append_records(RESPONSES.name, [LogRecord(b"k", b"v")]))[0], RecordPosition)


async def test_single_keys_can_be_refused():
    log = MemoryLog(MemoryStore(refusing=frozenset({b"bad"})))
    await log.ensure_topics([RESPONSES])
    stored, failed = await log.append_records(RESPONSES.name, [LogRecord(b"good", b""), LogRecord(b"bad", b"")])
    assert isinstance(stored, RecordPosition)
    assert isinstance(failed, AppendFailed)
