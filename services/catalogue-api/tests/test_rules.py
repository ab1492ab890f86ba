"""What may not be written of every kind but forms, and which field says so."""

import pytest

from soundings.events.catalogue import MeasureChanged

STANDARD = {
    "service_id": "sf-one",
    "metric": "top2.v1",
    "comparison": ">=",
    "target": 0.8,
    "window": "month",
    "category": "satisfaction",
}


async def test_a_time_zone_must_be_known(town):
    for zone in ("Mars/Olympus", "", "../etc/passwd", "Europe", "localtime", "europe/lisbon"):
        assert await town.faults("agencies/x", {"name": {"en": "x"}, "time_zone": zone}) == {
            "time_zone": "unknown_time_zone"
        }


async def test_the_version_of_the_subjects_key_rises_and_never_falls(town):
    agency = {"name": {"en": "x"}, "time_zone": "Europe/Lisbon"}
    for version, status in ((1, 201), (3, 200), (3, 200)):
        await town.put("agencies/x", {**agency, "subject_key_version": version}, status)
    assert await town.faults("agencies/x", agency) == {"subject_key_version": "falls"}
    assert await town.faults("agencies/x", {**agency, "subject_key_version": 0}) == {
        "subject_key_version": "greater_than_equal"
    }


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("departments/x", {"agency_id": "no", "name": {"en": "x"}}, ["agency_id"]),
        ("departments/x", {"agency_id": "sf", "parent_id": "no", "name": {"en": "x"}}, ["parent_id"]),
        (
            "services/x",
            {"agency_id": "no", "department_id": "no", "name": {"en": "x"}},
            ["agency_id", "department_id"],
        ),
        ("measures/x", {"agency_id": "no"}, ["agency_id"]),
        ("sources/x", {"service_ids": ["sf-one", "no"]}, ["service_ids.1"]),
        ("standards/x", {**STANDARD, "service_id": "no"}, ["service_id"]),
        ("standards/x", {**STANDARD, "measure": "no"}, ["measure"]),
        ("touchpoints/x", {"service_id": "no", "name": {"en": "x"}}, ["service_id"]),
        ("articles/x", {"agency_id": "sf", "service_id": "no", "question": "?", "answer": "!"}, ["service_id"]),
        ("personas/x", {"agency_id": "no", "name": {"en": "x"}}, ["agency_id"]),
        ("forms/x", {"service_ids": ["no"], "source_id": "no"}, ["service_ids.0", "source_id"]),
    ],
)
async def test_what_is_referred_to_must_be_there(city, bodies, path, body, fields):
    base = {"measures/x": bodies.measure(), "sources/x": bodies.source(), "forms/x": bodies.form()}.get(path, {})
    assert await city.faults(path, {**base, **body}) == dict.fromkeys(fields, "unknown")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("departments/x", {"agency_id": "sf", "parent_id": "boston-dep", "name": {"en": "x"}}, "parent_id"),
        ("services/x", {"agency_id": "sf", "department_id": "boston-dep", "name": {"en": "x"}}, "department_id"),
        ("sources/x", {"service_ids": ["sf-one", "boston-one"]}, "service_ids.1"),
        ("standards/x", {**STANDARD, "service_id": "boston-one", "measure": "clean"}, "measure"),
        ("articles/x", {"agency_id": "sf", "service_id": "boston-one", "question": "?", "answer": "!"}, "service_id"),
        ("forms/x", {"service_ids": ["boston-one"]}, "service_ids.0"),
    ],
)
async def test_what_is_referred_to_must_be_of_the_same_agency(city, bodies, path, body, field):
    base = {"sources/x": bodies.source(), "forms/x": bodies.form()}.get(path, {})
    assert await city.faults(path, {**base, **body}) == {field: "foreign"}


async def test_a_standard_may_name_a_built_in_measure(city):
    await city.put("standards/top", {**STANDARD, "measure": "satisfaction", "params": {"threshold_s": 20}})
    assert await city.faults("standards/top", {**STANDARD, "metric": ""}) == {"metric": "string_too_short"}


async def test_a_department_does_not_stand_below_itself(city):
    def below(department: str, parent: str):
        return {"agency_id": "sf", "parent_id": parent, "name": {"en": department}}

    await city.put("departments/b", below("b", "sf-dep"))
    await city.put("departments/c", below("c", "b"))
    assert await city.faults("departments/sf-dep", below("sf-dep", "c")) == {"parent_id": "cycle"}
    assert await city.faults("departments/b", below("b", "c")) == {"parent_id": "cycle"}
    assert await city.faults("departments/d", below("d", "d")) == {"parent_id": "cycle"}
    assert await city.faults("departments/c", below("c", "c")) == {"parent_id": "cycle"}


@pytest.mark.slow
async def test_departments_do_not_nest_without_end(city):
    parent = "sf-dep"
    for level in range(31):
        await city.put(f"departments/d{level}", {"agency_id": "sf", "parent_id": parent, "name": {"en": "x"}})
        parent = f"d{level}"
    deep = {"agency_id": "sf", "parent_id": parent, "name": {"en": "x"}}
    assert await city.faults("departments/last", deep) == {"parent_id": "too_deep"}


async def test_a_service_describes_a_channel_once(city):
    body = {"agency_id": "sf", "department_id": "sf-dep", "name": {"en": "x"}}
    doubled = {**body, "channels": ["phone", {"channel": "phone", "hours": "9-5"}]}
    assert await city.faults("services/x", doubled) == {"channels.1": "duplicate"}


