"""Mapping rules of a source: vendor values to fields of the interaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from feedback_api.connectors.draft import DraftInteraction
from feedback_api.intake.field_readers import is_list
from soundings.events.catalogue import ConnectorBody, ConnectorRule

_SAYS: Final = ("service_id", "reason", "channel", "kind", "direction", "outcome")
_TOPICS_MAX: Final = 20

# A vendor's field and its value, as they are compared.
Fact = tuple[str, str]


class MappingRules:
    """The rules of one connector, indexed by vendor field and value."""

    def __init__(self, connector: ConnectorBody) -> None:
        self._connector = connector
        self._rules: dict[Fact, list[tuple[int, ConnectorRule]]] = {}
        for place, rule in enumerate(connector.rules):
            self._rules.setdefault(_fact_text(rule.field, rule.value), []).append((place, rule))

    def apply_rules(self, draft: DraftInteraction) -> None:
        """Fill a draft: each field from the first matching rule, topics from all matching rules."""
        fitting = self._matching_rules(draft)
        for name in _SAYS:
            said = next((value for rule in fitting if (value := getattr(rule, name)) is not None), None)
            if said is not None:
                draft.item[name] = str(said)
        topics = dict.fromkeys([*_draft_topics(draft), *(topic for rule in fitting for topic in rule.topic)])
        if topics:
            draft.item["topic"] = list(topics)[:_TOPICS_MAX]
        if self._connector.service_id is not None:
            draft.item.setdefault("service_id", self._connector.service_id)
        for name in self._connector.keep:
            for value in draft.facts.get(name, ())[:1]:
                draft.keep_attribute(name, value)

    def unmapped_values(self, draft: DraftInteraction) -> Iterator[Fact]:
        """The facts of a draft that no rule looks at, as the vendor wrote them."""
        for name, values in draft.facts.items():
            yield from ((name, value) for value in values if _fact_text(name, value) not in self._rules)

    def _matching_rules(self, draft: DraftInteraction) -> Sequence[ConnectorRule]:
        if not self._rules:
            return ()
        facts: Mapping[Fact, None] = {_fact_text(name, value): None for name, vs in draft.facts.items() for value in vs}
        found = [entry for fact in facts for entry in self._rules.get(fact, ())]
        return [rule for _, rule in sorted(found, key=lambda entry: entry[0])]


def _fact_text(name: str, value: str) -> Fact:
    return name.strip().casefold(), value.strip().casefold()


def _draft_topics(draft: DraftInteraction) -> list[str]:
    """The topics that the record itself has, where they are of the right shape; others are refused later."""
    given = draft.item.get("topic")
    return [topic for topic in given if isinstance(topic, str)] if is_list(given) else []
