"""The admin token is renewed before it locks its admin out, and the signing key can be withdrawn."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from soundings.access.roles import StaffRole
from soundings.access.tokens import TokenRefused, TokenVerifier
from soundings_embedded.data_dir import DataDir, existing_home, open_home

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def at(days: float = 0):
    return lambda: NOW + timedelta(days=days)


def claims(home: DataDir) -> dict[str, object]:
    return json.loads(base64.urlsafe_b64decode(home.admin_token.read_text().split(".")[1] + "=="))


def write_token(home: DataDir, **changed: object) -> str:
    """An admin token as it should be but for some claims; None leaves one out."""
    key = ECKey.import_key(json.loads((home.path / "signing-key.json").read_text()))
    good = {"iss": "soundings", "sub": "admin", "jti": "j", "roles": ["admin"], "agency": "*",
            "exp": int((NOW + timedelta(days=300)).timestamp())}  # fmt: skip
    said = {name: value for name, value in {**good, **changed}.items() if value is not None}
    token = jwt.encode({"alg": "ES256", "kid": key.kid}, said, key, algorithms=["ES256"])
    home.admin_token.write_text(token)
    return token


def test_a_new_home_has_a_token_for_every_agency(tmp_path: Path):
    said = claims(open_home(tmp_path, clock=at()))
    assert (said["agency"], said["roles"], bool(said["jti"])) == ("*", ["admin"], True)
    assert said["exp"] == int((NOW + timedelta(days=365)).timestamp())


@pytest.mark.parametrize("days", [0, 300, 334.9])
def test_a_token_that_is_good_stays(tmp_path: Path, days: float):
    home = open_home(tmp_path, clock=at())
    before = home.admin_token.read_bytes()
    open_home(tmp_path, clock=at(days))
    assert home.admin_token.read_bytes() == before


@pytest.mark.parametrize("days", [335.1, 364, 400])
def test_a_token_with_fewer_than_thirty_days_is_renewed(tmp_path: Path, days: float):
    home = open_home(tmp_path, clock=at())
    open_home(tmp_path, clock=at(days))
    assert claims(home)["exp"] == int((NOW + timedelta(days=days + 365)).timestamp())


@pytest.mark.parametrize(
    "changed",
    [{"agency": None}, {"agency": "city"}, {"jti": None}, {"roles": ["viewer"]}, {"roles": None}, {"exp": None}],
)
def test_a_token_that_lacks_what_it_needs_is_renewed(tmp_path: Path, changed: dict[str, object]):
    home = open_home(tmp_path, clock=at())
    old = write_token(home, **changed)
    open_home(tmp_path, clock=at())
    assert home.admin_token.read_text().strip() != old
    assert claims(home)["agency"] == "*"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "\xff\x00", "W10.W10.x"])
def test_a_token_that_cannot_be_read_is_renewed(tmp_path: Path, text: str):
    home = open_home(tmp_path, clock=at())
    home.admin_token.write_bytes(text.encode("latin-1"))
    open_home(tmp_path, clock=at())
    assert claims(home)["agency"] == "*"


def test_a_revoked_admin_token_is_renewed(tmp_path: Path):
    home = open_home(tmp_path, clock=at())
    revoked = str(claims(home)["jti"])
    home.issued_tokens.note_revoked(revoked)
    open_home(tmp_path, clock=at())
    assert claims(home)["jti"] != revoked


async def test_a_withdrawn_key_is_refused_without_a_restart_and_the_admin_goes_on(tmp_path: Path):
    home = open_home(tmp_path)
    ticks = [0.0]
    verifier = TokenVerifier(home.jwks_url, ticks=lambda: ticks[0])
    token = home.issue("sam", [StaffRole.VIEWER], "*", 10)
    await verifier.verify_token(token)
    existing_home(tmp_path).withdraw_signing_key()
    ticks[0] += 1
    with pytest.raises(TokenRefused):
        await verifier.verify_token(token)
    assert (await verifier.verify_token(home.admin_token.read_text().strip())).has_role(StaffRole.ADMIN)
    assert (await verifier.verify_token(home.issue("sam", [StaffRole.VIEWER], "*", 10))).name == "sam"


async def test_a_change_of_keys_that_was_cut_off_is_finished_by_the_next_start(tmp_path: Path):
    home = open_home(tmp_path)
    before = (home.path / "jwks.json").read_bytes()
    home.withdraw_signing_key()
    (home.path / "jwks.json").write_bytes(before)
    open_home(tmp_path)
    assert (await TokenVerifier(home.jwks_url).verify_token(home.admin_token.read_text().strip())).has_role(
        StaffRole.ADMIN
    )


def test_the_list_names_every_token_and_holds_none(tmp_path: Path):
    home = open_home(tmp_path, clock=at())
    token = home.issue("sam", [StaffRole.VIEWER, StaffRole.ANALYST], "city", 10, clock=at())
    admin, sam = home.issued_tokens.all()
    assert (admin.name, admin.agency, sam.name, sam.roles, sam.agency) == (
        "admin",
        "*",
        "sam",
        ("viewer", "analyst"),
        "city",
    )
    assert sam.expires == NOW + timedelta(days=10)
    text = (home.path / "issued-tokens.jsonl").read_text()
    assert token.split(".")[2] not in text
    (home.path / "issued-tokens.jsonl").write_text(text + '{"jti": "cut o')
    assert len(home.issued_tokens.all()) == 2


def test_a_damaged_signing_key_is_said(tmp_path: Path):
    from soundings_embedded.data_dir_permissions import HomeUnusable

    home = open_home(tmp_path)
    for damaged in ("", "{}", '{"kty": "oct", "k": "AAAA"}', "[1]"):
        (home.path / "signing-key.json").write_text(damaged)
        with pytest.raises(HomeUnusable, match=r"signing-key\.json is damaged"):
            open_home(tmp_path)
