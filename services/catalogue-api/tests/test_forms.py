"""Which forms make sense, and publishing them."""

from soundings.events.catalogue import FormChanged, FormVersionChanged


def options(*codes: str) -> list[dict[str, object]]:
    return [{"code": code, "text": {"en": code}} for code in codes]


async def test_every_type_of_question_is_taken(city, bodies):
    asked = bodies.question
    await city.put(
        "forms/visit",
        bodies.form(
            asked("a", "likert", measure="satisfaction"),
            asked("b", "stars", measure="clean", measure_version=1),
            asked("c", "thumbs"),
            asked("d", "nps", measure="nps"),
            asked("e", "ces", measure="ces", measure_version=1),
            asked("f", "single_choice", options=options("x", "y")),
            asked("g", "multi_choice", options=options("x", "y"), show_when={"question": "f", "in": ["x"]}),
            asked("h", "dropdown", options=options("x"), show_when={"question": "g", "in": ["y"]}),
            asked("i", "yes_no", show_when={"question": "a", "in": [1, 2]}),
            asked("j", "short_text", max_length=80, show_when={"question": "i", "in": [0]}),
            asked("k", "long_text", max_length=2000, show_when={"question": "d", "in": [0, 10]}),
            asked("l", "date"),
            asked("m", "hidden"),
            asked("n", "statement", show_when={"question": "m", "in": ["anything"]}),
        ),
    )


FAULTY = [
    ({"type_": "single_choice"}, "options", "missing"),
    ({"type_": "likert", "options": options("a")}, "options", "not_here"),
    ({"type_": "dropdown", "options": options("a", "b", "a")}, "options.2.code", "duplicate"),
    ({"type_": "likert", "max_length": 10}, "max_length", "not_here"),
    ({"type_": "statement", "required": True}, "required", "not_here"),
    ({"type_": "likert", "measure": "nothing"}, "measure", "unknown"),
    ({"type_": "likert", "measure": "hers"}, "measure", "foreign"),
    ({"type_": "likert", "measure": "nps"}, "measure", "scale_mismatch"),
    ({"type_": "nps", "measure": "clean"}, "measure", "scale_mismatch"),
    ({"type_": "long_text", "measure": "clean"}, "measure", "not_here"),
    ({"type_": "likert", "measure": "handle"}, "measure", "not_asked"),
    ({"type_": "dropdown", "options": options("a"), "measure": "responses"}, "measure", "not_asked"),
    ({"type_": "likert", "measure": "clean", "measure_version": 2}, "measure_version", "unknown"),
    ({"type_": "likert", "measure": "satisfaction", "measure_version": 2}, "measure_version", "unknown"),
    ({"type_": "likert", "measure_version": 1}, "measure_version", "not_here"),
    ({"show_when": {"question": "faulty", "in": [1]}}, "show_when.question", "not_earlier"),
    ({"show_when": {"question": "last", "in": [1]}}, "show_when.question", "not_earlier"),
    ({"show_when": {"question": "comment", "in": ["x"]}}, "show_when.question", "not_closed"),
    ({"show_when": {"question": "first", "in": [5, 6]}}, "show_when.in.1", "impossible"),
    ({"show_when": {"question": "first", "in": ["5"]}}, "show_when.in.0", "impossible"),
    ({"show_when": {"question": "choice", "in": ["a", "c"]}}, "show_when.in.1", "impossible"),
    ({"show_when": {"question": "first", "in": []}}, "show_when.in", "too_short"),
]


async def test_a_question_that_makes_no_sense_is_named(city, bodies):
    await city.put("measures/hers", bodies.measure(agency_id="boston"))
    told = []
    for faulty, _, _ in FAULTY:
        body = bodies.form(
            bodies.question("first"),
            bodies.question("choice", "single_choice", options=options("a", "b")),
            bodies.question("comment", "long_text"),
            bodies.question("faulty", **faulty),
            bodies.question("last"),
        )
        told.append(await city.faults("forms/visit", body))
    assert told == [{f"questions.3.{field}": code} for _, field, code in FAULTY]


async def test_question_ids_are_told_apart(city, bodies):
    body = bodies.form(bodies.question("a"), bodies.question("b"), bodies.question("a"))
    assert await city.faults("forms/visit", body) == {"questions.2.id": "duplicate"}


async def test_the_source_of_a_form_covers_its_services(city, bodies):
    wrong = bodies.form(service_ids=["sf-one", "sf-two"], source_id="tool")
    assert await city.faults("forms/visit", wrong) == {"service_ids.1": "not_covered"}
    await city.put("sources/calls", bodies.source(accepts=["interactions"]))
    assert await city.faults("forms/visit", bodies.form(source_id="calls")) == {"source_id": "no_responses"}
    doubled = bodies.form(service_ids=["sf-one", "sf-one"])
    assert await city.faults("forms/visit", doubled) == {"service_ids.1": "duplicate"}


