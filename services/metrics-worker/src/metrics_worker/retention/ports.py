"""What retention needs of the metrics database."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from metrics_worker.retention.domain import Letter, Rules


class Step(NamedTuple):
    """A batch was looked through: how many texts were removed, and where to go on; None at the end."""

    removed: int
    next: int | None


class RetentionStore(Protocol):
    """The texts and dead letters that are kept, and the rules for them."""

    async def rules(self) -> Rules:
        """What the catalogue says of each source, retired ones too."""
        ...

    async def remove_texts(self, after: int, most: int, before: Mapping[str, int]) -> Step:
        """Of the next texts remove those, search index included, that a source got before its instant (epoch ms)."""
        ...

    async def tidy_index(self, *, first: bool) -> bool:
        """A step towards a search index without a trace of texts that were removed; whether more steps are needed."""
        ...

    async def letters(self, after: int, most: int) -> Sequence[Letter]:
        """The next dead letters in order of their ids."""
        ...

    async def retracted(self, keys: Collection[bytes]) -> Collection[bytes]:
        """Those of some records that were taken back for good."""
        ...

    async def remove_letters(self, ids: Collection[int]) -> None: ...
