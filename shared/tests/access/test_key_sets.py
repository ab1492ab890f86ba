"""Sets of keys: fetched sparingly, withdrawn keys stop working, and a provider that is away or broken harms nobody."""

import asyncio
import json

import pytest
from joserfc.jwk import OctKey, OKPKey, RSAKey
from structlog.testing import capture_logs

from soundings.access.key_set_loader import KeySetUnusable, parse_key_set
from soundings.access.tokens import TokenRefused, TokenVerifier
from soundings.kernel.errors import ServiceUnavailable
from soundings.telemetry.metrics import KEY_SET_LOADS

from .conftest import new_key


async def test_a_withdrawn_key_stops_working_with_the_next_refresh_though_its_tokens_were_known(
    verifier, provider, server, time
):
    token = provider.token()
    await verifier.verify_token(token)
    server.show(new_key("two"))
    time.go_on(30)
    await verifier.verify_token(token)
    time.go_on(31)
    with pytest.raises(TokenRefused, match="not from a key of its issuer"):
        await verifier.verify_token(token)


async def test_an_empty_set_withdraws_every_key(verifier, provider, server, time):
    token = provider.token()
    await verifier.verify_token(token)
    server.show()
    time.go_on(61)
    with pytest.raises(TokenRefused):
        await verifier.verify_token(token)


async def test_a_withdrawn_key_in_a_file_stops_working_without_a_restart(tmp_path, time, provider):
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [provider.keys[0].as_dict(private=False)]}))
    verifier = TokenVerifier(path.as_uri(), clock=time.clock, ticks=time.ticks)
    token = provider.token()
    await verifier.verify_token(token)
    path.write_text(json.dumps({"keys": [new_key("two").as_dict(private=False)]}))
    time.go_on(1)
    with pytest.raises(TokenRefused):
        await verifier.verify_token(token)


async def test_a_new_key_works_at_once_after_the_least_pause(verifier, provider, server, time):
    await verifier.verify_token(provider.token())
    turned = new_key("two")
    server.show(provider.keys[0], turned)
    time.go_on(11)
    assert (await verifier.verify_token(provider.token(key=turned))).name == "sam"
    assert server.requests == 2


async def test_garbage_costs_no_more_fetches_than_time_allows(verifier, provider, server, time):
    await verifier.verify_token(provider.token())
    for number in range(100):
        stranger = new_key(f"unknown-{number}")
        with pytest.raises(TokenRefused):
            await verifier.verify_token(provider.token(key=stranger))
        time.go_on(0.3)
    assert server.requests <= 4  # 30 s: the first, and one in each 10 s


async def test_an_unknown_key_is_remembered_as_unknown(verifier, provider, server, time):
    await verifier.verify_token(provider.token())
    time.go_on(11)
    for _ in range(4):
        with pytest.raises(TokenRefused):
            await verifier.verify_token(provider.token(key=new_key("unknown")))
        time.go_on(11)
    assert server.requests == 2


async def test_callers_that_come_together_share_one_fetch(verifier, provider, server):
    server.pause = asyncio.Event()
    asked = [asyncio.create_task(verifier.verify_token(provider.token(jti=f"j{number}"))) for number in range(50)]
    await server.asked.wait()
    server.pause.set()
    assert len(await asyncio.gather(*asked)) == 50
    assert server.requests == 1


async def test_a_caller_that_goes_away_does_not_take_the_fetch_with_it(verifier, provider, server):
    server.pause = asyncio.Event()
    first, second = (asyncio.create_task(verifier.verify_token(provider.token())) for _ in range(2))
    await server.asked.wait()
    first.cancel()
    server.pause.set()
    assert (await second).name == "sam"
    assert server.requests == 1


async def test_while_the_provider_is_away_the_last_keys_are_used_for_a_day_and_health_says_so(
    verifier, provider, server, time
):
    token, later = provider.token(exp=2**40), provider.token(exp=2**40, jti="j2")
    await verifier.verify_token(token)
    server.fail()
    for _ in range(6):
        time.go_on(3600)
        await verifier.verify_token(token)
    await verifier.verify_token(later)
    assert "the last good ones are used" in str(await verifier.note())
    time.go_on(24 * 3600)
    with pytest.raises(ServiceUnavailable, match="status 500"):
        await verifier.verify_token(token)
    assert "its tokens are refused" in str(await verifier.note())
    server.show(*provider.keys)
    time.go_on(11)
    await verifier.verify_token(token)
    assert await verifier.note() is None


BROKEN = {
    "not JSON": ("200 OK", b"<html>", ()),
    "a list": ("200 OK", b"[]", ()),
    "no keys": ("200 OK", b"{}", ()),
    "keys of text": ("200 OK", b'{"keys": "many"}', ()),
    "keys that are none": ("200 OK", b'{"keys": [1, null, "a", {}, {"kty": ["EC"]}]}', ()),
    "symmetric keys": ("200 OK", b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}', ()),
    "a point off its curve": ("200 OK", b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}]}', ()),
    "nested": ("200 OK", b"[" * 100_000, ()),
    "huge": ("200 OK", b" " * 300_000, ()),
    "too many": ("200 OK", json.dumps({"keys": [{}] * 101}).encode(), ()),
    "an error": ("500 Internal Server Error", b"oops", ()),
    "a redirect": ("302 Found", b"", ("location: http://127.0.0.1:1/",)),
    "compressed": ("200 OK", b"\x1f\x8b", ("content-encoding: gzip",)),
    "not UTF-8": ("200 OK", b'{"keys": "\xff"}', ()),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_key_set_is_said_in_words_and_nothing_else_happens(server, provider, time, case):
    status, body, headers = BROKEN[case]
    fresh = TokenVerifier(server.url, clock=time.clock, ticks=time.ticks)
    server.fail(status, body, *headers)
    before = KEY_SET_LOADS.labels("default", "failed")._value.get()
    with capture_logs() as logs, pytest.raises(ServiceUnavailable, match="cannot be had"):
        await fresh.verify_token(provider.token())
    assert [(one["event"], one["log_level"]) for one in logs] == [("token_keys_unavailable", "warning")]
    assert KEY_SET_LOADS.labels("default", "failed")._value.get() == before + 1
    server.show(*provider.keys)
    time.go_on(11)
    assert (await fresh.verify_token(provider.token())).name == "sam"
    server.fail(status, body, *headers)
    time.go_on(61)
    assert (await fresh.verify_token(provider.token())).name == "sam"


async def test_a_provider_that_does_not_listen_is_away(time, provider):
    verifier = TokenVerifier("http://127.0.0.1:1/keys", clock=time.clock, ticks=time.ticks)
    with pytest.raises(ServiceUnavailable, match="ConnectError"):
        await verifier.verify_token(provider.token())


@pytest.mark.parametrize("content", [None, "", "{", "folder"])
async def test_a_file_of_keys_that_is_missing_or_broken_is_away_too(tmp_path, time, provider, content):
    path = tmp_path / "jwks.json"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_text(content)
    with pytest.raises(ServiceUnavailable):
        await TokenVerifier(path.as_uri(), clock=time.clock, ticks=time.ticks).verify_token(provider.token())


def test_keys_of_other_kinds_are_passed_over_and_private_parts_never_kept():
    good, ed = new_key("good"), OKPKey.generate_key("Ed25519", {"kid": "ed"})
    rsa = RSAKey.generate_key(2048, {"kid": "rsa"})
    others = [
        OctKey.generate_key(256, {"kid": "oct"}).as_dict(private=True),
        {"kty": "AKP", "kid": "later", "alg": "ML-DSA-44", "pub": "AAAA"},
        {**new_key("enc").as_dict(private=False), "use": "enc"},
        {**rsa.as_dict(private=False), "kid": "weak", "n": "AQAB"},
        {**rsa.as_dict(private=False), "kid": "slow", "e": "A" * 300},
        {**good.as_dict(private=False), "kid": 7},
        {**good.as_dict(private=False), "kid": "wrong", "alg": "HS256"},
    ]
    whole = [one.as_dict(private=True) for one in (good, ed, rsa)]
    found = parse_key_set(json.dumps({"keys": [*others, *whole]}).encode())
    assert {one.kid: one.algorithms for one in found.keys} == {
        "good": {"ES256"},
        "ed": {"EdDSA", "Ed25519"},
        "rsa": {"RS256", "PS256"},
    }
    assert found.skipped == len(others)
    assert not any(one.key.is_private for one in found.keys)


def test_a_set_of_nothing_but_other_keys_is_broken():
    with pytest.raises(KeySetUnusable, match="none of its keys"):
        parse_key_set(b'{"keys": [{"kty": "oct", "k": "AAAA"}]}')


async def test_key_sets_are_fetched_also_while_no_token_comes(server, verifier, provider):
    async with verifier.refreshing():
        await asyncio.wait_for(server.asked.wait(), 10)
