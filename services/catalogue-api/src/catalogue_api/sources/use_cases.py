"""Making, listing and revoking the keys of a source."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalogue_api.entities.change_steps import ChangeAuthor, require_entity, require_write
from catalogue_api.entities.errors import EntityRetired
from catalogue_api.sources.domain import KIND, StoredKey
from catalogue_api.sources.errors import KeyNotFound, TooManyKeys
from catalogue_api.sources.ports import SourceKeyStore
from soundings.access.keys import make_key
from soundings.access.roles import Principal
from soundings.kernel.clock import Clock

KEYS_MAX = 20
"""How many keys of a source may be in force at once: enough to rotate, few enough to know them."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A key with its secret, which is returned only once."""

    key: StoredKey
    secret: str


@dataclass(frozen=True, slots=True)
class CreateKey:
    """Makes a key of a source in force."""

    keyring: SourceKeyStore
    clock: Clock

    async def __call__(self, source_id: str, caller: Principal, label: str | None = None) -> CreatedKey:
        """Raises NotFound, ForeignAgency, EntityRetired and TooManyKeys."""
        author = ChangeAuthor.of(caller, self.clock)
        async with self.keyring.writing() as writer:
            source = await require_entity(writer, KIND.name, source_id)
            require_write(caller, KIND.name, source.agency_id)
            if not source.is_active:
                raise EntityRetired("The source is retired; a PUT revives it.")
            # Counted inside the write transaction, so that two concurrent requests cannot exceed
            # the limit.
            in_force = [key for key in await writer.keys_of(source_id) if key.revoked_at is None]
            if len(in_force) >= KEYS_MAX:
                raise TooManyKeys(f"A source has at most {KEYS_MAX} keys in force; revoke one first.")
            # The secret is in the reply only. The database and the log have its hash.
            made = make_key()
            key = StoredKey(made.key_id, source_id, made.key_hash, 1, author.now, author.name, label=label)
            await writer.save_key(key)
            await writer.enqueue_event(key.snapshot())
        return CreatedKey(key, made.secret)


@dataclass(frozen=True, slots=True)
class ListKeys:
    """Lists the keys of a source, revoked ones too; never their secrets."""

    keyring: SourceKeyStore

    async def __call__(self, source_id: str, caller: Principal) -> Sequence[StoredKey]:
        """Raises NotFound and ForeignAgency."""
        async with self.keyring.reading() as reader:
            require_write(caller, KIND.name, (await require_entity(reader, KIND.name, source_id)).agency_id)
            return await reader.keys_of(source_id)


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Takes a key out of force for good; doing it twice changes nothing."""

    keyring: SourceKeyStore
    clock: Clock

    async def __call__(self, source_id: str, key_id: str, caller: Principal) -> None:
        """Raises NotFound, KeyNotFound and ForeignAgency."""
        author = ChangeAuthor.of(caller, self.clock)
        async with self.keyring.writing() as writer:
            require_write(caller, KIND.name, (await require_entity(writer, KIND.name, source_id)).agency_id)
            key = next((key for key in await writer.keys_of(source_id) if key.id == key_id), None)
            if key is None:
                raise KeyNotFound(f"The source {source_id!r} has no key {key_id!r}.")
            if key.revoked_at is None:
                revoked = replace(key, revision=key.revision + 1, revoked_at=author.now, revoked_by=author.name)
                await writer.save_key(revoked)
                await writer.enqueue_event(revoked.snapshot())


@dataclass(frozen=True, slots=True)
class AnnounceKeys:
    """Puts a snapshot of every key into the outbox again, revoked ones too."""

    keyring: SourceKeyStore
    clock: Clock

    async def __call__(self) -> int:
        """How many there were. Raises Unavailable; what was announced until then stays announced."""
        after, announced = "", 0
        while True:
            async with self.keyring.writing() as writer:
                page = await writer.key_page(after, _PAGE)
                await writer.enqueue_event(*(key.snapshot() for key in page), at=self.clock())
            announced += len(page)
            if len(page) < _PAGE:
                return announced
            after = page[-1].id
