"""Staff tokens: whose they are, how long they hold, and what a provider that fails does to them."""

import asyncio
import base64
import json

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from structlog.testing import capture_logs

from soundings.access.key_set_loader import KeySetUnusable, parse_key_set
from soundings.access.roles import StaffRole
from soundings.access.token_issuer import TokenIssuer, further_issuers
from soundings.access.tokens import MAX_TOKEN, TokenRefused, TokenVerifier, issue_token
from soundings.kernel.errors import ServiceUnavailable
from soundings.telemetry.metrics import KEY_SET_LOADS


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


async def test_a_token_says_who_calls(verifier, provider):
    caller = await verifier.verify_token(provider.token(departments=["works", "parks"], roles=["analyst", "emperor"]))
    assert (caller.name, caller.agency, caller.roles) == ("sam", "city", {StaffRole.ANALYST})
    assert caller.departments == {"works", "parks"}


@pytest.mark.parametrize(
    ("agency", "own", "foreign"),
    [("city", True, False), ("*", True, True), (None, False, False), ("", False, False), (["city"], False, False)],
)
async def test_without_the_claim_a_token_reaches_no_agency(verifier, provider, agency, own, foreign):
    caller = await verifier.verify_token(provider.token(agency=agency))
    assert (caller.can_act_for("city"), caller.can_act_for("town")) == (own, foreign)
    assert not caller.can_act_for("") or agency == "*"


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


async def test_each_issuer_is_bound_to_its_own_keys(server, time, making):
    one, two = making.provider(time, "https://one.example"), making.provider(time, "https://two.example")
    server.show(*one.keys)
    verifier = TokenVerifier(
        server.url,
        issuer=one.iss,
        further=[TokenIssuer("file:///nowhere", two.iss)],
        clock=time.clock,
        ticks=time.ticks,
    )
    assert (await verifier.verify_token(one.token())).name == "sam"
    with pytest.raises(
        ServiceUnavailable
    ):  # the keys of the second are away; those of the first do not stand in for them
        await verifier.verify_token(one.token(iss=two.iss))
    for stranger in ("https://three.example", None, 7):
        with pytest.raises(TokenRefused, match="issuer"):
            await verifier.verify_token(one.token(iss=stranger))


async def test_several_issuers_each_with_its_own_audience(server, time, making, tmp_path):
    one, two = making.provider(time, "https://one.example"), making.provider(time, "https://two.example")
    server.show(*one.keys)
    path = tmp_path / "two.json"
    path.write_text(json.dumps({"keys": [two.keys[0].as_dict(private=False)]}))
    second = TokenIssuer(path.as_uri(), two.iss, "soundings")
    verifier = TokenVerifier(server.url, issuer=one.iss, further=[second], clock=time.clock, ticks=time.ticks)
    await verifier.verify_token(one.token())
    await verifier.verify_token(two.token(aud=["soundings", "other"]))
    for wrong in (two.token(), two.token(aud="other"), two.token(iss=one.iss), one.token(iss=two.iss, aud="soundings")):
        with pytest.raises(TokenRefused):
            await verifier.verify_token(wrong)


async def test_an_issuer_without_a_name_never_answers_for_one_that_has_keys_of_its_own(
    server, provider, time, tmp_path
):
    path = tmp_path / "two.json"
    path.write_text(json.dumps({"keys": [new_key("two").as_dict(private=False)]}))
    further = [TokenIssuer(path.as_uri(), "https://two.example")]
    verifier = TokenVerifier(server.url, further=further, clock=time.clock, ticks=time.ticks)
    await verifier.verify_token(provider.token(iss="anything"))
    with pytest.raises(TokenRefused):
        await verifier.verify_token(provider.token(iss="https://two.example"))


async def test_times_are_kept_with_a_minute_of_leeway(verifier, provider, time):
    now = int(time.at.timestamp())
    await verifier.verify_token(provider.token(exp=now - 59))
    for claims in ({"exp": now - 60}, {"exp": None}, {"nbf": now + 61}, {"iat": now + 61}):
        with pytest.raises(TokenRefused, match="does not hold"):
            await verifier.verify_token(provider.token(**claims))
    good = provider.token(exp=now + 10)
    await verifier.verify_token(good)
    time.go_on(70)
    with pytest.raises(TokenRefused, match="expired"):
        await verifier.verify_token(good)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": "soon"}, {"exp": True}, {"exp": 1e300}, {"exp": -1}, {"exp": [1]}, {"nbf": "now"}, {"iat": {}},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "s" * 501}, {"jti": 7}, {"jti": ""}, {"jti": "j" * 501},
    ],
)  # fmt: skip
async def test_claims_of_wrong_shapes_are_refused(verifier, provider, claims):
    with pytest.raises(TokenRefused):
        await verifier.verify_token(provider.token(**claims))


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


HEADERS: list[dict[str, object]] = [
    {"alg": "none", "kid": "one"},
    {"alg": "HS256", "kid": "one"},
    {"alg": ["ES256"], "kid": "one"},
    {"alg": "RS256", "kid": "one"},
    {"alg": "ES256", "kid": 7},
    {"alg": "ES256", "kid": "one", "crit": ["b64"]},
    {"kid": "one"},
]


