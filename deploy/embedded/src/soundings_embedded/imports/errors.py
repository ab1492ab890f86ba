"""What can be wrong with a mapping, a file or one of its rows."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class BadMapping(SoundingsError):
    """The mapping file does not say what it should; the message names the place."""

    code: ClassVar[str] = "bad_mapping"


class BadFile(SoundingsError):
    """The file as a whole cannot be read with this mapping."""

    code: ClassVar[str] = "bad_file"


class BadRow(SoundingsError):
    """One row cannot become an item; the others can."""

    code: ClassVar[str] = "bad_row"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail
