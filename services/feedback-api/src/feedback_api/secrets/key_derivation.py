"""Keys for one purpose each, derived from the root secret."""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SHORTEST_ROOT: Final = 16
_SALT: Final = b"soundings"


def derive_key(root_secret: bytes, purpose: str, *parts: str, length: int) -> bytes:
    """A key of `length` bytes by HKDF-SHA256 (RFC 5869) whose info is the purpose and the length-prefixed parts.

    Raises:
        ValueError: the root secret has less than 16 bytes.
    """
    if len(root_secret) < _SHORTEST_ROOT:
        raise ValueError(f"the root secret needs at least {_SHORTEST_ROOT} bytes")
    info = b"".join(len(part).to_bytes(4) + part for part in map(_part_bytes, (purpose, *parts)))
    return HKDF(algorithm=SHA256(), length=length, salt=_SALT, info=info).derive(root_secret)


def _part_bytes(part: str) -> bytes:
    return part.encode("utf-8", "surrogatepass")
