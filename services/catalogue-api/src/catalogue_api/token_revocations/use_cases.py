"""Revoking a token, and listing what was revoked."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from catalogue_api.entities.change_steps import ChangeAuthor
from catalogue_api.token_revocations.domain import RevokedToken, read_revocation
from catalogue_api.token_revocations.errors import EveryAgencyNeeded, TooManyRevocations
from soundings.access.roles import Principal
from soundings.access.tokens import LEEWAY_SECONDS
from soundings.kernel.clock import Clock

REVOCATIONS_MAX: Final = 50_000
_FORGOTTEN_AT_ONCE: Final = 500
_PAGE: Final = 500
_GRACE: Final = timedelta(seconds=2 * LEEWAY_SECONDS)
"""A token is taken a little beyond its time, so its revocation must last a little longer still."""


class RevocationWriter(Protocol):
    async def get(self, jti: str) -> RevokedToken | None: ...

    async def count(self) -> int: ...

    async def save(self, token: RevokedToken) -> None: ...

    async def announce(self, tokens: Sequence[RevokedToken], at: datetime) -> None: ...

    async def page(self, after: str, limit: int) -> Sequence[RevokedToken]: ...

    async def forget_expired(self, before: datetime, at: datetime, limit: int) -> None: ...


class RevocationStore(Protocol):
    def writing(self) -> AbstractAsyncContextManager[RevocationWriter]: ...

    async def page(self, after: str, limit: int) -> Sequence[RevokedToken]: ...


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """Revokes a token permanently; unknown tokens are accepted, and the operation is idempotent."""

    store: RevocationStore
    clock: Clock
    most: int = REVOCATIONS_MAX

    async def __call__(self, sent: object, caller: Principal) -> tuple[RevokedToken, bool]:
        """The revocation, and whether it is new. Raises Refused, EveryAgencyNeeded and TooManyRevocations."""
        _check_reach(caller)
        author = ChangeAuthor.of(caller, self.clock)
        asked = read_revocation(sent, author.now)
        async with self.store.writing() as writer:
            # Removed when something is written, so no scheduler is needed; bounded, so that one
            # request stays fast.
            await writer.forget_expired(author.now - _GRACE, author.now, _FORGOTTEN_AT_ONCE)
            before = await writer.get(asked.jti)
            if before is not None and before.expires_at >= asked.expires_at:
                return before, False
            # Every service holds all revocations in memory.
            if before is None and await writer.count() >= self.most:
                raise TooManyRevocations(f"{self.most} tokens are revoked; withdraw the key that signed them.")
            revision = 1 if before is None else before.revision + 1
            token = RevokedToken(asked.jti, asked.expires_at, revision, author.now, author.name)
            await writer.save(token)
        return token, before is None


@dataclass(frozen=True, slots=True)
class ListRevokedTokens:
    store: RevocationStore

    async def __call__(self, caller: Principal, *, after: str, limit: int) -> tuple[Sequence[RevokedToken], bool]:
        """At most ``limit`` revocations from behind the id ``after``, and whether there are more."""
        _check_reach(caller)
        found = await self.store.page(after, limit + 1)
        return found[:limit], len(found) > limit


@dataclass(frozen=True, slots=True)
class AnnounceRevocations:
    """Puts a snapshot of every revocation into the outbox again, so that a lost topic revokes them again."""

    store: RevocationStore
    clock: Clock

    async def __call__(self) -> int:
        """How many there were. Raises Unavailable; what was announced until then stays announced."""
        after, announced = "", 0
        while True:
            async with self.store.writing() as writer:
                page = await writer.page(after, _PAGE)
                await writer.announce(page, self.clock())
            announced += len(page)
            if len(page) < _PAGE:
                return announced
            after = page[-1].id


def _check_reach(caller: Principal) -> None:
    if not caller.reaches_every_agency:
        raise EveryAgencyNeeded("Tokens are revoked by an admin whose token reaches every agency.")
