"""Keys of a source from the command line, with nothing said but the home."""

from typing import TYPE_CHECKING

import httpx
import pytest
from typer.testing import CliRunner, Result

from soundings.client import RefusedByServer
from soundings_embedded.__main__ import app
from tests.e2e.conftest import declare, new_town

if TYPE_CHECKING:
    from tests.e2e.running import Embedded

pytestmark = pytest.mark.slow


def key(embedded: "Embedded", *words: str) -> Result:
    return CliRunner().invoke(app, ["key", *words, "--home", str(embedded.home)], env={"SOUNDINGS_URL": None})


def test_keys_are_made_listed_and_revoked_at_the_port_of_the_home(embedded: "Embedded"):
    town = new_town()
    with embedded.client() as client:
        declare(client, town)
        sources = [str(one["id"]) for one in client.every("sources") if str(one["id"]).startswith(town)]
        source = sources[0]
        before = len(client.list_keys(source))
        made = key(embedded, source, "--label", "nightly export")
        assert made.exit_code == 0, made.output
        secret = made.stdout.strip()
        assert secret.startswith("snd_")
        assert "not shown again" in made.stderr
        (new,) = client.list_keys(source)[before:]
        key_id = str(new["key_id"])
        listed = key(embedded, source, "--list").stdout
        assert f"{key_id}  active " in listed
        assert "nightly export" in listed
        assert secret not in listed
        revoked = key(embedded, source, "--revoke", key_id)
        assert revoked.exit_code == 0, revoked.output
        assert f"{key_id}  revoked" in key(embedded, source, "--list").stdout
        assert key(embedded, source, "--list", "--label", "x").exit_code == 2
        assert key(embedded, source, "--list", "--revoke", key_id).exit_code == 2


def test_a_refused_token_names_the_host_that_refused_it(embedded: "Embedded"):
    refused = CliRunner().invoke(app, ["key", "nothing", "--token", "a.b.c", "--url", embedded.base])
    assert isinstance(refused.exception, RefusedByServer)
    assert f"POST {httpx.URL(embedded.base)}/api/catalogue/v1/sources/nothing/keys: 401" in str(refused.exception)