@pytest.mark.parametrize(
    "token",
    [
        "", "a", "a.b.c", "..", "a.b.c.d", "é.é.é", f"{part([])}.{part({})}.AAAA", f"{part({})}.{part([])}.AAAA",
        *[f"{part(header)}.{part({})}.AAAA" for header in HEADERS],
        f"{part({'alg': 'ES256', 'kid': 'one'})}.{part({})}.A",
        f"{part({'alg': 'ES256'})}.{'W1tb' * 1000}.AAAA", "a" * (MAX_TOKEN + 1),
    ],
)  # fmt: skip
async def test_what_is_no_token_is_refused_and_never_an_error(verifier, provider, token):
    with pytest.raises(TokenRefused):
        await verifier.verify_token(token)


async def test_a_huge_token_is_refused_before_anything_is_fetched(verifier, provider, server):
    with pytest.raises(TokenRefused, match="longer"):
        await verifier.verify_token(provider.token(roles=["x" * 9000]))
    assert server.requests == 0


async def test_a_changed_payload_or_signature_is_refused(verifier, provider):
    head, body, signature = provider.token().split(".")
    stronger = part({**json.loads(base64.urlsafe_b64decode(body + "==")), "roles": ["admin"]})
    for forged in (f"{head}.{stronger}.{signature}", f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}.AAAA"):
        with pytest.raises(TokenRefused):
            await verifier.verify_token(forged)


@pytest.mark.parametrize("kind", ["EdDSA", "Ed25519", "RS256", "PS256", "ES384"])
async def test_every_algorithm_that_is_documented_works(server, time, kind):
    from joserfc import jws

    made = {
        "EdDSA": lambda: OKPKey.generate_key("Ed25519", {"kid": "k"}),
        "ES384": lambda: ECKey.generate_key("P-384", {"kid": "k"}),
        "RS256": lambda: RSAKey.generate_key(2048, {"kid": "k"}),
    }[{"Ed25519": "EdDSA", "PS256": "RS256"}.get(kind, kind)]()
    server.body = json.dumps({"keys": [made.as_dict(private=False)]}).encode()
    claims = {"sub": "sam", "exp": int(time.at.timestamp()) + 60}
    signed = f"{part({'alg': kind, 'kid': 'k'})}.{part(claims)}"
    signature = jws.JWSRegistry.algorithms[kind].sign(signed.encode(), made)
    token = f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
    assert (await TokenVerifier(server.url, clock=time.clock, ticks=time.ticks).verify_token(token)).name == "sam"


class Revoked:
    def __init__(self) -> None:
        self.ids: set[str] = set()

    async def refresh(self) -> None:
        return

    def is_revoked(self, jti: str) -> bool:
        return jti in self.ids


async def test_a_revoked_token_is_refused_though_it_was_known(server, provider, time):
    revoked = Revoked()
    verifier = TokenVerifier(server.url, clock=time.clock, ticks=time.ticks, revoked=revoked)
    token, other = provider.token(jti="j1"), provider.token(jti="j2")
    await verifier.verify_token(token)
    revoked.ids.add("j1")
    with pytest.raises(TokenRefused, match="revoked"):
        await verifier.verify_token(token)
    await verifier.verify_token(other)


def test_tokens_of_ours_carry_all_claims(time):
    token = issue_token(new_key("k"), name="sam", roles=[StaffRole.VIEWER], seconds=60, clock=time.clock)
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    now = int(time.at.timestamp())
    assert claims.pop("jti")
    assert claims == {
        "iss": "soundings", "sub": "sam", "roles": ["viewer"], "agency": "*", "iat": now, "exp": now + 60,
    }  # fmt: skip


def test_issuers_come_from_the_environment():
    first = {"issuer": "https://a", "jwks_url": "https://a/keys"}
    text = json.dumps([first, {"issuer": "b", "jwks_url": "file:///k", "audience": "x"}])
    assert further_issuers({"SOUNDINGS_TOKEN_ISSUERS": text}) == (
        TokenIssuer("https://a/keys", "https://a"),
        TokenIssuer("file:///k", "b", "x"),
    )
    assert further_issuers({}) == further_issuers({"SOUNDINGS_TOKEN_ISSUERS": " "}) == ()


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"issuer": "a"}]', '[{"issuer": "a", "jwks_url": 1}]',
                                  '[{"issuer": "a", "jwks_url": "u", "secret": "s"}]'])  # fmt: skip
def test_issuers_that_cannot_be_used_are_refused_in_words(text):
    with pytest.raises(ValueError, match="SOUNDINGS_TOKEN_ISSUERS"):
        further_issuers({"SOUNDINGS_TOKEN_ISSUERS": text})


def test_two_issuers_of_one_name_are_refused():
    with pytest.raises(ValueError, match="given twice"):
        TokenVerifier("file:///a", issuer="a", further=[TokenIssuer("file:///b", "a")])


async def test_key_sets_are_fetched_also_while_no_token_comes(server, verifier, provider):
    async with verifier.refreshing():
        await asyncio.wait_for(server.asked.wait(), 10)
