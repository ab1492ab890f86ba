"""What staff may do in listening, by the agency of their token; and revoked tokens, also while the log is away."""

import base64
import json
from datetime import timedelta

import pytest

from feedback_api.catalogue_projection.projection import CatalogueProjection
from soundings.access.roles import StaffRole
from soundings.events.catalogue import TokenRevocation, TokenRevocationChanged
from soundings.kernel.clock import system_clock

from .conftest import Listening

CALLS = {
    "feedback.subjects.find": ("subjects", {"agency_id": "sf", "person": "jo"}),
    "feedback.erasures.erase": ("erasures", {"records": [{"source_id": "survey", "kind": "response", "id": "r"}]}),
    "feedback.reviews.review": (
        "reviews",
        {"source_id": "survey", "id": "r", "verdict": "quarantined", "reason": "an advertisement"},
    ),
}


async def call(ear: Listening, operation: str, token: str):
    path, body = CALLS[operation]
    return await ear.send(path, body, None, authorization=f"Bearer {token}")


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("role", [*StaffRole])
async def test_a_token_without_an_agency_may_nothing_that_belongs_to_one(ear: Listening, operation, role):
    assert (await call(ear, operation, ear.token(role, agency=None))).status_code == 403
    assert ear.stored() == []


@pytest.mark.parametrize("operation", CALLS)
async def test_a_token_of_another_agency_changes_nothing_here(ear: Listening, operation):
    answer = await call(ear, operation, ear.token(StaffRole.ADMIN, agency="boston"))
    assert answer.status_code in {403, 422}
    assert ear.stored() == []


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("agency", ["sf", "*"])
async def test_the_own_agency_and_every_agency_are_reached(ear: Listening, operation, agency):
    assert (await call(ear, operation, ear.token(StaffRole.ADMIN, agency=agency))).status_code in {200, 202}


def revocation(jti: str, **more: object) -> TokenRevocationChanged:
    body = TokenRevocation(jti=jti, expires_at=system_clock() + timedelta(days=1))
    return TokenRevocationChanged.model_validate(
        {"id": f"id-{jti}", "revision": 1, "changed_at": system_clock(), "body": body, **more}
    )


async def test_a_revoked_token_is_refused(ear: Listening):
    token = ear.token(StaffRole.ADMIN)
    jti = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["jti"]
    await ear.publish(revocation(jti))
    assert (await call(ear, "feedback.subjects.find", token)).status_code == 401
    assert (await call(ear, "feedback.subjects.find", ear.token(StaffRole.ADMIN))).status_code == 200


def test_the_projection_forgets_what_has_expired():
    projection = CatalogueProjection()
    projection.apply_event(revocation("a"))
    projection.apply_event(revocation("b"))
    assert set(projection.revoked_tokens()) == {"a", "b"}
    projection.remove_key("token_revocation/id-a")
    projection.apply_event(revocation("b", revision=2, state="retired"))
    assert projection.revoked_tokens() == {}
