"""Receipts: a code that names a record and cannot be made up."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from feedback_api.secrets.key_derivation import derive_key

_KEY_LENGTH: Final = 64
_PREFIX: Final = 4
_ABSENT: Final = b"\xff\xff\xff\xff"
_ALPHABET: Final = re.compile(r"[A-Za-z0-9_-]{22,}")
_CONTEXT: Final = [b"soundings receipt 1"]


@dataclass(frozen=True, slots=True)
class ReceiptTarget:
    """The record that a receipt names; `root_id` is None where the kind has no roots.

    ``form_id`` is None in receipts of records without a form, and in those made before receipts had it.
    """

    source_id: str
    kind: str
    root_id: str | None
    record_id: str
    form_id: str | None = None


class ReceiptCodec:
    """Seals targets into codes and opens them again, without storing any.

    AES-256-SIV (RFC 5297) under a key of its own from the root secret: the same target always gives the same code, a
    code shows nothing of its target but the length, and any change to it is noticed. Codes that were sealed under a
    ``former`` root secret still open.
    """

    def __init__(self, root_secret: bytes, *, former: Sequence[bytes] = ()) -> None:
        self._cipher, *self._former = (
            AESSIV(derive_key(secret, "receipt", "1", length=_KEY_LENGTH)) for secret in (root_secret, *former)
        )

    def seal_receipt(self, target: ReceiptTarget) -> str:
        """The code of a target, made of letters, digits, `-` and `_`."""
        sealed = self._cipher.encrypt(_pack_target(target), _CONTEXT)
        return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def open_receipt(self, code: str) -> ReceiptTarget | None:
        """The target of a code that `seal` gave under this root secret or a former one; None for anything else."""
        if not _ALPHABET.fullmatch(code) or len(code) % 4 == 1:
            return None
        sealed = urlsafe_b64decode(code + "=" * (-len(code) % 4))
        if urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii") != code:
            return None
        for cipher in (self._cipher, *self._former):
            with suppress(InvalidTag):
                return _unpack_target(cipher.decrypt(sealed, _CONTEXT))
        return None


def _pack_target(target: ReceiptTarget) -> bytes:
    parts: list[bytes] = []
    form = () if target.form_id is None else (target.form_id,)
    for field in (target.source_id, target.kind, target.root_id, target.record_id, *form):
        content = b"" if field is None else field.encode("utf-8", "surrogatepass")
        parts += (_ABSENT if field is None else len(content).to_bytes(_PREFIX), content)
    return b"".join(parts)


def _unpack_target(packed: bytes) -> ReceiptTarget:
    fields: list[str | None] = []
    position = 0
    while position < len(packed):
        prefix = packed[position : position + _PREFIX]
        position += _PREFIX
        length = 0 if prefix == _ABSENT else int.from_bytes(prefix)
        content = packed[position : position + length].decode("utf-8", "surrogatepass")
        fields.append(None if prefix == _ABSENT else content)
        position += length
    source_id, kind, root_id, record_id, *form = fields
    return ReceiptTarget(source_id or "", kind or "", root_id, record_id or "", form[0] if form else None)
