"""Signatures of vendors: who holds the shared secret sent this body, and not long ago."""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from feedback_api.intake.timestamps import read_instant
from soundings.kernel.errors import InvalidInput

SIGNATURE_HEADER: Final = "x-zendesk-webhook-signature"
TIMESTAMP_HEADER: Final = "x-zendesk-webhook-signature-timestamp"
AGE_MAX: Final = timedelta(minutes=5)
_LENGTH_MAX: Final = 200


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether a request claims to be signed."""
    return SIGNATURE_HEADER in headers


def fault_of_signature(headers: Mapping[str, str], body: bytes, secret: bytes, now: datetime) -> str | None:
    """Why a request does not prove that it comes from the holder of the secret; None where it does.

    The signature is base64(HMAC-SHA256(secret, timestamp + body)); the timestamp may differ from now by five minutes.
    """
    signature, stamp = headers.get(SIGNATURE_HEADER, ""), headers.get(TIMESTAMP_HEADER, "")
    if not 0 < len(signature) <= _LENGTH_MAX or not 0 < len(stamp) <= _LENGTH_MAX:
        return f"The headers {SIGNATURE_HEADER} and {TIMESTAMP_HEADER} must both be there."
    wanted = hmac.digest(secret, stamp.encode("latin-1", "replace") + body, "sha256")
    try:
        given = b64decode(signature, validate=True)
    except (NotBase64, ValueError):
        given = b""
    if not hmac.compare_digest(wanted, given):
        return "The signature does not fit the body: check the signing secret of this source."
    try:
        at = read_instant({TIMESTAMP_HEADER: stamp}, TIMESTAMP_HEADER)
    except InvalidInput:
        return f"{TIMESTAMP_HEADER} is not a time."
    if at is None or abs(now - at) > AGE_MAX:
        return "The signature is older than five minutes, or from the future."
    return None
