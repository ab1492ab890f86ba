"""A home keeps its secrets to its owner, and serves one process at a time."""

import stat
from pathlib import Path

import pytest

from soundings.access.roles import StaffRole
from soundings.access.tokens import TokenVerifier
from soundings_embedded.data_dir import HomeInUse, NoHome, existing_home, open_home


def test_the_secrets_of_a_home_are_for_its_owner_only(tmp_path: Path):
    home = open_home(tmp_path / "home")
    for name in ("secret", "signing-key.json", "admin.token"):
        assert stat.S_IMODE((home.path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_opening_again_changes_nothing(tmp_path: Path):
    first = open_home(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert open_home(tmp_path).secret() == first.secret()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


async def test_its_tokens_hold_against_its_own_keys(tmp_path: Path):
    home = open_home(tmp_path)
    token = home.issue("sam", [StaffRole.ANALYST], "city", days=1)
    caller = await TokenVerifier(home.jwks_url).verify_token(token)
    assert (caller.name, caller.agency, caller.has_role(StaffRole.ANALYST), caller.has_role(StaffRole.ADMIN)) == (
        "sam",
        "city",
        True,
        False,
    )


def test_a_second_process_is_told_that_the_home_is_in_use(tmp_path: Path):
    home = open_home(tmp_path)
    with home.locked(), pytest.raises(HomeInUse, match="Another soundings serves"), home.locked():
        pass


def test_a_folder_without_a_home_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(NoHome, match="soundings serve --home"):
        existing_home(tmp_path)


def test_a_home_may_know_former_secrets_and_names_of_places(tmp_path: Path):
    home = open_home(tmp_path)
    assert (home.former_secrets(), home.place_names()) == ((), frozenset())
    (tmp_path / "former_secrets").write_text("a\n\nb\n", "utf-8")
    (tmp_path / "place_names").write_text(" Lake Travis \n", "utf-8")
    assert (home.former_secrets(), home.place_names()) == (("a", "b"), {"Lake Travis"})
