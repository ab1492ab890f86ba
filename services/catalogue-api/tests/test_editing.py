"""Creating, replacing, patching, retiring and reviving entities, with tags and conditions."""

import asyncio

from soundings.events.catalogue import AgencyChanged, ServiceChanged

AGENCY = {"name": {"en": "City"}, "time_zone": "Europe/Lisbon"}


async def test_the_first_put_creates_and_the_second_replaces(town):
    created = await town.put("agencies/city", AGENCY, 201)
    replaced = await town.put("agencies/city", {**AGENCY, "name": {"en": "Town"}}, 200)
    assert (created["revision"], replaced["revision"]) == (1, 2)
    assert replaced["name"] == {"en": "Town"}
    assert (replaced["id"], replaced["state"]) == ("city", "active")


async def test_defaults_are_shown(town):
    created = await town.put("agencies/city", AGENCY)
    shown = (created["fiscal_year_start"], created["default_language"], created["suppression_threshold"])
    assert shown == ("01-01", "en", 11)
    assert created["updated_at"] == "2026-03-02T09:00:00.000Z"


async def test_identical_content_changes_nothing(town):
    first = await town.call("PUT", "agencies/city", AGENCY)
    town.clock.go_on(60)
    second = await town.call("PUT", "agencies/city", {**AGENCY, "fiscal_year_start": "01-01"})
    assert (second.status_code, second.json()) == (200, first.json())
    assert second.headers["etag"] == first.headers["etag"]
    history = await town.get("agencies/city/history")
    assert {change["revision"] for change in history["items"]} == {1}
    await town.put("agencies/other", AGENCY)
    assert [(event.id, event.revision) for event in await town.events(2)] == [("city", 1), ("other", 1)]


async def test_what_was_read_can_be_sent_back(city):
    shown = await city.get("services/sf-one")
    assert await city.put("services/sf-one", shown, 200) == shown
    assert await city.faults("services/sf-two", shown) == {"id": "mismatch"}


async def test_a_put_can_ask_to_be_the_first(town):
    assert (await town.call("PUT", "agencies/city", AGENCY, if_none_match="*")).status_code == 201
    again = await town.call("PUT", "agencies/city", AGENCY, if_none_match="*")
    assert (again.status_code, again.json()["code"]) == (412, "precondition_failed")


async def test_a_write_with_an_old_tag_is_refused(town):
    old = (await town.call("PUT", "agencies/city", AGENCY)).headers["etag"]
    changed = {**AGENCY, "name": {"en": "Town"}}
    assert (await town.call("PUT", "agencies/city", changed, if_match=old)).status_code == 200
    for method, body in (("PUT", AGENCY), ("PATCH", {"name": {"en": "x"}}), ("DELETE", None)):
        assert (await town.call(method, "agencies/city", body, if_match=old)).status_code == 412
    assert (await town.get("agencies/city"))["revision"] == 2


async def test_a_tag_names_nothing_where_there_is_nothing(town):
    assert (await town.call("PUT", "agencies/city", AGENCY, if_match="*")).status_code == 412
    assert (await town.call("PUT", "agencies/city", AGENCY, if_match='"1-0"')).status_code == 412


async def test_a_weak_tag_does_not_allow_a_write(town):
    tag = (await town.call("PUT", "agencies/city", AGENCY)).headers["etag"]
    assert tag.startswith('"')
    assert (await town.call("PUT", "agencies/city", AGENCY, if_match=f"W/{tag}")).status_code == 412
    assert (await town.call("PUT", "agencies/city", AGENCY, if_match=f'"other", {tag}')).status_code == 200


async def test_of_two_writers_with_the_same_tag_one_wins(town):
    tag = (await town.call("PUT", "agencies/city", AGENCY)).headers["etag"]
    answers = await asyncio.gather(
        *(town.call("PUT", "agencies/city", {**AGENCY, "name": {"en": name}}, if_match=tag) for name in "abcdef")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]
    assert (await town.get("agencies/city"))["revision"] == 2


async def test_a_reader_who_has_it_gets_304(town):
    tag = (await town.call("PUT", "agencies/city", AGENCY)).headers["etag"]
    for sent in (tag, f"W/{tag}", "*", f'"x", {tag}'):
        answer = await town.call("GET", "agencies/city", if_none_match=sent)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert (await town.call("GET", "agencies/city", if_none_match='"1-x"')).status_code == 200


async def test_a_patch_merges(city):
    await city.put(
        "services/sf-one",
        {
            "agency_id": "sf",
            "department_id": "sf-dep",
            "name": {"en": "Old", "es": "Viejo"},
            "owner": "Jo",
            "channels": ["phone"],
        },
        200,
    )
    patch = {"name": {"en": "New", "es": None}, "owner": None, "channels": ["website"]}
    answer = await city.call("PATCH", "services/sf-one", patch, content_type="application/merge-patch+json")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["name"], shown["channels"], "owner" in shown) == ({"en": "New"}, ["website"], False)
    assert shown["department_id"] == "sf-dep"


async def test_a_patch_that_changes_nothing_changes_nothing(city):
    before = await city.get("services/sf-one")
    assert (await city.call("PATCH", "services/sf-one", {"owner": None})).json() == before
    assert (await city.call("PATCH", "services/sf-one", {})).json() == before


async def test_a_patch_cannot_take_away_what_is_needed(city):
    assert await city.faults("services/sf-one", {"name": None}, "PATCH") == {"name": "missing"}
    assert await city.faults("services/sf-one", {"state": "retired", "revision": 9}, "PATCH") == {
        "state": "read_only",
        "revision": "read_only",
    }
    assert await city.faults("services/sf-one", [1], "PATCH") == {"": "not_an_object"}


