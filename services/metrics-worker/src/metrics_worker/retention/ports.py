"""What retention needs of the metrics database."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from metrics_worker.retention.domain import ExpirableDeadLetter, ParkedText, Rules


class RetentionStep(NamedTuple):
    """A batch was looked through: how many texts were removed, and where to go on; None at the end."""

    removed: int
    next: int | None


class RetentionPosition(NamedTuple):
    """A fact among those of its source, in order of when they occurred (epoch ms)."""

    occurred_at: int
    id: int


class WordsStep(NamedTuple):
    """A batch of facts: of how many free text was removed, and after which to go on; None at the end."""

    removed: int
    next: RetentionPosition | None


class RetentionStore(Protocol):
    """The texts, free text among the facts, and dead letters that are kept, and the rules for them."""

    async def retention_rules(self) -> Rules:
        """What the catalogue says of each source, retired ones too."""
        ...

    async def remove_texts(self, after: int, most: int, before: Mapping[str, int]) -> RetentionStep:
        """Of the next texts remove those, search index included, that a source got before its instant (epoch ms)."""
        ...

    async def remove_free_text(self, source: str, after: RetentionPosition, most: int, before: int) -> WordsStep:
        """Remove free text from the next facts of a source that hold any and occurred before an instant (epoch ms)."""
        ...

    async def compact_search_index(self, *, first: bool) -> bool:
        """A step towards a search index without a trace of texts that were removed; whether more steps are needed."""
        ...

    def removals(self) -> int:
        """How often texts were removed or replaced by the fold so far in this process."""
        ...

    async def empty_journal(self) -> bool:
        """Leave no trace of removed rows in the database's journal; False where that must be tried again."""
        ...

    async def list_letters(self, after: int, most: int) -> Sequence[ExpirableDeadLetter]:
        """The next dead letters in order of their ids."""
        ...

    async def retracted_keys(self, keys: Collection[bytes]) -> Collection[bytes]:
        """Those of some records that were taken back for good."""
        ...

    async def remove_letters(self, ids: Collection[int]) -> None: ...

    async def parked_letters(self, after: int, most: int) -> Sequence[ExpirableDeadLetter]:
        """The next parked records in order of their ids, by their headers."""
        ...

    async def remove_parked(self, ids: Collection[int]) -> None:
        """Remove parked records that will never be counted."""
        ...

    async def parked_texts(self, after: int, most: int) -> Sequence[ParkedText]:
        """The next parked records whose text is still there, in order of their ids."""
        ...

    async def trim_parked(self, values: Mapping[int, bytes]) -> None:
        """Replace the bytes of parked records by what is left of them."""
        ...
