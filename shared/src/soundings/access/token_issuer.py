"""Token issuers: who may sign staff tokens, where its keys are, and how that is set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

VARIABLE: Final = "SOUNDINGS_TOKEN_ISSUERS"
_FIELDS: Final = frozenset({"issuer", "jwks_url", "audience"})
_EXAMPLE: Final = '[{"issuer": "https://login.example.gov", "jwks_url": "https://login.example.gov/keys"}]'


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """One issuer: tokens whose ``iss`` is ``name`` are checked against the keys behind ``jwks_url`` and no others.

    ``name`` is None for an issuer that takes every token whose ``iss`` no other issuer has. ``audience`` is what
    ``aud`` must hold, where set.
    """

    jwks_url: str
    name: str | None = None
    audience: str | None = None

    @property
    def label(self) -> str:
        """The issuer's name for logs, metrics and health; never its address, which may hold a secret."""
        return self.name or "default"


def further_issuers(environment: Mapping[str, str]) -> tuple[TokenIssuer, ...]:
    """The issuers in ``SOUNDINGS_TOKEN_ISSUERS``, a JSON list. ValueError says what is wrong with it."""
    text = environment.get(VARIABLE) or ""
    if not text.strip():
        return ()
    try:
        entries: object = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{VARIABLE} is not JSON; it must look like {_EXAMPLE}") from error
    if not isinstance(entries, list):
        raise ValueError(f"{VARIABLE} must be a list, like {_EXAMPLE}")  # noqa: TRY004 - a wrong value of a setting
    return tuple(_issuer(entry) for entry in cast("list[object]", entries))


def _issuer(entry: object) -> TokenIssuer:
    fields = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
    texts = {name: value for name, value in fields.items() if isinstance(value, str) and value}
    # Unknown fields are errors: a misspelt audience would silently disable that check.
    if texts != fields or not {"issuer", "jwks_url"} <= texts.keys() <= _FIELDS:
        raise ValueError(f"each entry of {VARIABLE} needs issuer and jwks_url, and may have audience, like {_EXAMPLE}")
    return TokenIssuer(texts["jwks_url"], texts["issuer"], texts.get("audience"))


def check_distinct(issuers: Sequence[TokenIssuer]) -> None:
    """Raises ValueError where two issuers have one name: a token could not be bound to one key set."""
    names = [issuer.name for issuer in issuers]
    double = {name for name in names if names.count(name) > 1}
    if double:
        shown = ", ".join(sorted(name or "one without a name" for name in double))
        raise ValueError(f"token issuers need different names; given twice: {shown} ({VARIABLE})")
