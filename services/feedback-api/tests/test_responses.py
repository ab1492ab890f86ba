"""What becomes of a response: every field, every kind of question, and every refusal by its field."""

from datetime import UTC, datetime

from .conftest import DESK, NOW, Listening, form

ITEM = {"id": "r-1", "form_id": "visit", "service_id": "airport", "answers": {"overall": 4}}


def with_answers(**answers):
    return {**ITEM, "answers": answers}


async def test_a_response_becomes_an_event_that_carries_all_its_contribution_needs(ear: Listening):
    item = {
        **ITEM, "form_version": 1, "channel": "kiosk", "touchpoint": "security-line", "language": "es-MX",
        "occurred_at": "2026-03-01T23:30:00-08:00", "person": "Jo.Public@example.org",
        "page": "/visit/done?token=abc#x",
        "device": "tablet", "revision": 3, "test": True,
        "answers": {"overall": 4, "recommend": 10, "purpose": "leisure", "done": True, "when": "2026-03-01",
                    "missed": ["seats", "signs"], "comment": "Write to jo.public@example.org"},
    }  # fmt: skip
    event = await ear.taken("responses", item)
    seen = event.model_dump(mode="json", exclude_none=True)
    subject = seen.pop("subject")
    assert subject.startswith("v1:")
    scores = seen.pop("scores")
    assert seen == {
        "record_id": "r-1", "revision": 3, "source_id": "survey", "agency_id": "sf", "time_zone": "America/Los_Angeles",
        "service_id": "airport", "channel": "kiosk", "form_id": "visit", "form_version": 1,
        "touchpoint": "security-line", "stage": "departure", "language": "es-MX", "page": "/visit/done",
        "device": "tablet", "quarantined": False, "time_clamped": False, "test": True,
        "answers": {"overall": 4, "recommend": 10, "purpose": "leisure", "done": 1, "when": "2026-03-01",
                    "missed": ["seats", "signs"]},
        "comments": {"comment": "Write to [email]"},
        "occurred_at": "2026-03-02T07:30:00Z", "received_at": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    assert [(score["question_id"], score["measure"], score["scale"], score["value"]) for score in scores] == [
        ("overall", "satisfaction", "1-5", 4),
        ("recommend", "nps", "0-10", 10),
        ("missed", "missed-things", "category", "seats"),
        ("missed", "missed-things", "category", "signs"),
    ]


async def test_what_is_left_out_has_its_default(ear: Listening):
    event = await ear.taken("responses", {"form_id": "visit", "answers": {}})
    assert (event.service_id, event.channel, event.form_version, event.revision) == ("airport", "phone", 1, 0)
    assert (event.occurred_at, event.received_at) == (NOW, NOW)
    assert event.answers == {}
    assert len(event.record_id) == 36


async def test_null_means_left_out(ear: Listening):
    nothing = dict.fromkeys(
        ("channel", "touchpoint", "occurred_at", "language", "person", "page", "device", "revision")
    )
    event = await ear.taken("responses", {**ITEM, **nothing, "answers": {"overall": None, "comment": None}})
    assert (event.answers, event.comments, event.subject) == ({}, {}, None)


BAD_FIELDS = [
    ({"form_id": None}, "form_id", "missing"),
    ({"form_id": "no-such-form"}, "form_id", "unknown_form"),
    ({"form_id": 7}, "form_id", "wrong_type"),
    ({"form_version": 2}, "form_version", "unknown_version"),
    ({"form_version": 0}, "form_version", "out_of_range"),
    ({"form_version": "1"}, "form_version", "wrong_type"),
    ({"service_id": "cart"}, "service_id", "forbidden"),
    ({"service_id": "nowhere"}, "service_id", "forbidden"),
    ({"service_id": "library"}, "service_id", "not_of_form"),
    ({"channel": "pigeon"}, "channel", "unknown_value"),
    ({"channel": 1}, "channel", "unknown_value"),
    ({"touchpoint": "x" * 201}, "touchpoint", "too_long"),
    ({"occurred_at": "yesterday"}, "occurred_at", "not_a_time"),
    ({"occurred_at": "2026-03-01T12:00:00"}, "occurred_at", "no_offset"),
    ({"occurred_at": "2026-03-01"}, "occurred_at", "not_a_time"),
    ({"occurred_at": "2025-02-29T12:00:00Z"}, "occurred_at", "not_a_time"),
    ({"occurred_at": 1_772_000_000}, "occurred_at", "wrong_type"),
    ({"language": "englisch!"}, "language", "not_a_language_tag"),
    ({"person": 12}, "person", "wrong_type"),
    ({"person": "tel:"}, "person", "blank"),
    ({"page": "x" * 2001}, "page", "too_long"),
    ({"device": "Mozilla/5.0"}, "device", "unknown_value"),
    ({"revision": -1}, "revision", "out_of_range"),
    ({"revision": 2**63}, "revision", "out_of_range"),
    ({"revision": 1.0}, "revision", "wrong_type"),
    ({"revision": True}, "revision", "wrong_type"),
    ({"test": 1}, "test", "wrong_type"),
    ({"id": ""}, "id", "wrong_length"),
    ({"id": "x" * 201}, "id", "wrong_length"),
    ({"id": 5}, "id", "wrong_type"),
    ({"id": "a\u0007b"}, "id", "not_allowed_character"),
    ({"answers": [1]}, "answers", "wrong_type"),
    ({"anwsers": {}}, "anwsers", "unknown_field"),
    ({"jo@example.org": 1}, "", "unknown_field"),
]


async def test_a_field_that_does_not_hold_is_named(ear: Listening):
    found = [(change, *await ear.fault("responses", {**ITEM, **change})) for change, _, _ in BAD_FIELDS]
    assert found == BAD_FIELDS
    assert ear.stored() == []


BAD_ANSWERS = [
    ({"overall": 9}, "answers.overall", "out_of_scale"),
    ({"overall": 0}, "answers.overall", "out_of_scale"),
    ({"overall": 4.5}, "answers.overall", "out_of_scale"),
    ({"overall": 1e300}, "answers.overall", "out_of_scale"),
    ({"overall": "4"}, "answers.overall", "wrong_type"),
    ({"overall": True}, "answers.overall", "wrong_type"),
    ({"overall": [4]}, "answers.overall", "wrong_type"),
    ({"recommend": 11}, "answers.recommend", "out_of_scale"),
    ({"effort": 8}, "answers.effort", "out_of_scale"),
    ({"done": 2}, "answers.done", "out_of_scale"),
    ({"nonsense": 1}, "answers.nonsense", "unknown_question"),
    ({"Write to jo@example.org": 1}, "answers", "unknown_question"),
    ({"purpose": "space"}, "answers.purpose", "unknown_option"),
    ({"purpose": 1}, "answers.purpose", "wrong_type"),
    ({"missed": "seats"}, "answers.missed", "wrong_type"),
    ({"missed": ["seats", "seats"]}, "answers.missed", "duplicate"),
    ({"missed": ["seats", {}]}, "answers.missed", "unknown_option"),
    ({"when": "1 March"}, "answers.when", "not_a_date"),
    ({"when": "2025-02-29"}, "answers.when", "not_a_date"),
    ({"comment": "x" * 2001}, "answers.comment", "too_long"),
    ({"comment": "a\x00b"}, "answers.comment", "not_allowed_character"),
    ({"comment": 5}, "answers.comment", "wrong_type"),
    ({"campaign": "x" * 501}, "answers.campaign", "too_long"),
    ({"thanks": "you too"}, "answers.thanks", "takes_no_answer"),
]


async def test_an_answer_that_does_not_fit_its_question_is_named(ear: Listening):
    found = [(answers, *await ear.fault("responses", {**ITEM, "answers": answers})) for answers, _, _ in BAD_ANSWERS]
    assert found == BAD_ANSWERS
    assert ear.stored() == []


async def test_every_value_of_every_scale_is_taken(ear: Listening):
    scales = {"overall": range(1, 6), "recommend": range(11), "effort": range(1, 8), "done": (0, 1, True, False)}
    for question, points in scales.items():
        for point in points:
            event = await ear.taken("responses", with_answers(**{question: point}))
            assert event.answers == {question: int(point)}
    assert (await ear.taken("responses", with_answers(overall=4.0))).answers == {"overall": 4}


async def test_answers_are_required(ear: Listening):
    assert await ear.fault("responses", {"form_id": "visit"}) == ("answers", "missing")


WRONG_WAYS = [
    ({}, "answers.met", "missing"),
    ({"met": None}, "answers.met", "missing"),
    ({"met": 0}, "answers.why", "missing"),
    ({"met": 0, "why": "  "}, "answers.why", "missing"),
    ({"met": 1, "why": "No reason"}, "answers.why", "unreachable"),
    ({"met": 0, "why": "So", "liked": ["speed"]}, "answers.liked", "unreachable"),
    ({"met": 1, "liked": ["speed"], "who": "Them"}, "answers.who", "unreachable"),
    ({"met": 1, "other": 1}, "answers.other", "unknown_question"),
]


async def test_only_the_questions_on_ones_way_take_answers(ear: Listening):
    found = [
        (answers, *await ear.fault("responses", {"form_id": "need", "answers": answers}))
        for answers, _, _ in WRONG_WAYS
    ]
    assert found == WRONG_WAYS
    assert ear.stored() == []


async def test_a_way_through_a_branched_form_is_taken(ear: Listening):
    event = await ear.taken("responses", {"form_id": "need", "answers": {"met": 1, "liked": ["people"], "who": "All"}})
    assert (event.answers, event.comments) == ({"met": 1, "liked": ["people"]}, {"who": "All"})
    event = await ear.taken("responses", {"form_id": "need", "answers": {"why": "It rained", "met": 0}})
    assert event.comments == {"why": "It rained"}


async def test_the_service_must_be_named_where_form_and_source_have_several(ear: Listening):
    assert await ear.fault("responses", {"form_id": "both", "answers": {}}) == ("service_id", "missing")
    event = await ear.taken("responses", {"form_id": "both", "service_id": "library", "answers": {}})
    assert event.service_id == "library"
    event = await ear.taken("responses", {"form_id": "both", "answers": {}}, DESK)
    assert event.service_id == "airport"


async def test_all_text_of_one_response_has_a_limit(ear: Listening):
    questions = [{"id": f"q{n}", "type": "long_text", "text": {"en": "?"}} for n in range(11)]
    await ear.publish(*ear.scribe.form("long", form(questions, ["airport"]), 1))
    answers = {f"q{n}": "x" * 10_000 for n in range(11)}
    item = {"form_id": "long", "answers": answers}
    assert await ear.fault("responses", item) == ("answers.q5", "too_long")


async def test_an_older_version_of_a_form_still_takes_answers(ear: Listening):
    await ear.publish(
        *ear.scribe.form("visit", form([{"id": "new", "type": "nps", "text": {"en": "?"}}], ["airport"]), 2)
    )
    assert (await ear.taken("responses", {"form_id": "visit", "answers": {"new": 3}})).form_version == 2
    assert (await ear.taken("responses", {**ITEM, "form_version": 1})).form_version == 1
    assert await ear.fault("responses", ITEM) == ("answers.overall", "unknown_question")


async def test_times_are_kept_in_utc_and_not_in_the_future(ear: Listening):
    for told, kept, clamped in (
        ("2026-03-02T09:05:00Z", datetime(2026, 3, 2, 9, 5, tzinfo=UTC), False),
        ("2026-03-02T09:05:01Z", NOW, True),
        ("9999-12-31T00:00:00Z", None, None),
        ("9998-12-31T23:59:59Z", NOW, True),
        ("2024-02-29T12:00:00+00:00", datetime(2024, 2, 29, 12, tzinfo=UTC), False),
        ("2025-11-02T01:30:00-07:00", datetime(2025, 11, 2, 8, 30, tzinfo=UTC), False),
        ("2025-11-02T01:30:00-08:00", datetime(2025, 11, 2, 9, 30, tzinfo=UTC), False),
        ("2025-03-09T02:30:00-08:00", datetime(2025, 3, 9, 10, 30, tzinfo=UTC), False),
        ("2026-03-02t09:00:00.123456789z", datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC), False),
    ):
        if kept is None:
            assert await ear.fault("responses", {**ITEM, "occurred_at": told}) == ("occurred_at", "not_a_time")
            continue
        event = await ear.taken("responses", {**ITEM, "occurred_at": told})
        assert (event.occurred_at, event.time_clamped) == (kept, clamped), told


