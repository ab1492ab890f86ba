"""The Host check: loopback and the names that were set, and nothing that a page of another site can make of its own."""

import httpx
import pytest
from fastapi import FastAPI

from soundings.http.access_settings import AccessSettings
from soundings.http.allowed_hosts import AllowedHosts, HostCheck


async def status(allowed: AllowedHosts, host: str | None, path: str = "/v1/x") -> int:
    app = FastAPI()

    @app.get("/{path:path}")
    async def every(path: str) -> str:
        return path

    transport = httpx.ASGITransport(HostCheck(app, allowed=allowed))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        request = client.build_request("GET", path)
        del request.headers["host"]
        if host is not None:
            request.headers["host"] = host
        return (await client.send(request)).status_code


ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - nothing is bound here
PUBLIC = AllowedHosts.of("internal, *.city.example", "https://feedback.example.gov:8443/x", listens_on=ANY_ADDRESS)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.9:1", "[::1]:8000", "feedback.example.gov",
     "Feedback.Example.gov.:443", "internal:8001", "a.city.example", "a.b.city.example"],
)  # fmt: skip
async def test_our_own_names_are_answered(host):
    assert await status(PUBLIC, host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "city.example",
     "evilcity.example", "xfeedback.example.gov", "10.0.0.7", "10.0.0.7:8000", ANY_ADDRESS, "[fe80::1]"],
)  # fmt: skip
async def test_other_names_are_refused_also_when_the_origin_is_the_same(host):
    assert await status(PUBLIC, host) == 421


@pytest.mark.parametrize("host", [None, "", "a b", "localhost/x", "localhost@evil", "a:b", "[::1"])
async def test_what_is_no_host_is_refused(host):
    assert await status(PUBLIC, host) == 400


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_probes_ask_by_the_address_of_a_machine(path):
    assert await status(PUBLIC, "10.0.0.7:8001", path) == 200
    assert await status(PUBLIC, None, path) == 200
    assert await status(PUBLIC, "evil.example", path) == 421


async def test_the_address_that_is_listened_on_is_ours():
    assert await status(AllowedHosts.of("", listens_on="10.0.0.7"), "10.0.0.7:8000") == 200


async def test_a_star_answers_to_every_name():
    assert await status(AllowedHosts.of("*"), "whatever.example") == 200


@pytest.mark.parametrize("names", ["http://x", "a/b", "a b?", "*x"])
def test_names_that_are_none_are_refused_in_words(names):
    with pytest.raises(ValueError, match="SOUNDINGS_ALLOWED_HOSTS"):
        AllowedHosts.of(names)


def test_a_public_address_without_a_host_is_refused_in_words():
    with pytest.raises(ValueError, match="SOUNDINGS_PUBLIC_URL"):
        AllowedHosts.of("", "feedback.example.gov")


def test_settings_come_from_the_environment():
    given = {
        "SOUNDINGS_ALLOWED_HOSTS": "a.example b.example",
        "SOUNDINGS_PUBLIC_URL": "https://c.example",
        "SOUNDINGS_JWKS_STALE_SECONDS": "60",
        "SOUNDINGS_HOST": ANY_ADDRESS,
    }
    found = AccessSettings.from_environment(given)
    assert found.allowed_hosts == AllowedHosts(frozenset({"a.example", "b.example", "c.example"}))
    assert found.stale_seconds == 60
    with pytest.raises(ValueError, match="STALE_SECONDS"):
        AccessSettings.from_environment({"SOUNDINGS_JWKS_STALE_SECONDS": "a day"})
