"""What a backup says of itself: which files it holds, with their digests, and which versions wrote them."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from soundings_embedded.backups.errors import RestoreRefused

FORMAT: Final = 1
NAME: Final = "manifest.json"
LOG: Final = "log.db"
NEEDED: Final = (LOG, "catalogue.db", "metrics.db", "secret", "signing-key.json", "jwks.json")
"""What no home can do without."""
_CHUNK: Final = 1 << 20


class CopiedFile(BaseModel):
    """One file: its size and its SHA-256 in hexadecimal digits."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    bytes: int
    sha256: str


class BackupManifest(BaseModel):
    """The whole backup. ``databases`` names the revision of the tables of each service's database."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    created_at: str
    soundings: str
    sqlite: str
    databases: Mapping[str, str]
    files: Mapping[str, CopiedFile]


def read_manifest(folder: Path) -> BackupManifest:
    """The manifest of a backup that this version can restore. Raises `RestoreRefused`."""
    path = folder / NAME
    if not path.is_file():
        raise RestoreRefused(f"{folder} holds no {NAME}: it is no backup, or one that was cut off.")
    try:
        manifest = BackupManifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise RestoreRefused(f"{path} cannot be read as a manifest.") from error
    if manifest.format != FORMAT:
        raise RestoreRefused(f"The backup has format {manifest.format}; this version knows {FORMAT}.")
    for name in manifest.files:
        if not name or name != Path(name).name or name.startswith("."):
            raise RestoreRefused(f"The manifest names {name!r}, which is no file of a home.")
    if missing := [name for name in NEEDED if name not in manifest.files]:
        raise RestoreRefused(f"The backup lacks {', '.join(missing)}.")
    return manifest


def described_file(path: Path) -> CopiedFile:
    """The manifest entry of a file: its size and digest."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return CopiedFile(bytes=size, sha256=digest.hexdigest())
