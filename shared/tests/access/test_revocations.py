"""Revoked tokens as services learn of them from the log, and what holds while it cannot be read."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from soundings.access.revocations import LogRevocations, RevocationList
from soundings.events.catalogue import TokenRevocation, TokenRevocationChanged
from soundings.events.envelope import encode_event
from soundings.events.topics import CATALOGUE
from soundings.kernel.errors import ServiceUnavailable
from soundings.log.port import LogRecord, LogUnavailable
from soundings.testing.memory_log import MemoryLog, MemoryStore


def revocation(jti, time, *, seconds=3600, revision=1):
    body = TokenRevocation(jti=jti, expires_at=time.at + timedelta(seconds=seconds))
    return encode_event(TokenRevocationChanged(id=f"id-{jti}", revision=revision, changed_at=time.at, body=body))


class Failing:
    """A source that may be away."""

    def __init__(self, ids=()):
        self.ids, self.away, self.looks = dict.fromkeys(ids, 0), False, 0

    async def revoked(self):
        self.looks += 1
        if self.away:
            raise LogUnavailable("away")
        return dict(self.ids)


async def test_revocations_are_read_from_the_beginning_and_then_on(time):
    log = MemoryLog(MemoryStore())
    source = LogRevocations(log, time.clock)
    assert await source.revoked() == {}  # nobody has made the topic yet
    await log.ensure_topics([CATALOGUE])
    await log.append_records(CATALOGUE.name, [revocation("a", time), LogRecord(b"agency/x", b"{}", ())])
    assert set(await source.revoked()) == {"a"}
    await log.append_records(CATALOGUE.name, [revocation("b", time, seconds=10)])
    assert set(await source.revoked()) == {"a", "b"}
    assert set(await LogRevocations(log, time.clock).revoked()) == {"a", "b"}
    time.go_on(11)
    assert set(await source.revoked()) == {"a"}
    await log.append_records(CATALOGUE.name, [LogRecord(b"token_revocation/id-a", None)])
    assert await source.revoked() == {}


async def test_a_source_is_looked_at_again_only_after_half_a_second(time):
    source = Failing(["a"])
    revoked = RevocationList(source, ticks=time.ticks)
    for _ in range(5):
        await revoked.refresh()
    assert source.looks == 1
    source.ids["b"] = 0
    time.go_on(1)
    await revoked.refresh()
    assert revoked.is_revoked("b")


async def test_what_was_known_goes_on_to_count_while_the_source_is_away(time):
    source = Failing(["a"])
    revoked = RevocationList(source, ticks=time.ticks)
    await revoked.refresh()
    source.away = True
    time.go_on(1)
    with capture_logs() as logs:
        await revoked.refresh()
    assert revoked.is_revoked("a")
    assert [one["event"] for one in logs] == ["token_revocations_not_read"]


async def test_tokens_wait_until_something_is_known(time):
    first, second = Failing(["a"]), Failing(["b"])
    first.away = second.away = True
    revoked = RevocationList(first, second, ticks=time.ticks)
    with pytest.raises(ServiceUnavailable):
        await revoked.refresh()
    second.away = False
    time.go_on(6)
    await revoked.refresh()
    assert (revoked.is_revoked("a"), revoked.is_revoked("b")) == (False, True)
