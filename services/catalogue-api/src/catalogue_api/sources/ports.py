"""Keeping keys, in the same unit of work as the catalogue."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from catalogue_api.entities.ports import CatalogueReader, CatalogueWriter
from catalogue_api.sources.domain import StoredKey


class KeyReader(CatalogueReader, Protocol):
    async def keys_of(self, source_id: str) -> Sequence[StoredKey]:
        """Every key of a source, in the order in which they were made."""
        ...

    async def key_page(self, after: str, limit: int) -> Sequence[StoredKey]:
        """Keys of all sources in order of id, from behind ``after``."""
        ...


class KeyWriter(CatalogueWriter, KeyReader, Protocol):
    async def save_key(self, key: StoredKey) -> None:
        """Keep a key as it now is."""
        ...


class SourceKeyStore(Protocol):
    """The two units of work; see :class:`catalogue_api.entities.ports.Catalogue`."""

    def reading(self) -> AbstractAsyncContextManager[KeyReader]: ...

    def writing(self) -> AbstractAsyncContextManager[KeyWriter]: ...
