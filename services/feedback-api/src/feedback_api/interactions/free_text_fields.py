"""Free-text fields of interactions: topics and attributes, redacted unless they are slugs."""

import re
from typing import Final

from feedback_api.intake.errors import invalid_field, shown_text, wrong_type
from feedback_api.intake.field_readers import Item, Redact, checked_text, clean_text, is_list, is_object
from soundings.kernel.ids import is_slug

_TOPICS_MAX: Final = 20
_TOPIC_MAX: Final = 200
_ATTRIBUTES_MAX: Final = 20
_ATTRIBUTE_MAX: Final = 500
_BETWEEN_WORDS: Final = re.compile(r"[-_]+")
_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")


def read_topics(item: Item, redact: Redact) -> list[str]:
    """The topics of a contact in the order given, none of them twice, none blank."""
    value = item.get("topic")
    if value is None:
        return []
    if not is_list(value):
        raise wrong_type("topic", "a list of texts")
    if len(value) > _TOPICS_MAX:
        raise invalid_field("topic", "too_many", f"has {len(value)} entries; at most {_TOPICS_MAX} are taken")
    texts = [checked_text(entry, f"topic.{index}", _TOPIC_MAX) for index, entry in enumerate(value)]
    return list(dict.fromkeys(clean_text(text, _TOPIC_MAX, redact) for text in texts if text))


def read_attributes(item: Item, redact: Redact) -> dict[str, str]:
    """Raw values of the sender's system worth keeping: text by name, where a name is a slug."""
    value = item.get("attributes")
    if value is None:
        return {}
    if not is_object(value):
        raise wrong_type("attributes", "an object that maps names to texts")
    if len(value) > _ATTRIBUTES_MAX:
        raise invalid_field("attributes", "too_many", f"has {len(value)} entries; at most {_ATTRIBUTES_MAX} are taken")
    kept: dict[str, str] = {}
    for name, entry in value.items():
        if not is_slug(name):
            raise invalid_field("attributes", "not_a_slug", "names are 1 to 100 of a-z, 0-9, - and _")
        text = checked_text(entry, shown_text(name, of="attributes"), _ATTRIBUTE_MAX)
        kept.setdefault(_clean_name(name, redact), clean_text(text, _ATTRIBUTE_MAX, redact))
    return kept


def _clean_name(name: str, redact: Redact) -> str:
    """An attribute name without personal data. It is redacted as written and again with separators as spaces."""
    for written in (name, _BETWEEN_WORDS.sub(" ", name)):
        redacted = redact(written)
        if redacted != written:
            return _NOT_IN_SLUGS.sub("-", redacted.lower()).strip("-")
    return name
