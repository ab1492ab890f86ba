"""Which forms make sense, and publishing them."""

from soundings.access.roles import StaffRole
from soundings.events.forms import FormChanged, FormVersionChanged


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


NOT_SHOWN = [
    ({"labels": [{"en": "bad"}]}, "labels", "wrong_number"),
    ({"type_": "date", "labels": [{"en": "bad"}, {"en": "good"}]}, "labels", "not_here"),
    ({"page": 1}, "page", "not_ascending"),
]


async def test_what_cannot_be_shown_is_named(city, bodies):
    for faulty, field, code in NOT_SHOWN:
        body = bodies.form(bodies.question("first", page=2), bodies.question("faulty", **{"page": 2, **faulty}))
        assert await city.faults("forms/visit", body) == {f"questions.1.{field}": code}
    odd = {
        "deliveries": ["hosted", "hosted"],
        "channels": ["kiosk", "website", "kiosk"],
        "opens_at": "2026-03-02T00:00:00Z",
        "closes_at": "2026-03-01T00:00:00Z",
        "words": {"shout": {"en": "!"}},
        "page_titles": {"2": {"en": "Nothing"}},
    }
    assert await city.faults("forms/visit", bodies.form(**odd)) == {
        "deliveries.1": "duplicate",
        "channels.2": "duplicate",
        "source_id": "missing",
        "closes_at": "not_after",
        "words.shout": "unknown",
        "page_titles.2": "unknown",
    }


async def test_how_a_form_is_shown_comes_back_as_it_was_written(city, bodies):
    shown = {
        "introduction": {"en": "Two minutes."},
        "page_titles": {"1": {"en": "Your visit"}},
        "contact": {"consent": {"en": "You may write to me."}},
        "opens_at": "2026-03-01T00:00:00Z",
        "closes_at": "2026-04-01T00:00:00Z",
        "ask_again_after_days": 90,
        "source_id": "tool",
        "channels": ["website", "kiosk"],
        "deliveries": ["hosted", "button"],
        "button_text": {"en": "Tell us"},
        "words": {"send": {"en": "Go"}},
    }
    asked = bodies.question(labels=[{"en": "Bad"}, {"en": "Good"}])
    await city.put("forms/visit", bodies.form(asked, **shown))
    body = await city.get("forms/visit")
    assert {name: body[name] for name in shown} == shown
    assert body["questions"][0]["labels"] == [{"en": "Bad"}, {"en": "Good"}]


async def test_languages_keep_their_order_for_the_first_stands_in(city, bodies):
    title = {"en": "Your visit", "es": "Su visita", "ar": "زيارتك"}
    await city.put("forms/visit", bodies.form(title=title))
    assert list((await city.get("forms/visit"))["title"]) == ["en", "es", "ar"]
    await city.call("POST", "forms/visit/publish", {})
    published = await city.get("forms/visit/versions/1")
    assert list(published["form"]["title"]) == ["en", "es", "ar"]


async def test_languages_that_are_not_complete_are_found_and_do_not_hinder(city, bodies):
    title = {"en": "Visit", "es": "Visita", "vi": "Chuyến thăm"}
    full = dict.fromkeys(title, "Thanks")
    asked = bodies.question(text={"en": "How?", "es": "¿Cómo?", "fr": "Comment ?"})
    await city.put("forms/visit", bodies.form(asked, title=title, thank_you=full))
    found = (await city.get("forms/visit/findings"))["items"]
    assert [(one["field"], one["code"]) for one in found] == [
        ("questions.0.text", "language_missing"),
        ("questions.0.text", "language_unused"),
        ("words", "language_missing"),
    ]
    published = await city.call("POST", "forms/visit/publish")
    assert (published.status_code, published.json()["findings"]) == (201, found)


async def test_every_template_becomes_a_form_that_is_taken_published_and_complete(city, bodies):
    await city.put("agencies/sf", {"name": {"en": "San Francisco"}, "time_zone": "America/Los_Angeles"}, 200)
    listed = (await city.get("form-templates"))["items"]
    assert [one["id"] for one in listed] == ["a11-v1", "a11-v2", "done-page", "csat", "ces", "nps", "post-call"]
    assert all({"en", "es"} <= set(one["languages"]) for one in listed)
    for one in listed:
        body = await city.get(f"form-templates/{one['id']}?agency=sf&service=sf-one&source=tool")
        await city.put(f"forms/{one['id']}", body)
        published = await city.call("POST", f"forms/{one['id']}/publish")
        assert (published.status_code, published.json()) == (201, {"form_id": one["id"], "version": 1})
        assert "{" not in "".join(text for question in body["questions"] for text in question["text"].values())
        assert list(body["title"]) == one["languages"]


async def test_a_template_speaks_of_the_agency_and_of_its_only_service(city):
    one = await city.get("form-templates/csat?agency=sf&service=sf-one")
    assert one["questions"][0]["text"]["en"] == "How satisfied are you with sf one?"
    both = await city.get("form-templates/csat?agency=sf&service=sf-one&service=sf-two&language=es")
    assert both["questions"][0]["text"] == {"es": "¿Qué tan satisfecho está con nuestros servicios?"}
    assert both["service_ids"] == ["sf-one", "sf-two"]


async def test_a_template_that_cannot_be_filled_names_what_is_wrong(city):
    for query, field in (("agency=no&service=sf-one", "agency"), ("agency=sf&service=no", "service"),
                         ("agency=sf&service=sf-one&language=fr", "language"), ("agency=sf", "service")):  # fmt: skip
        assert list(await city.faults(f"form-templates/csat?{query}", None, "GET")) == [field]
    assert (await city.call("GET", "form-templates/nothing?agency=sf&service=sf-one")).status_code == 404
    foreign = city.token(StaffRole.MANAGER, agency="boston")
    assert (await city.call("GET", "form-templates/csat?agency=sf&service=sf-one", token=foreign)).status_code == 403


async def test_drivers_of_trust_feed_measures_of_their_own(city):
    body = await city.get("form-templates/a11-v2?agency=sf&service=sf-one")
    await city.put("forms/trust", body)
    await city.call("POST", "forms/trust/publish")
    version = await city.get("forms/trust/versions/1")
    assert version["scales"] == {"trust": "1-5", "positive": "category", "negative": "category"}
    assert version["measure_versions"] == {"trust": 1, "positive": 1, "negative": 1}
    assert [question.get("measure") for question in body["questions"]] == [
        "trust", "positive_drivers", "negative_drivers", None,
    ]  # fmt: skip