async def test_an_instant_lies_within_the_calendar(city):
    body = {"agency_id": "sf", "question": "?", "answer": "!"}
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert await city.faults("articles/x", {**body, "assured_at": at}) == {"assured_at": "value_error"}
    assert await city.faults("articles/x", {**body, "assured_at": "2026-01-01"}) == {"assured_at": "timezone_aware"}
    shown = await city.put("articles/x", {**body, "assured_at": "2026-01-01T00:00:00+02:00"})
    assert shown["assured_at"] == "2025-12-31T22:00:00Z"


async def test_touchpoints_say_whether_the_journey_is_as_it_is(city):
    shown = await city.put("touchpoints/start", {"service_id": "sf-one", "name": {"en": "x"}, "journey": "to_be"})
    assert (shown["journey"], shown["state"]) == ("to_be", "active")


async def test_built_in_measures_are_not_redefined(city, bodies):
    assert await city.faults("measures/satisfaction", bodies.measure()) == {"id": "built_in"}


async def test_a_version_keeps_its_scale_and_its_words(city, bodies):
    await city.put("measures/m", bodies.measure(wording={"en": "How clean?"}))
    assert await city.faults("measures/m", bodies.measure(scale="0-10", wording={"en": "How clean?"})) == {
        "scale": "version_is_fixed"
    }
    assert await city.faults("measures/m", bodies.measure(wording={"en": "Clean?"})) == {
        "wording.en": "version_is_fixed"
    }
    assert await city.faults("measures/m", bodies.measure()) == {"wording.en": "version_is_fixed"}


async def test_a_raised_version_needs_a_reason_and_is_not_lowered(city, bodies):
    await city.put("measures/m", bodies.measure(wording={"en": "How clean?"}))
    unchanged = bodies.measure(version=2, wording={"en": "How clean?"}, name={"en": "Other"})
    assert await city.faults("measures/m", unchanged) == {"version": "unchanged"}
    await city.put("measures/m", bodies.measure(version=2, wording={"en": "Clean?"}), 200)
    assert await city.faults("measures/m", bodies.measure(wording={"en": "How clean?"})) == {"version": "lowered"}
    await city.put("measures/m", bodies.measure(version=5, scale="0-10", wording={"en": "Clean?"}), 200)


async def test_every_version_of_a_measure_is_told_with_its_day(city, bodies):
    await city.put("measures/m", bodies.measure(wording={"en": "How clean?"}))
    await city.put("measures/m", bodies.measure(wording={"en": "How clean?", "es": "¿Limpio?"}), 200)
    city.clock.go_on(86_400)
    await city.put("measures/m", bodies.measure(version=2, scale="0-10"), 200)
    told = [event for event in await city.events(13) if isinstance(event, MeasureChanged) and event.id == "m"]
    assert [len(event.versions) for event in told] == [1, 1, 2]
    first, second = told[-1].versions
    assert (first.version, first.scale, first.since.year) == (1, "1-5", 1970)
    assert first.wording == {"en": "How clean?", "es": "¿Limpio?"}
    assert (second.version, second.scale, second.since.isoformat()) == (2, "0-10", "2026-03-03T09:00:00+00:00")


async def test_a_revived_measure_goes_on_where_it_was(city, bodies):
    await city.put("measures/m", bodies.measure(version=3))
    await city.call("DELETE", "measures/m")
    assert await city.faults("measures/m", bodies.measure(version=2)) == {"version": "lowered"}
    assert await city.faults("measures/m", bodies.measure(version=3, scale="0-10")) == {"scale": "version_is_fixed"}
    await city.put("measures/m", bodies.measure(version=3), 200)


NO_ORIGINS = [
    "*",
    "null",
    "example.org",
    "ftp://example.org",
    "https://",
    "https://example.org/",
    "https://example.org/page",
    "https://example.org?x=1",
    "https://example.org#x",
    "https://user@example.org",
    "https://Example.org",
    "https://example.org:443",
    "https://example.org:99999",
    "https://exa mple.org",
    "https://exämple.org",
    " https://example.org",
    "https://[::1",
]


async def test_what_is_no_origin_is_refused(city, bodies):
    refused = await city.faults("sources/tool", bodies.source(origins=["https://ok.example", *NO_ORIGINS]))
    assert refused == {f"origins.{place}": "not_an_origin" for place in range(1, len(NO_ORIGINS) + 1)}


async def test_origins_are_kept_as_browsers_send_them(city, bodies):
    origins = ["https://example.org", "http://localhost:8080", "https://xn--exmple-cua.org", "http://[::1]:3000"]
    shown = await city.put("sources/tool", bodies.source(origins=origins), 200)
    assert shown["origins"] == origins


async def test_lists_of_a_source_hold_everything_once(city, bodies):
    doubled = bodies.source(
        service_ids=["sf-one", "sf-one"], accepts=["responses", "responses"], origins=["https://a.b", "https://a.b"]
    )
    assert await city.faults("sources/tool", doubled) == {
        "service_ids.1": "duplicate",
        "accepts.1": "duplicate",
        "origins.1": "duplicate",
    }


async def test_a_source_keeps_the_services_that_its_forms_ask_about(city, bodies):
    await city.put("sources/tool", bodies.source(service_ids=["sf-one", "sf-two"]), 200)
    await city.put("forms/visit", bodies.form(service_ids=["sf-two"], source_id="tool"))
    assert await city.faults("sources/tool", bodies.source()) == {"service_ids": "in_use"}
    await city.put("forms/visit", bodies.form(source_id="tool"), 200)
    await city.put("sources/tool", bodies.source(), 200)
