"""Why a demo may stop half-way; running it again goes on."""

from collections.abc import Sequence
from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class ItemsRefused(SoundingsError):
    """The API rejected items of the demo: server and demo have different versions."""

    code: ClassVar[str] = "items_refused"

    def __init__(self, source: str, rejected: Sequence[dict[str, object]]) -> None:
        first = rejected[0]
        super().__init__(
            f"{source}: {len(rejected)} items were refused, the first one ({first.get('id')}) because "
            f"{first.get('field')} {first.get('detail')}"
        )


class KeyUnknown(SoundingsError):
    """feedback-api does not know a new key in time; it may follow another log than catalogue-api."""

    code: ClassVar[str] = "key_unknown"


class NotCounted(SoundingsError):
    """The metrics have stopped catching up; the worker's own log says why."""

    code: ClassVar[str] = "not_counted"