async def test_a_patch_needs_something_to_patch(city):
    assert (await city.call("PATCH", "services/nothing", {})).status_code == 404
    await city.call("DELETE", "services/sf-one", None)
    await city.put("personas/pat", {"agency_id": "sf", "name": {"en": "Pat"}})
    assert (await city.call("DELETE", "personas/pat")).status_code == 204
    refused = await city.call("PATCH", "personas/pat", {"name": {"en": "x"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "retired")


async def test_what_is_retired_stays_readable_and_a_put_revives_it(town):
    await town.put("agencies/city", AGENCY)
    assert (await town.call("DELETE", "agencies/city")).status_code == 204
    assert (await town.call("DELETE", "agencies/city")).status_code == 204
    retired = await town.get("agencies/city")
    assert (retired["state"], retired["revision"]) == ("retired", 2)
    assert (await town.get("agencies"))["items"] == []
    assert (await town.get("agencies?state=all"))["items"] == [retired]
    revived = await town.put("agencies/city", AGENCY, 200)
    assert (revived["state"], revived["revision"]) == ("active", 3)
    events = await town.events(3)
    assert [(event.revision, event.state) for event in events if isinstance(event, AgencyChanged)] == [
        (1, "active"),
        (2, "retired"),
        (3, "active"),
    ]


async def test_what_others_refer_to_is_not_retired(city):
    refused = await city.call("DELETE", "services/sf-one")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert "source tool" in refused.json()["detail"]
    assert (await city.call("DELETE", "sources/tool")).status_code == 204
    assert (await city.call("DELETE", "services/sf-one")).status_code == 204
    assert await city.faults("sources/tool", await city.get("sources/tool")) == {"service_ids.0": "unknown"}


async def test_nothing_of_that_name_is_404(town):
    for path in ("agencies/city", "agencies/city/history", "agencies/Not%20A%20Slug", "agencies/%00"):
        assert (await town.call("GET", path)).status_code == 404
    assert (await town.call("DELETE", "agencies/city")).status_code == 404


async def test_an_id_is_a_slug(town):
    for entity_id in ("City", "a%20b", "-a", "a" * 101, "%00"):
        assert await town.faults(f"agencies/{entity_id}", AGENCY) == {"id": "not_a_slug"}


async def test_bodies_that_cannot_be_read_say_why(town):
    async def status(content: bytes, media_type: str) -> int:
        headers = {"content-type": media_type, "authorization": f"Bearer {town.admin}"}
        return (await town.http.put("/v1/agencies/city", content=content, headers=headers)).status_code

    assert await status(b"{", "application/json") == 400
    assert await status(b"\xff", "application/json") == 400
    assert await status(b"{}", "text/plain") == 415
    assert await status(b"{}", "application/merge-patch+json") == 415
    assert await status(b'"' + b"x" * 2_000_000 + b'"', "application/json") == 413
    assert await status(b"[" * 3000, "application/json") == 400
    assert await status(b"[]", "application/json; charset=utf-8") == 422


async def test_every_wrong_field_is_named_within_what_was_sent(city):
    body = {
        "agency_id": "SF",
        "department_id": "sf-dep",
        "name": {"en_us": "x"},
        "channels": ["phone", "telepathy", {"channel": "fax", "hours": 9}],
        "colour": "red",
    }
    assert await city.faults("services/x", body) == {
        "agency_id": "value_error",
        "name.en_us": "string_pattern_mismatch",
        "channels.1": "enum",
        "channels.2.hours": "string_type",
        "colour": "extra_forbidden",
    }


async def test_an_entity_that_the_log_would_not_take_is_refused_whole(city, bodies):
    texts = {"en": "x" * 9_900}
    questions = [bodies.question(f"q{number}", text=texts) for number in range(100)]
    refused = await city.call("PUT", "forms/huge", bodies.form(*questions))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert (await city.call("GET", "forms/huge")).status_code == 404


async def test_snapshots_come_in_acknowledged_order_across_entities(city):
    async def rename(entity: str, number: int):
        return await city.call("PATCH", f"services/{entity}", {"name": {"en": f"{entity} {number}"}})

    answers = await asyncio.gather(*(rename(f"sf-{name}", number) for number in range(10) for name in ("one", "two")))
    assert {answer.status_code for answer in answers} == {200}
    before = 10
    events = [event for event in (await city.events(before + 20))[before:] if isinstance(event, ServiceChanged)]
    for service in ("sf-one", "sf-two"):
        assert [event.revision for event in events if event.id == service] == list(range(2, 12))


async def test_a_deep_patch_is_refused_politely(city):
    patch: dict[str, object] = {}
    for _ in range(500):
        patch = {"a": patch}
    assert await city.faults("services/sf-one", patch, "PATCH") == {"": "too_deep"}


async def test_nul_and_strange_letters_are_kept_as_they_are(city):
    body = {"agency_id": "sf", "name": {"en": "a\0b \U0001f600 \u202e"}}
    shown = await city.put("personas/odd", body)
    assert shown["name"] == body["name"]
    identifiers = {"a\0b.c": "x\0y"}
    assert (await city.call("PATCH", "services/sf-one", {"identifiers": identifiers})).json()[
        "identifiers"
    ] == identifiers
    assert (await city.get("services/sf-one/history"))["items"][0]["field"] == "identifiers.ab.c"
