"""The source that sent a log record, determined from its key and headers without decoding its value."""

from typing import Final

from soundings.events.topics import CATALOGUE
from soundings.kernel.ids import is_slug
from soundings.log.port import Headers

UNKNOWN_SENDER: Final = "~unknown"
"""The label of records that do not name their source. It is no slug, so no source has it."""
CATALOGUE_SENDER: Final = "~catalogue"
"""The label of everything on the topic of the catalogue, which no source sends."""
_SOURCES: Final = "/sources/"


def sender_of(topic: str, key: bytes, headers: Headers) -> str:
    """The source that the header `ce_source` names, else the one that the key begins with, else a reserved label."""
    if topic == CATALOGUE.name:
        return CATALOGUE_SENDER
    for name, value in headers:
        if name == "ce_source":
            sender = value.decode("utf-8", "replace")
            if sender.startswith(_SOURCES) and is_slug(source := sender[len(_SOURCES) :]):
                return source
            break
    source, slash, _ = key[: 4 * 101].decode("utf-8", "replace").partition("/")
    return source if slash and is_slug(source) else UNKNOWN_SENDER
