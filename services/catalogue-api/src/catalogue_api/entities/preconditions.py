"""Entity tags and the conditions that callers put on them (RFC 9110, sections 8.8.3 and 13.1)."""

from dataclasses import dataclass
from hashlib import blake2b

import orjson

from catalogue_api.entities.domain import Entity, body_document
from catalogue_api.entities.errors import PreconditionFailed


def entity_etag(entity: Entity) -> str:
    """A strong tag: the revision, and a hash of everything that an item shows."""
    shown = [entity.id, entity.state, entity.published, body_document(entity.body)]
    # The content is hashed too: a restore from a backup can repeat a revision with other content.
    content = blake2b(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
    return f'"{entity.revision}-{content}"'


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The tags of ``If-Match`` and ``If-None-Match``; None where the caller sent none."""

    match: tuple[str, ...] | None = None
    none_match: tuple[str, ...] | None = None

    def require(self, entity: Entity | None) -> None:
        """Raises ChangedMeanwhile unless the entity (None: there is none) is as a writer expects it to be."""
        tag = None if entity is None else entity_etag(entity)
        if self.match is not None and (tag is None or not ({"*", tag} & set(self.match))):
            raise PreconditionFailed("It is not, or no longer, what If-Match names; read it again." if tag else _ABSENT)
        if self.none_match is not None and tag is not None and {"*", tag} & set(self.none_match):
            raise PreconditionFailed("It is there already, and If-None-Match says that it must not be.")

    def is_unmodified(self, entity: Entity) -> bool:
        """Whether a reader has this very entity (weak comparison)."""
        # If-None-Match uses weak comparison (RFC 9110, section 13.1.2).
        return any(tag.removeprefix("W/") in {"*", entity_etag(entity)} for tag in self.none_match or ())


_ABSENT = "There is nothing that If-Match could name."


def parse_etags(header: str | None) -> tuple[str, ...] | None:
    """The tags of a header; None where there is no header."""
    return None if header is None else tuple(tag.strip() for tag in header.split(","))
