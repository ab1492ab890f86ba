"""Encryption of vendor signing secrets, so that the catalogue can store them without reading them."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from feedback_api.secrets.key_derivation import derive_key
from soundings.events.catalogue import SEALED_PREFIX

SECRET_MAX: Final = 1000
_NONCE: Final = 12
_KEY: Final = 32


class SecretBox:
    """Seals secrets under a key that is derived from the root secret, and opens them again.

    ``former`` are root secrets that were in use before: what was sealed under them still opens.
    """

    def __init__(self, root_secret: bytes, former: Sequence[bytes] = ()) -> None:
        self._ciphers = [
            AESGCM(derive_key(secret, "connector-secret", length=_KEY)) for secret in (root_secret, *former)
        ]

    def seal_secret(self, secret: str, source_id: str, vendor: str) -> str:
        """The secret encrypted with AES-256-GCM, bound to this source and vendor."""
        nonce = os.urandom(_NONCE)
        box = nonce + self._ciphers[0].encrypt(nonce, secret.encode(), _bound_context(source_id, vendor))
        return SEALED_PREFIX + urlsafe_b64encode(box).rstrip(b"=").decode("ascii")

    def open_secret(self, sealed: str, source_id: str, vendor: str) -> bytes | None:
        """The secret; None where this was not sealed here, or for another source or vendor."""
        text = sealed.removeprefix(SEALED_PREFIX)
        try:
            box = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            return None
        for cipher in self._ciphers:
            with suppress(ValueError, InvalidTag):
                return cipher.decrypt(box[:_NONCE], box[_NONCE:], _bound_context(source_id, vendor))
        return None


def _bound_context(source_id: str, vendor: str) -> bytes:
    return f"{source_id}/{vendor}".encode()
