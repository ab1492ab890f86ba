"""Why a demo may stop half-way; running it again goes on."""

from collections.abc import Sequence
from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class ItemsRefused(SoundingsError):
    """A door did not take some of the demo's items: this Soundings and its demo are not of one version."""

    code: ClassVar[str] = "items_refused"

    def __init__(self, source: str, rejected: Sequence[dict[str, object]]) -> None:
        first = rejected[0]
        super().__init__(
            f"{source}: {len(rejected)} items were refused, the first one ({first.get('id')}) because "
            f"{first.get('field')} {first.get('detail')}"
        )


class KeyUnknown(SoundingsError):
    """The doors have not heard of a new key; does the feedback API follow the same log as the catalogue?"""

    code: ClassVar[str] = "key_unknown"


class NotCounted(SoundingsError):
    """The metrics have stopped catching up; the worker's own log says why."""

    code: ClassVar[str] = "not_counted"
