"""Signed token with the time at which a form was first shown."""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Final

from soundings.kernel.clock import epoch_ms

_SIGNATURE_BYTES: Final = 18
_DIGITS_MAX: Final = 15


class StartTokens:
    """Writes down when a form was shown, and reads it again. ``key`` belongs to this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue_token(self, form_id: str, record_id: str, now: datetime) -> str:
        """A token for the page: the instant, and our signature of it for this form and record."""
        at = str(epoch_ms(now))
        return f"{at}.{self._token_signature(form_id, record_id, at)}"

    def elapsed_ms(self, token: str, form_id: str, record_id: str, now: datetime) -> int | None:
        """Milliseconds since the form was shown; None where the token is not ours."""
        at, _, signature = token.partition(".")
        if not (at.isascii() and at.isdigit() and len(at) <= _DIGITS_MAX):
            return None
        if not hmac.compare_digest(self._token_signature(form_id, record_id, at).encode(), signature.encode()):
            return None
        return max(0, epoch_ms(now) - int(at))

    def _token_signature(self, form_id: str, record_id: str, at: str) -> str:
        said = f"{form_id}\n{record_id}\n{at}".encode("utf-8", "surrogatepass")
        return urlsafe_b64encode(hmac.digest(self._key, said, "sha256")[:_SIGNATURE_BYTES]).decode()
