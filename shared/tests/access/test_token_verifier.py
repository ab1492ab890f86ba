"""Staff tokens: whose they are, how long they hold, and which are refused."""

import base64
import json

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from soundings.access.roles import StaffRole
from soundings.access.token_issuer import TokenIssuer, further_issuers
from soundings.access.tokens import MAX_TOKEN, TokenRefused, TokenVerifier, issue_token
from soundings.kernel.errors import ServiceUnavailable

from .conftest import new_key


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