async def test_publishing_makes_versions_that_never_change(city, bodies):
    await city.put("forms/visit", bodies.form())
    first = await city.call("POST", "forms/visit/publish", {})
    assert (first.status_code, first.json()) == (201, {"form_id": "visit", "version": 1})
    await city.put("forms/visit", bodies.form(title={"en": "Other"}), 200)
    assert (await city.get("forms/visit"))["published"] == 1
    assert (await city.call("POST", "forms/visit/publish")).json()["version"] == 2
    kept = await city.get("forms/visit/versions/1")
    assert (kept["form"]["title"], kept["published_by"]) == ({"en": "Visit"}, "ann")
    listed = await city.get("forms/visit/versions")
    assert [version["version"] for version in listed["items"]] == [2, 1]


async def test_publishing_the_same_again_gives_the_same_version(city, bodies):
    await city.put("forms/visit", bodies.form(bodies.question(measure="clean")))
    await city.call("POST", "forms/visit/publish")
    before = await city.get("forms/visit")
    again = await city.call("POST", "forms/visit/publish")
    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert await city.get("forms/visit") == before
    shown = await city.call("GET", "forms/visit")
    assert again.headers["etag"] == shown.headers["etag"]


async def test_a_raised_measure_makes_a_new_version_unless_the_form_names_the_old_one(city, bodies):
    await city.put("measures/m", bodies.measure())
    await city.put("forms/newest", bodies.form(bodies.question(measure="m")))
    await city.put("forms/pinned", bodies.form(bodies.question(measure="m", measure_version=1)))
    for name in ("newest", "pinned"):
        await city.call("POST", f"forms/{name}/publish")
    await city.put("measures/m", bodies.measure(version=2, wording={"en": "Clean?"}), 200)
    assert (await city.call("POST", "forms/newest/publish")).json()["version"] == 2
    assert (await city.call("POST", "forms/pinned/publish")).json()["version"] == 1
    assert (await city.get("forms/newest/versions/2"))["measure_versions"] == {"overall": 2}


async def test_a_form_that_no_longer_fits_its_measure_is_not_published(city, bodies):
    await city.put("measures/m", bodies.measure())
    await city.put("forms/visit", bodies.form(bodies.question(measure="m")))
    await city.put("measures/m", bodies.measure(version=2, scale="0-10"), 200)
    assert await city.faults("forms/visit/publish", None, "POST") == {"questions.0.measure": "scale_mismatch"}


async def test_publishing_is_told_with_scales_and_versions_resolved(city, bodies):
    await city.put("measures/m", bodies.measure())
    await city.put("measures/m", bodies.measure(version=2, scale="0-10"), 200)
    asked = bodies.question
    questions = [
        asked("a", measure="satisfaction"),
        asked("b", "nps", measure="m"),
        asked("c", "long_text"),
        asked("d"),
    ]
    await city.put("forms/visit", bodies.form(*questions))
    await city.call("POST", "forms/visit/publish")
    version, form = (await city.events(15))[-2:]
    assert isinstance(version, FormVersionChanged)
    assert (version.id, version.revision, version.body.version) == ("visit@1", 1, 1)
    assert version.body.scales == {"a": "1-5", "b": "0-10"}
    assert version.body.measure_versions == {"a": 1, "b": 2}
    assert isinstance(form, FormChanged)
    assert (form.revision, form.published) == (2, 1)


async def test_conditions_hold_for_publishing_too(city, bodies):
    old = (await city.call("PUT", "forms/visit", bodies.form())).headers["etag"]
    new = (await city.call("PUT", "forms/visit", bodies.form(title={"en": "x"}))).headers["etag"]
    assert (await city.call("POST", "forms/visit/publish", if_match=old)).status_code == 412
    assert (await city.call("POST", "forms/visit/publish", if_match=new)).status_code == 201


async def test_a_retired_form_is_not_published_and_keeps_its_versions(city, bodies):
    await city.put("forms/visit", bodies.form())
    await city.call("POST", "forms/visit/publish")
    await city.call("DELETE", "forms/visit")
    refused = await city.call("POST", "forms/visit/publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "retired")
    assert (await city.get("forms/visit/versions/1"))["version"] == 1
    revived = await city.put("forms/visit", bodies.form(), 200)
    assert revived["published"] == 1


async def test_versions_that_are_not_there_are_404(city, bodies):
    await city.put("forms/visit", bodies.form())
    for path in (
        "forms/visit/versions/1",
        "forms/visit/versions/0",
        f"forms/visit/versions/{2**40}",
        "forms/x/versions",
    ):
        assert (await city.call("GET", path)).status_code == 404, path
    assert (await city.call("POST", "forms/x/publish")).status_code == 404