async def test_emoji_and_text_from_right_to_left_arrive_as_they_were(ear: Listening):
    text = "👍🏽 מצוין! شكرا جزيلا 👨‍👩‍👧 \u202bmixed\u202c"
    event = await ear.taken("responses", with_answers(comment=text))
    assert event.comments == {"comment": text}
    assert await ear.fault("responses", with_answers(comment="👍" * 2001)) == ("answers.comment", "too_long")
    assert (await ear.taken("responses", with_answers(comment="👍" * 2000))).comments["comment"] == "👍" * 2000


async def test_line_ends_are_made_alike(ear: Listening):
    event = await ear.taken("responses", with_answers(comment=" one\r\ntwo\rthree\n "))
    assert event.comments == {"comment": "one\ntwo\nthree"}


async def test_strings_outside_closed_lists_are_redacted(ear: Listening):
    item = {
        **with_answers(campaign="from jo@example.org"),
        "touchpoint": "desk of jo@example.org",
        "page": "/people/jo@example.org",
    }
    event = await ear.taken("responses", item)
    assert "jo@example.org" not in event.model_dump_json()
    assert event.comments == {"campaign": "from [email]"}
    assert event.touchpoint == "desk of [email]"
    assert (await ear.taken("responses", {**ITEM, "touchpoint": "4111-1111-1111-1111"})).touchpoint == "[card]"


async def test_one_person_has_one_subject_per_agency(ear: Listening):
    first = await ear.taken("responses", {**ITEM, "person": "jo@example.org"})
    second = await ear.taken("responses", {**ITEM, "person": " JO@example.org "})
    other = await ear.taken("responses", {**ITEM, "person": "al@example.org"})
    assert first.subject == second.subject != other.subject
    assert (await ear.taken("responses", {**ITEM, "person": " "})).subject is None
