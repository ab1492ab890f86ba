"""Loading a JWKS from a file or over HTTP: bounded in size and time, and with one error for all that can go wrong."""

import asyncio
import base64
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar, Final, TypeVar, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from soundings.kernel.errors import SoundingsError

MAX_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 100
MAX_KID: Final = 512
FETCH_SECONDS: Final = 5.0
_RSA_BITS: Final = range(2048, 8193)
_OF_CURVE: Final = {"P-256": ("ES256",), "P-384": ("ES384",), "Ed25519": ("EdDSA", "Ed25519")}
_OF_RSA: Final = ("RS256", "PS256")
_PUBLIC: Final = {"EC": ("crv", "x", "y"), "RSA": ("n", "e"), "OKP": ("crv", "x")}
_TEXT: Final = re.compile(r"[A-Za-z0-9_-]{1,1400}")
_EXPONENT_MAX: Final = 8
"""Characters of an RSA exponent; a larger one only makes every check slow."""
# No HMAC and no "none": with a symmetric algorithm a public key could be used as the secret
# (algorithm confusion).
ALGORITHMS: Final = frozenset({*_OF_RSA, *(name for names in _OF_CURVE.values() for name in names)})
"""Every algorithm that a token may be signed with; none is symmetric."""

_Content = TypeVar("_Content", bytes, bytearray)
PublicKey = ECKey | RSAKey | OKPKey


class KeySetUnusable(SoundingsError):
    """The key set cannot be had, or is broken; the message says how without quoting what was received."""

    code: ClassVar[str] = "key_set_unusable"


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the algorithms that it may verify."""

    kid: str | None
    algorithms: frozenset[str]
    key: PublicKey


@dataclass(frozen=True, slots=True)
class KeySet:
    """The usable keys of an issuer; ``skipped`` counts keys of other types, purposes or sizes."""

    keys: tuple[VerificationKey, ...]
    skipped: int = 0

    def find(self, kid: str | None, algorithm: str) -> VerificationKey | None:
        """The key for a token's header. Without a ``kid`` there must be exactly one key of the algorithm."""
        fitting = [one for one in self.keys if algorithm in one.algorithms and kid in (None, one.kid)]
        # Without a kid an ambiguous match is rejected rather than tried key by key.
        return fitting[0] if len(fitting) == 1 or (fitting and kid is not None) else None


def is_local(url: str) -> bool:
    """Whether a key set is a file on this machine."""
    return urlsplit(url).scheme == "file"


def local_path(url: str) -> Path:
    return Path(url2pathname(urlsplit(url).path))


async def load_key_set(url: str) -> KeySet:
    """The key set behind ``file://`` or ``http(s)://``. Raises KeySetUnusable."""
    if is_local(url):
        return parse_key_set(await asyncio.to_thread(_read_file, local_path(url)))
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            return parse_key_set(await _fetch(url))
    except TimeoutError as error:
        raise KeySetUnusable(f"no complete reply within {FETCH_SECONDS:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
        raise KeySetUnusable(f"the request failed: {type(error).__name__}") from error


def _read_file(path: Path) -> bytes:
    try:
        # A pipe or device would block the read for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise KeySetUnusable("it is not a regular file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise KeySetUnusable(f"the file cannot be read: {type(error).__name__}") from error
    return _bounded(content)


async def _fetch(url: str) -> bytes:
    # Redirects are not followed: the keys must come from the address that was set, or the setting means nothing.
    headers = {"accept": "application/jwk-set+json, application/json", "accept-encoding": "identity"}
    async with (
        httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False) as client,
        client.stream("GET", url, headers=headers) as reply,
    ):
        if reply.status_code != HTTPStatus.OK:
            raise KeySetUnusable(f"the reply has the status {reply.status_code}")
        # A compressed reply could expand beyond the size limit.
        if reply.headers.get("content-encoding", "identity") != "identity":
            raise KeySetUnusable("the reply is compressed although that was not asked for")
        content = bytearray()
        async for chunk in reply.aiter_raw():
            content += chunk
            _bounded(content)
    return bytes(content)


def _bounded(content: _Content) -> _Content:
    if len(content) > MAX_BYTES:
        raise KeySetUnusable(f"it is larger than {MAX_BYTES} bytes")
    return content


def parse_key_set(content: bytes | bytearray) -> KeySet:
    """The usable keys of a JWKS document. Raises KeySetUnusable when it is broken or has only keys of other kinds."""
    try:
        document: object = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise KeySetUnusable("it is not JSON") from error
    entries = cast("dict[str, object]", document).get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise KeySetUnusable('it is not an object with a list of "keys"')
    listed = cast("list[object]", entries)
    if len(listed) > MAX_KEYS:
        raise KeySetUnusable(f"it has more than {MAX_KEYS} keys")
    found = [_verification_key(entry) for entry in listed]
    keys = tuple(key for key in found if key is not None)
    # An empty list withdraws every key; a list in which nothing can be used is a mistake of whoever wrote it.
    if listed and not keys:
        raise KeySetUnusable("none of its keys is an EC, RSA or Ed25519 key for signatures")
    return KeySet(keys, len(listed) - len(keys))


def _verification_key(entry: object) -> VerificationKey | None:
    """The key, or None where it is not one for asymmetric signatures; private parts are left out."""
    fields = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
    kind, kid = fields.get("kty"), fields.get("kid")
    members = _PUBLIC.get(kind) if isinstance(kind, str) else None
    if members is None or not _is_for_signatures(fields) or not (kid is None or _is_kid(kid)):
        return None
    texts = {name: value for name in members if isinstance(value := fields.get(name), str) and _TEXT.fullmatch(value)}
    algorithms = _algorithms(str(kind), texts) & ({str(fields["alg"])} if fields.get("alg") else ALGORITHMS)
    if len(texts) != len(members) or not algorithms:
        return None
    try:
        key = _imported(str(kind), texts)
    except (JoseError, ValueError, TypeError):  # a point that is not on its curve, for example
        return None
    return VerificationKey(None if kid is None else str(kid), algorithms, key)


def _is_for_signatures(fields: Mapping[str, object]) -> bool:
    operations = fields.get("key_ops")
    verifies = operations is None or (isinstance(operations, list) and "verify" in cast("list[object]", operations))
    return fields.get("use", "sig") == "sig" and verifies


def _is_kid(kid: object) -> bool:
    return isinstance(kid, str) and 0 < len(kid) <= MAX_KID


def _imported(kind: str, members: Mapping[str, str]) -> PublicKey:
    data: dict[str, str | list[str]] = {"kty": kind, **members}
    if kind == "EC":
        return ECKey.import_key(data)
    return RSAKey.import_key(data) if kind == "RSA" else OKPKey.import_key(data)


def _algorithms(kind: str, members: Mapping[str, str]) -> frozenset[str]:
    """What a key of such members may verify; nothing where its curve or size is not one of those we take."""
    if kind == "RSA":
        taken = _bits(members.get("n", "")) in _RSA_BITS and len(members.get("e", "")) <= _EXPONENT_MAX
        return frozenset(_OF_RSA if taken else ())
    curve = members.get("crv", "")
    return frozenset(_OF_CURVE.get(curve, ()) if (curve == "Ed25519") == (kind == "OKP") else ())


def _bits(number: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()
