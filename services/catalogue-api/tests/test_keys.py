"""Source keys: shown once, kept as a hash, told to the others, revoked for good."""

import pytest

from soundings.access.keys import hash_key
from soundings.events.catalogue import SourceKeyChanged


async def test_a_key_is_shown_once_and_told_as_a_hash(city):
    made = await city.call("POST", "sources/tool/keys", {})
    assert made.status_code == 201
    secret, key_id = made.json()["key"], made.json()["key_id"]
    assert secret.startswith("snd_")
    listed = await city.call("GET", "sources/tool/keys")
    assert secret not in listed.text
    assert hash_key(secret) not in listed.text
    (shown,) = listed.json()["items"]
    assert (shown["key_id"], shown["state"], shown["created_by"]) == (key_id, "active", "ann")
    told = (await city.events(11))[-1]
    assert isinstance(told, SourceKeyChanged)
    assert (told.id, told.state, told.body.source_id) == (key_id, "active", "tool")
    assert told.body.key_hash == hash_key(secret)


async def test_a_secret_is_written_nowhere(city, hall):
    secret = (await city.call("POST", "sources/tool/keys")).json()["key"]
    await city.events(11)
    files = {path.name: path.read_bytes() for path in hall.folder.iterdir()}
    assert files.keys() >= {"catalogue.db", "log.db"}
    assert [name for name, content in files.items() if secret.encode() in content] == []


async def test_a_revoked_key_is_told_as_retired_and_stays_so(city):
    key_id = (await city.call("POST", "sources/tool/keys")).json()["key_id"]
    city.clock.go_on(5)
    for _ in range(2):
        assert (await city.call("DELETE", f"sources/tool/keys/{key_id}")).status_code == 204
    (shown,) = (await city.get("sources/tool/keys"))["items"]
    assert (shown["state"], shown["revoked_at"], shown["revoked_by"]) == ("revoked", "2026-03-02T09:00:05.000Z", "ann")
    await city.put("personas/pat", {"agency_id": "sf", "name": {"en": "Pat"}})
    told = [event for event in await city.events(13) if isinstance(event, SourceKeyChanged)]
    assert [(event.revision, event.state) for event in told] == [(1, "active"), (2, "retired")]


async def test_keys_can_be_rotated_without_a_gap(city):
    first = (await city.call("POST", "sources/tool/keys")).json()
    second = (await city.call("POST", "sources/tool/keys")).json()
    assert first != second
    await city.call("DELETE", f"sources/tool/keys/{first['key_id']}")
    states = {item["key_id"]: item["state"] for item in (await city.get("sources/tool/keys"))["items"]}
    assert states == {first["key_id"]: "revoked", second["key_id"]: "active"}


async def test_a_source_has_a_bounded_number_of_keys(city):
    made = [(await city.call("POST", "sources/tool/keys")).status_code for _ in range(21)]
    assert made == [201] * 20 + [409]


async def test_keys_belong_to_their_source(city, bodies):
    await city.put("sources/other", bodies.source())
    key_id = (await city.call("POST", "sources/tool/keys")).json()["key_id"]
    assert (await city.call("DELETE", f"sources/other/keys/{key_id}")).status_code == 404
    assert (await city.call("DELETE", "sources/tool/keys/%00")).status_code == 404
    assert (await city.call("POST", "sources/nothing/keys")).status_code == 404
    assert (await city.call("GET", "sources/nothing/keys")).status_code == 404


async def test_a_retired_source_gets_no_keys(city):
    await city.call("DELETE", "sources/tool")
    refused = await city.call("POST", "sources/tool/keys")
    assert (refused.status_code, refused.json()["code"]) == (409, "retired")


async def test_a_key_may_have_a_label(city):
    made = [await city.call("POST", "sources/tool/keys", body) for body in ({"label": "nightly é"}, {}, None)]
    assert [one.status_code for one in made] == [201] * 3
    shown = {one["key_id"]: one["label"] for one in (await city.get("sources/tool/keys"))["items"]}
    assert [shown[one.json()["key_id"]] for one in made] == ["nightly é", None, None]
    await city.call("DELETE", f"sources/tool/keys/{made[0].json()['key_id']}")
    assert "nightly é" in [one["label"] for one in (await city.get("sources/tool/keys"))["items"]]


@pytest.mark.parametrize(
    "body", [{"label": "x" * 101}, {"label": "a\0b"}, {"label": "\x1b[2J"}, {"label": 3}, {"lable": "x"}]
)
async def test_a_label_that_cannot_be_shown_is_refused(city, body: object):
    assert (await city.call("POST", "sources/tool/keys", body)).status_code == 422
    assert (await city.get("sources/tool/keys"))["items"] == []
