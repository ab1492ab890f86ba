"""One batch of events folded onto what is known: pure, and in the order of the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from metrics_worker.aggregation.contribution import CellContribution
from metrics_worker.aggregation.deltas import Deltas
from metrics_worker.aggregation.errors import WrongPartition
from metrics_worker.aggregation.fact_payloads import Content, contribution_of
from metrics_worker.aggregation.facts import COUNTED, INTERACTIONS, StoredFact, family_of
from metrics_worker.aggregation.revisions import Comments, Event, RecordReceived, apply_event
from metrics_worker.aggregation.roots import InteractionRecord
from metrics_worker.aggregation.rules_version import CURRENT_RULES, ContributionRules


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """The stored facts that a batch speaks of: single records by key, and all records of each root by its key."""

    records: Mapping[bytes, StoredFact] = field(default_factory=dict[bytes, StoredFact])
    roots: Mapping[bytes, Sequence[StoredFact]] = field(default_factory=dict[bytes, Sequence[StoredFact]])


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What a batch changes. A voice of None is erased; only voices of changed facts can have been there before."""

    added: Sequence[StoredFact]
    changed: Sequence[StoredFact]
    deltas: Deltas
    voices: Mapping[bytes, Comments | None]


class BatchFold:
    """Folds the events of one batch; `result` holds the changes of all of them together.

    Contributions are added at once, as if every event were new, and those of the few that are not new are subtracted
    again. Contributions of roots are computed at the end, from all records of a root before and after the batch.
    """

    def __init__(self, known: StoredFacts, rules: ContributionRules = CURRENT_RULES) -> None:
        self._contribution_of_root = rules.root
        self._stored = known.records
        self._stored_roots = known.roots
        self._now: dict[bytes, tuple[StoredFact, Content | None]] = {}
        self._roots: dict[bytes, dict[bytes, tuple[StoredFact, Content | None]]] = {}
        self._deltas = Deltas()
        self._voices: dict[bytes, Comments | None] = {}

    def apply_event(self, event: Event) -> None:
        """One more event. Raises `WrongPartition`, and then nothing has changed."""
        fact = event.fact
        if fact.unit is not None:
            self._take_of_root(event, self._root_facts(fact.unit, fact.home))
        elif fact.key in self._now or fact.key in self._stored:
            self._take_again(event)
        else:
            self._take_first(event)

    def _take_first(self, event: Event) -> None:
        fact = event.fact
        if isinstance(event, RecordReceived):
            self._now[fact.key] = (fact, event.content)
            if fact.state == COUNTED:
                self._add_contribution(fact, event.content, 1)
            if event.voice is not None:
                self._voices[fact.key] = event.voice
        else:
            self._now[fact.key] = (fact, None)

    def _take_again(self, event: Event) -> None:
        key = event.fact.key
        held = self._now.get(key)
        if held is None:
            stored = self._stored[key]
            held = (stored, None if stored.data is None else contribution_of(stored))
        self._now[key] = now = _next_fact(held, event)
        if now is held:
            return
        self._apply_to_fact(event, now[0])
        self._add_held(held, -1)
        self._add_held(now, 1)

    def _take_of_root(self, event: Event, root: dict[bytes, tuple[StoredFact, Content | None]]) -> None:
        key = event.fact.key
        held = root.get(key)
        if held is None:
            root[key] = (event.fact, event.content if isinstance(event, RecordReceived) else None)
        else:
            root[key] = _next_fact(held, event)

    def _root_facts(self, unit: bytes, home: str) -> dict[bytes, tuple[StoredFact, Content | None]]:
        root = self._roots.get(unit)
        if root is None:
            stored = self._stored_roots.get(unit, ())
            root = {fact.key: (fact, None if fact.data is None else contribution_of(fact)) for fact in stored}
            if stored:
                _check_home(stored[0], home)
            self._roots[unit] = root
        elif root:
            _check_home(next(iter(root.values()))[0], home)
        return root

    def _apply_to_fact(self, event: Event, fact: StoredFact) -> None:
        """The text that belongs to the fact now: that of its latest revision, none once it is retracted."""
        if fact.data is None:
            self._voices[fact.key] = None
        elif isinstance(event, RecordReceived) and (event.voice is not None or fact.key in self._stored):
            self._voices[fact.key] = event.voice
        elif isinstance(event, RecordReceived):
            self._voices.pop(fact.key, None)

    def _add_held(self, held: tuple[StoredFact, Content | None], times: Literal[1, -1]) -> None:
        fact, content = held
        if fact.state == COUNTED and content is not None:
            self._add_contribution(fact, content, times)

    def _add_contribution(self, fact: StoredFact, content: Content, times: Literal[1, -1]) -> None:
        if isinstance(content, CellContribution):
            self._deltas.add(family_of(fact), content, times)

    def fold_result(self) -> FoldResult:
        """Everything that is to be written. To be called once."""
        added: list[StoredFact] = []
        changed: list[StoredFact] = []
        for key, (fact, _) in self._now.items():
            if (stored := self._stored.get(key)) is None:
                added.append(fact)
            elif stored is not fact:
                changed.append(fact)
        for unit, root in self._roots.items():
            self._finish_root(unit, root, added, changed)
        return FoldResult(added, changed, self._deltas, self._voices)

    def _finish_root(
        self,
        unit: bytes,
        root: Mapping[bytes, tuple[StoredFact, Content | None]],
        added: list[StoredFact],
        changed: list[StoredFact],
    ) -> None:
        stored = {fact.key: fact for fact in self._stored_roots.get(unit, ())}
        touched = False
        for key, (fact, _) in root.items():
            if key not in stored:
                added.append(fact)
            elif stored[key] is not fact:
                changed.append(fact)
            else:
                continue
            touched = True
        if touched:
            if stored:
                self._add_root([contribution_of(fact) for fact in stored.values() if fact.state == COUNTED], -1)
            counted = [content for fact, content in root.values() if fact.state == COUNTED and content is not None]
            self._add_root(counted, 1)

    def _add_root(self, contents: Sequence[Content], times: Literal[1, -1]) -> None:
        records = [content for content in contents if isinstance(content, InteractionRecord)]
        contribution = self._contribution_of_root(records) if records else None
        if contribution is not None:
            self._deltas.add(INTERACTIONS, contribution, times)


def _next_fact(held: tuple[StoredFact, Content | None], event: Event) -> tuple[StoredFact, Content | None]:
    """What is held after one more event; the same object when it changes nothing."""
    fact, content = held
    _check_home(fact, event.fact.home)
    now = apply_event(fact, event)
    if now is fact:
        return held
    return now, (event.content if isinstance(event, RecordReceived) else content)


def _check_home(fact: StoredFact, home: str) -> None:
    if fact.home != home:
        raise WrongPartition(f"what belongs to {fact.record_id!r} of {fact.source_id!r} is kept at {fact.home}")
