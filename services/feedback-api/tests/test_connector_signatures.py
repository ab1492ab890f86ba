"""A vendor that signs what it sends needs no key; nobody can read, move or misuse the secret that it signs with."""

import hmac
from base64 import b64encode
from datetime import timedelta

import pytest

from soundings.access.roles import StaffRole

from .conftest import NOW, Listening

SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
BODY = b'[{"type": "zen:event-type:user.created"}]'


def signed(body: bytes, at: str, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.digest(secret.encode(), at.encode() + body, "sha256")
    return {
        "x_zendesk_webhook_signature": b64encode(digest).decode(),
        "x_zendesk_webhook_signature_timestamp": at,
        "content_type": "application/json",
    }


async def sealed(ear: Listening, source: str = "centre", vendor: str = "zendesk") -> str:
    answer = await ear.send(
        f"connectors/{source}/{vendor}/seal",
        {"secret": SECRET},
        None,
        authorization=f"Bearer {ear.token(StaffRole.MANAGER)}",
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert SECRET not in answer.text
    return answer.json()["sealed"]


async def keep(ear: Listening, secret: str) -> None:
    connectors = [{"vendor": "zendesk", "signing_secret": secret}]
    await ear.publish(
        ear.scribe.source(
            "centre", "boston", service_ids=["cart", "vehicle"], accepts=["interactions"], connectors=connectors
        )
    )


async def knock(ear: Listening, body: bytes = BODY, **headers: str) -> int:
    return (await ear.raw("connectors/centre/zendesk", body, None, **headers)).status_code


async def test_a_fresh_signature_opens_the_door(ear):
    await keep(ear, await sealed(ear))
    assert await knock(ear, **signed(BODY, NOW.isoformat())) == 202


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_an_old_signature_and_one_of_the_future_do_not(ear, minutes):
    await keep(ear, await sealed(ear))
    assert await knock(ear, **signed(BODY, (NOW + timedelta(minutes=minutes)).isoformat())) == 401


async def test_a_signature_of_something_else_does_not(ear):
    await keep(ear, await sealed(ear))
    good = signed(BODY, NOW.isoformat())
    assert await knock(ear, BODY + b" ", **good) == 401
    assert await knock(ear, **signed(BODY, NOW.isoformat(), "another")) == 401
    assert await knock(ear, **{**good, "x_zendesk_webhook_signature": "not base64!"}) == 401
    assert await knock(ear, **{**good, "x_zendesk_webhook_signature_timestamp": "yesterday"}) == 401


async def test_a_secret_opens_only_for_the_source_and_vendor_that_it_was_sealed_for(ear):
    good = signed(BODY, NOW.isoformat())
    await keep(ear, await sealed(ear, "desk"))
    assert await knock(ear, **good) == 401
    await keep(ear, await sealed(ear, vendor="twilio"))
    assert await knock(ear, **good) == 401
    await keep(ear, "sealed:v1:" + "A" * 60)
    assert await knock(ear, **good) == 401


async def test_two_seals_of_one_secret_do_not_look_alike(ear):
    assert await sealed(ear) != await sealed(ear)


async def test_only_a_manager_of_the_agency_seals(ear):
    for token, status in (
        (ear.token(StaffRole.ANALYST), 403),
        (ear.token(StaffRole.MANAGER, agency="sf"), 403),
        ("", 401),
    ):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await ear.send("connectors/centre/zendesk/seal", {"secret": SECRET}, None, **headers)
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "field"), [({}, "secret"), ({"secret": ""}, "secret"), ({"secret": 1}, "secret"), ({"key": "x"}, "key")]
)
async def test_a_refusal_to_seal_names_its_field(ear, body, field):
    answer = await ear.send(
        "connectors/centre/zendesk/seal", body, None, authorization=f"Bearer {ear.token(StaffRole.MANAGER)}"
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
