"""Staff tokens in a running system: revoked and withdrawn ones stop working everywhere, and hosts are checked."""

import time

import httpx
import pytest

from tests.e2e.conftest import BOTH_MODES
from tests.e2e.running import Running
from tests.e2e.test_commands import soundings

WITHIN_SECONDS = 20.0


def asked(running: Running, token: str) -> dict[str, int]:
    """What each service answers to a call that needs a token, whatever it is about."""
    bearer = {"Authorization": f"Bearer {token}"}
    calls = {
        "catalogue": ("GET", f"{running.catalogue}/v1/agencies"),
        "metrics": ("GET", f"{running.metrics}/v1/measures"),
        "feedback": ("POST", f"{running.feedback}/v1/reviews"),
    }
    return {name: httpx.request(*call, headers=bearer).status_code for name, call in calls.items()}


def until_refused(running: Running, token: str) -> None:
    end = time.monotonic() + WITHIN_SECONDS
    while set(asked(running, token).values()) != {401}:
        assert time.monotonic() < end, asked(running, token)
        time.sleep(0.05)


def new_token(running: Running, name: str = "sam") -> str:
    return soundings(running, "token", "--role", "manager", "--name", name).stdout.strip()


@pytest.mark.parametrize("running", BOTH_MODES, indirect=True)
def test_a_revoked_token_is_refused_by_every_service_also_after_a_restart(running: Running):
    token, other = new_token(running, "reva"), new_token(running)
    assert 401 not in asked(running, token).values()
    (line,) = [line for line in soundings(running, "token", "list").stdout.splitlines() if line.endswith("reva")]
    done = soundings(running, "token", "revoke", line.split()[0])
    assert (done.returncode, "It was reva's" in done.stdout) == (0, True), done.stderr
    until_refused(running, token)
    assert 401 not in asked(running, other).values()
    (line,) = [line for line in soundings(running, "token", "list").stdout.splitlines() if line.endswith("reva")]
    assert "revoked" in line
    running.stop()
    running.start()
    until_refused(running, token)
    assert 401 not in asked(running, other).values()


def test_a_withdrawn_key_is_refused_without_a_restart(running: Running):
    token = new_token(running)
    assert 401 not in asked(running, token).values()
    done = soundings(running, "token", "withdraw-key", "--yes")
    assert done.returncode == 0, done.stderr
    until_refused(running, token)
    assert 401 not in asked(running, running.token).values()
    assert 401 not in asked(running, new_token(running)).values()


def test_a_name_that_is_not_ours_is_refused_though_the_origin_is_the_same(running: Running):
    for root in (running.feedback, running.catalogue, running.metrics):
        port = httpx.URL(root).port
        evil = {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"}
        refused = httpx.get(f"{root}/v1/forms/x", headers=evil)
        assert (refused.status_code, refused.json()["code"]) == (421, "misdirected")
        assert "SOUNDINGS_PUBLIC_URL" in refused.json()["detail"]
        local = httpx.get(f"{root}/v1/forms/x", headers={"Host": f"localhost:{port}"})
        assert local.status_code != 421


def test_a_token_is_for_every_agency_unless_it_names_one_and_for_a_year_at_most(running: Running):
    everywhere = soundings(running, "token", "--role", "viewer", "--name", "sam")
    assert "every agency" in everywhere.stderr
    assert len(everywhere.stdout.split()) == 1
    one = soundings(running, "token", "--role", "viewer", "--name", "sam", "--agency", "nowhere")
    assert "the agency nowhere only" in one.stderr
    for wrong in (("--days", "366"), ("--days", "0"), ("--agency", "No Such")):
        assert soundings(running, "token", "--role", "viewer", "--name", "sam", *wrong).returncode == 2
    for lacking in (("token",), ("token", "--role", "viewer"), ("token", "--name", "sam")):
        assert soundings(running, *lacking).returncode == 2
