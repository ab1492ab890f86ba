"""How far an import has come, kept in a small file so that an import that was cut off goes on where it stopped."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """``lines`` of the file are settled; of the rows in them ``accepted`` are stored and ``rejected`` are not.

    Of those that are stored some are ``new``, some ``corrected`` an earlier record, some are ``unchanged``. Of the
    others some are ``differing``: another content is stored under their id, and ``retracted``: taken back for good.
    ``compared`` is false where the stored records could not be read.
    """

    lines: int = 0
    accepted: int = 0
    rejected: int = 0
    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    differing: int = 0
    retracted: int = 0
    compared: bool = True


class ImportCheckpoint:
    """The progress of one file with one mapping to one place."""

    def __init__(self, folder: Path, *identity: bytes) -> None:
        digest = sha256()
        for part in identity:
            # Hashes of the parts, so that their boundaries count.
            digest.update(sha256(part).digest())
        self._path = folder / f"{digest.hexdigest()[:32]}.json"

    def read(self) -> ImportProgress:
        """How far the last try came; nothing done when there was none."""
        try:
            return ImportProgress(**json.loads(self._path.read_text("utf-8")))
        # A damaged checkpoint only costs a second pass, which changes nothing.
        except (FileNotFoundError, ValueError, TypeError):
            return ImportProgress()

    def write(self, progress: ImportProgress) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(progress)), "utf-8")
        draft.replace(self._path)

    def clear(self) -> None:
        """The import is complete; the next one begins at the beginning, and changes no figure."""
        self._path.unlink(missing_ok=True)
