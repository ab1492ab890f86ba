"""Revoking staff tokens: who may, what the log says, and that this service refuses them too, also after a restart."""

import asyncio
import base64
import time

import orjson
import pytest

from catalogue_api.token_revocations.domain import revocation_id
from catalogue_api.token_revocations.errors import TooManyRevocations
from catalogue_api.token_revocations.sql import SqlRevocationStore
from catalogue_api.token_revocations.use_cases import RevokeToken
from soundings.access.roles import Principal, StaffRole
from soundings.db import migrate_database, open_database
from soundings.events.catalogue import TokenRevocationChanged
from soundings.events.topics import CATALOGUE

PATH = "token-revocations"


def jti_of(token: str) -> str:
    return orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["jti"]


async def until_refused(town, token):
    end = time.monotonic() + 10
    while (await town.call("GET", "agencies", token=token)).status_code != 401:
        assert time.monotonic() < end, "the token was not refused within ten seconds"
        await asyncio.sleep(0.05)


async def test_a_revoked_token_is_refused_while_others_go_on(town):
    token, other = town.token(StaffRole.VIEWER), town.token(StaffRole.VIEWER)
    assert (await town.call("GET", "agencies", token=token)).status_code == 200
    made = await town.call("POST", PATH, {"jti": jti_of(token)})
    assert (made.status_code, made.json()["jti"], made.json()["revoked_by"]) == (201, jti_of(token), "ann")
    await until_refused(town, token)
    assert (await town.call("GET", "agencies", token=other)).status_code == 200


async def test_it_stays_refused_after_a_restart(settings, open_town):
    async with open_town(settings) as town:
        token = town.token(StaffRole.ADMIN)
        assert (await town.call("POST", PATH, {"jti": jti_of(token)})).status_code == 201
    async with open_town(settings) as town:
        assert (await town.call("GET", "agencies", token=token)).status_code == 401


async def test_the_log_says_it_once_however_often_it_is_asked_for(town):
    body = {"jti": "somebody/elses token \0", "expires_at": "2026-05-01T00:00:00Z"}
    assert (await town.call("POST", PATH, body)).status_code == 201
    assert (await town.call("POST", PATH, body)).status_code == 200
    assert (await town.call("POST", PATH, {**body, "expires_at": "2026-04-01T00:00:00Z"})).status_code == 200
    assert (await town.call("POST", PATH, {**body, "expires_at": "2026-06-01T00:00:00Z"})).status_code == 200
    first, second = await town.events(2)
    assert isinstance(first, TokenRevocationChanged)
    assert (first.id, first.body.jti) == (revocation_id(body["jti"]), body["jti"])
    assert (second.revision, second.body.expires_at.month) == (2, 6)
    listed = await town.get(PATH)
    assert [(one["jti"], one["expires_at"][:10]) for one in listed["items"]] == [(body["jti"], "2026-06-01")]


async def test_without_a_date_it_is_kept_as_long_as_any_token_and_never_longer(town):
    for body in ({"jti": "a"}, {"jti": "b", "expires_at": "9999-01-01T00:00:00Z"}):
        made = (await town.call("POST", PATH, body)).json()
        assert made["expires_at"].startswith("2036-03-02")


async def test_what_has_expired_is_forgotten_here_and_on_the_log(town):
    await town.call("POST", PATH, {"jti": "old", "expires_at": "2026-03-02T10:00:00Z"})
    town.clock.go_on(2 * 3600)
    await town.call("POST", PATH, {"jti": "new"})
    assert [one["jti"] for one in (await town.get(PATH))["items"]] == ["new"]
    await town.log.ensure_topics([CATALOGUE])
    end = time.monotonic() + 20
    while len(batch := (await town.log.read_batch(CATALOGUE.name, 0, 0, 10)).records) < 3:
        assert time.monotonic() < end
        await town.log.wait_for_records({(CATALOGUE.name, 0): batch[-1].position + 1 if batch else 0}, 1)
    assert [record.value is None for record in batch] == [False, True, False]
    assert batch[0].key == batch[1].key


async def test_only_an_admin_of_every_agency_revokes(town):
    for token in (
        town.token(StaffRole.ADMIN, agency="sf"),
        town.token(StaffRole.ADMIN, agency=None),
        town.token(StaffRole.MANAGER),
    ):
        assert (await town.call("POST", PATH, {"jti": "x"}, token=token)).status_code == 403
        assert (await town.call("GET", PATH, token=token)).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        "x",
        {"jti": ""},
        {"jti": 1},
        {"jti": "j" * 501},
        {"jti": "a", "expires_at": 7},
        {"jti": "a", "b": 1},
    ],
)
async def test_what_names_no_token_is_refused(town, body):
    refused = await town.call("POST", PATH, body)
    assert refused.status_code in {400, 422}
    assert refused.headers["content-type"] == "application/problem+json"


async def test_pages_go_on_where_the_last_ended(town):
    for number in range(5):
        await town.call("POST", PATH, {"jti": f"j{number}"})
    first = await town.get(f"{PATH}?limit=3")
    second = await town.get(f"{PATH}?limit=3&cursor={first['next']}")
    assert {one["jti"] for page in (first, second) for one in page["items"]} == {f"j{number}" for number in range(5)}
    assert second["next"] is None


async def test_there_is_an_end_to_how_many(tmp_path, clock):
    database = open_database(f"sqlite:///{tmp_path}/catalogue.db")
    await migrate_database(database, "catalogue_api")
    revoke = RevokeToken(SqlRevocationStore(database, lambda: None), clock, most=2)
    admin = Principal("ann", frozenset({StaffRole.ADMIN}), "*")
    for number in (1, 2, 2):
        await revoke({"jti": f"j{number}"}, admin)
    with pytest.raises(TooManyRevocations):
        await revoke({"jti": "j3"}, admin)
    await database.close_engine()
