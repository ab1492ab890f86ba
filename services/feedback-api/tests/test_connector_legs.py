"""Contacts of several records in the shapes of vendors: overflow, callbacks, one second, the wrong vendor."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.connectors.amazon_connect import callback_origins
from feedback_api.connectors.draft import MappingContext
from feedback_api.connectors.mapper import MAPPERS
from feedback_api.connectors.revisions import RANK_MAX, ranked_revision
from soundings.events.catalogue import ConnectorBody
from soundings.kernel.clock import epoch_ms

from .conftest import CENTRE, Listening
from .test_connectors import CONNECTORS, EXAMPLES

T = "2026-07-10T{}Z".format


def mapped(vendor: str, *records: dict) -> dict[str, dict]:
    """The items that records become, by id; of several with one id the one of the highest revision."""
    setting = MappingContext(ConnectorBody(vendor=vendor), ZoneInfo("UTC"), callback_origins(records))
    found: dict[str, dict] = {}
    for record in records:
        for draft in MAPPERS[vendor](record, setting):
            held = found.get(draft.item["id"])
            if held is None or draft.item["revision"] > held["revision"]:
                found[draft.item["id"]] = draft.item
    return found


def contact(identity: str, start: str, **more) -> dict:
    """A contact record of Amazon Connect."""
    return {"ContactId": identity, "Channel": "VOICE", "InitiationMethod": "INBOUND", "InitiationTimestamp": T(start),
            **more}  # fmt: skip


ASKED = contact(
    "c1", "14:00:00", NextContactId="c2", Queue={"EnqueueTimestamp": T("14:00:05"), "Duration": 50},
    DisconnectTimestamp=T("14:00:55"), LastUpdateTimestamp=T("14:01:00"),
)  # fmt: skip
CALLED = contact(
    "c2", "14:00:55", InitialContactId="c1", PreviousContactId="c1", InitiationMethod="CALLBACK",
    Queue={"EnqueueTimestamp": T("14:00:55"), "Duration": 1800}, Agent={"ConnectedToAgentTimestamp": T("14:31:00")},
    DisconnectTimestamp=T("14:33:00"), LastUpdateTimestamp=T("14:33:40"),
)  # fmt: skip


def test_a_leg_of_amazon_connect_before_a_callback_ends_so():
    """amazon-connect-streams 253. The second record's method says it; alone, the first one is still open."""
    found = mapped("amazon-connect", ASKED, CALLED)
    assert (found["c1"]["outcome"], found["c2"]["outcome"], found["c2"]["kind"]) == ("callback", "answered", "callback")
    alone = mapped("amazon-connect", ASKED)["c1"]
    assert alone["outcome"] == "open"
    assert alone["revision"] < found["c1"]["revision"]


def test_a_leg_of_amazon_connect_that_overflows_is_open_and_keeps_its_wait():
    """amazon-connect-streams 323."""
    first = contact("o1", "14:00:00", NextContactId="o2", DisconnectTimestamp=T("14:00:10"),
                    Queue={"EnqueueTimestamp": T("14:00:00"), "Duration": 10})  # fmt: skip
    item = mapped("amazon-connect", first)["o1"]
    assert (item["outcome"], item["enqueued_at"], item["wait_s"]) == ("open", T("14:00:00"), 10)


def test_an_agent_who_promises_a_callback_has_answered():
    spoke = ASKED | {"Agent": {"ConnectedToAgentTimestamp": T("14:00:20")}}
    assert mapped("amazon-connect", spoke, CALLED)["c1"]["outcome"] == "answered"


def event(kind: str, at: str, **more) -> dict:
    """An event of Amazon Connect, whose clock has whole seconds."""
    detail = {"eventType": kind, "contactId": "e", "channel": "VOICE", "initiationMethod": "INBOUND",
              "initiationTimestamp": "2026-07-10T14:00:00.100Z", **more}  # fmt: skip
    return {"source": "aws.connect", "detail-type": "Amazon Connect Contact Event", "time": T(at), "detail": detail}


def ticket(name: str, status: str, previous: str | None = None, at: str = "14:00:00") -> dict:
    """An event of a Zendesk ticket."""
    detail = {"id": "t", "status": status, "created_at": T("14:00:00"), "updated_at": T(at)}
    return {"type": f"zen:event-type:ticket.{name}", "time": T(at), "detail": detail,
            "event": {"previous": previous, "current": status} if previous else {}}  # fmt: skip


def task(name: str, at: str, **more) -> dict:
    """An event of Twilio's TaskRouter."""
    payload = {"task_sid": "w", "timestamp": T(at), "task_date_created": T("14:00:00"), **more}
    return {"type": f"com.twilio.taskrouter.{name}", "data": {"payload": payload}}


QUEUED = {"queueInfo": {"enqueueTimestamp": "2026-07-10T14:00:00.200Z"}}
ENDED = {"disconnectTimestamp": "2026-07-10T14:00:00.900Z"}


@pytest.mark.parametrize(
    ("vendor", "identity", "events", "outcome"),
    [
        ("zendesk", "t", [ticket("created", "NEW"), ticket("status_changed", "SOLVED", "NEW")], "completed"),
        ("zendesk", "t", [ticket("created", "NEW"), ticket("status_changed", "PENDING", "NEW"),
                          ticket("comment_added", "OPEN"), ticket("status_changed", "SOLVED", "OPEN")], "completed"),
        ("zendesk", "t", [ticket("merged", "CLOSED"), ticket("status_changed", "CLOSED", "OPEN")], "failed"),
        ("zendesk", "t", [ticket("marked_as_spam", "CLOSED"), ticket("status_changed", "SOLVED", "OPEN")], "failed"),
        ("amazon-connect", "e", [event("INITIATED", "14:00:00"), event("QUEUED", "14:00:00", **QUEUED),
                                 event("DISCONNECTED", "14:00:00", **QUEUED, **ENDED)], "abandoned"),
        ("twilio", "w", [task("task.created", "14:00:00"), task("task-queue.entered", "14:00:00"),
                         task("task.canceled", "14:00:00", task_canceled_reason="hangup")], "abandoned"),
    ],
)  # fmt: skip
def test_events_of_one_second_end_alike_in_every_order(vendor, identity, events, outcome):
    """PostHog 98651; Zendesk says itself that the order of its events is not guaranteed."""
    found = [mapped(vendor, *order)[identity] for order in permutations(events)]
    assert all(item == found[0] for item in found)
    assert found[0]["outcome"] == outcome


def test_a_ticket_that_is_closed_because_it_was_merged_stays_merged():
    closed = ticket("status_changed", "CLOSED", "OPEN", at="14:00:05")
    closed["detail"]["tags"] = ["closed_by_merge"]
    assert mapped("zendesk", ticket("merged", "CLOSED"), closed)["t"]["outcome"] == "failed"


MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
RANKS = st.integers(0, RANK_MAX)


@given(at=MOMENTS, rank=RANKS, other=RANKS)
def test_a_ranked_revision_is_above_what_earlier_versions_made_of_its_instant(at, rank, other):
    assert ranked_revision(at, rank) > epoch_ms(at)
    assert (ranked_revision(at, rank) > ranked_revision(at, other)) == (rank > other)


@given(at=MOMENTS, rank=RANKS, other=RANKS, gap=st.integers(200, 10**9))
def test_a_later_change_outranks_an_earlier_one_and_a_stale_one_no_stored_change(at, rank, other, gap):
    """The one stored by an earlier version has the plain milliseconds as its revision."""
    later = at + timedelta(milliseconds=gap) if at.year < 9000 else at
    earlier = at if later != at else at - timedelta(milliseconds=gap)
    assert ranked_revision(later, rank) > ranked_revision(earlier, other)
    assert epoch_ms(later) > ranked_revision(earlier, other)


def test_an_event_of_amazon_connect_stays_below_every_contact_record():
    live = mapped("amazon-connect", event("DISCONNECTED", "23:59:59", **ENDED))["e"]
    assert live["revision"] < mapped("amazon-connect", contact("e", "00:00:00"))["e"]["revision"]
    assert live["revision"] < epoch_ms(datetime(2026, 7, 10, tzinfo=UTC))  # of a record that an earlier version made


def conversation(*participants: tuple[str, list[dict]], end: str | None = "14:40:00") -> dict:
    """An inbound conversation of Genesys Cloud: participants by purpose with their sessions."""
    return {
        "conversationId": "g", "conversationStart": T("14:00:00"), "originatingDirection": "inbound",
        **({} if end is None else {"conversationEnd": T(end)}),
        "participants": [{"participantId": f"p{n}", "purpose": purpose, "sessions": sessions}
                         for n, (purpose, sessions) in enumerate(participants)],
    }  # fmt: skip


def session(*segments: tuple[str, str, str], media: str = "voice", **metrics: tuple[int, str]) -> dict:
    """A session with its segments (type, start, end) and metrics (milliseconds, time)."""
    return {
        "mediaType": media,
        "segments": [{"segmentType": kind, "segmentStart": T(a), "segmentEnd": T(b)} for kind, a, b in segments],
        "metrics": [{"name": name, "value": value, "emitDate": T(at)} for name, (value, at) in metrics.items()],
    }


CUSTOMER = ("customer", [session(("interact", "14:00:00", "14:12:00"))])


@pytest.mark.parametrize("segments", [True, False])
@pytest.mark.parametrize("ending", ["answered", "abandoned"])
def test_flow_outs_of_genesys_cloud_before_the_answer_belong_to_the_wait(segments, ending):
    def queue(start: str, end: str, **metrics: tuple[int, str]) -> tuple[str, list[dict]]:
        return "acd", [session(*([("delay", start, end)] if segments else []), **metrics)]

    first = queue("14:00:00", "14:00:10", tFlowOut=(10_000, "14:00:10"))
    if ending == "abandoned":
        told = conversation(CUSTOMER, first, queue("14:00:10", "14:10:10", tAbandon=(600_000, "14:10:10")))
    else:
        agent = session(("interact", "14:10:10", "14:12:00"), tAnswered=(600_000, "14:10:10"))
        told = conversation(CUSTOMER, first, queue("14:00:10", "14:10:10"), ("agent", [agent]))
    item = mapped("genesys-cloud", told)["g"]
    assert (item["outcome"], item["wait_s"]) == (ending, 610)
    assert item.get("enqueued_at") == (T("14:00:00") if segments else None)


def test_nothing_of_an_open_conversation_of_genesys_cloud_is_handled_yet():
    agents = [("agent", [session(("interact", f"14:0{n}:00", f"14:0{n}:50"))]) for n in (1, 2)]
    open_ = mapped("genesys-cloud", conversation(CUSTOMER, *agents, end=None))
    assert {item["outcome"] for item in open_.values()} == {"open"}
    over = mapped("genesys-cloud", conversation(CUSTOMER, *agents, end="14:12:00"))
    assert [item["outcome"] for item in over.values()] == ["transferred", "answered"]
    assert all(over[identity]["revision"] > item["revision"] for identity, item in open_.items())


def test_an_agent_of_genesys_cloud_who_was_rung_in_vain_makes_no_record():
    rang = ("agent", [session(("alert", "14:00:30", "14:00:50"))])
    queue = ("acd", [session(("delay", "14:00:00", "14:03:00"), tAbandon=(180_000, "14:03:00"))])
    assert [item["outcome"] for item in mapped("genesys-cloud", conversation(CUSTOMER, queue, rang)).values()] == [
        "abandoned"
    ]


def test_a_callback_of_genesys_cloud_is_a_record_of_its_own():
    queue = ("acd", [session(("delay", "14:00:05", "14:00:55"), tFlowOut=(50_000, "14:00:55"))])
    waiting = ("acd", [session(("delay", "14:00:55", "14:30:50"), media="callback")])
    dialled = session(("interact", "14:31:00", "14:33:00"))
    agent = ("agent", [session(("interact", "14:30:50", "14:33:00"), media="callback"), dialled])
    first, second = mapped("genesys-cloud", conversation(CUSTOMER, queue, waiting, agent)).values()
    assert (first["outcome"], first["enqueued_at"], first["kind"]) == ("callback", T("14:00:05"), "call")
    assert (second["outcome"], second["answered_at"], second["kind"]) == ("answered", T("14:31:00"), "callback")
    unreached = ("agent", [session(("interact", "14:30:50", "14:33:00"), media="callback"), session()])
    (only,) = mapped("genesys-cloud", conversation(CUSTOMER, queue, waiting, unreached)).values()
    assert (only["outcome"], only["ended_at"]) == ("callback", T("14:40:00"))


def test_a_message_left_with_genesys_cloud_is_no_contact_abandoned():
    queue = ("acd", [session(("delay", "14:00:05", "14:00:55"))])
    told = conversation(CUSTOMER, queue, ("voicemail", [session(("voicemail", "14:00:55", "14:01:30"))]))
    assert mapped("genesys-cloud", told)["g"]["outcome"] == "completed"


def test_a_task_of_twilio_waits_since_it_is_there_whatever_queue_it_is_in():
    ended = task("task.canceled", "14:10:10", task_canceled_reason="hangup", task_queue_entered_date=T("14:00:10"))
    assert mapped("twilio", ended)["w"]["enqueued_at"] == T("14:00:00")


def test_a_task_of_twilio_that_is_deleted_after_its_end_keeps_it():
    done = task("task.completed", "14:10:00")
    gone = task("task.system-deleted", "14:15:00", task_assignment_status="completed")
    assert mapped("twilio", done, gone)["w"]["outcome"] == "completed"


def test_a_row_with_a_talk_time_of_nothing_was_not_answered():
    row = {"id": "1", "started_at": "2026-07-10 14:00:00", "ended_at": "2026-07-10 14:02:00", "wait_s": "00:02:00",
           "talk_s": "00:00:00"}  # fmt: skip
    setting = MappingContext(ConnectorBody(vendor="generic-csv"), ZoneInfo("UTC"))
    assert [draft.item["outcome"] for draft in MAPPERS["generic-csv"](row, setting)] == ["abandoned"]


BODIES = {
    "amazon-connect": (EXAMPLES / "amazon-connect.json").read_bytes(),
    "amazon-connect events": (EXAMPLES / "amazon-connect-event.json").read_bytes(),
    "genesys-cloud": (EXAMPLES / "genesys-cloud.json").read_bytes(),
    "twilio": (EXAMPLES / "twilio.json").read_bytes(),
    "zendesk": (EXAMPLES / "zendesk.json").read_bytes(),
    "zendesk users": b'[{"type": "zen:event-type:user.created", "detail": {"id": "1"}}]',
    "generic-csv": b'[{"CALL ID": "1", "TIMESTAMP": "03/01/2026 10:00:00", "DISPOSITION": "Resolved"}]',
}


@pytest.fixture
async def centre(ear: Listening) -> Listening:
    """A listening service with a source that lists every vendor, and one that lists only Zendesk."""
    rules = {"service_ids": ["cart", "vehicle"], "accepts": ["interactions"], "connectors": CONNECTORS}
    await ear.publish(ear.scribe.source("centre", "boston", **rules))
    return ear


@pytest.mark.parametrize("vendor", sorted(MAPPERS))
@pytest.mark.parametrize("sent", sorted(BODIES))
async def test_a_body_is_taken_at_its_own_vendors_address_only(centre, vendor, sent):
    answer = await centre.raw(f"connectors/centre/{vendor}", BODIES[sent], CENTRE, content_type="application/json")
    if sent.startswith(vendor):
        assert answer.status_code == 202, answer.text
    else:
        assert answer.status_code == 422, answer.text
        assert centre.stored() == []
        assert all(entry["field"] for entry in answer.json()["rejected"])


@pytest.mark.parametrize(
    ("vendor", "body"),
    [
        ("twilio", {"type": "com.twilio.taskrouter.worker.activity.update", "data": {}}),
        ("twilio", {"type": "com.twilio.messaging.message.sent", "data": {}}),
        ("zendesk", {"type": "zen:event-type:user.created", "detail": {"id": "1"}}),
        ("amazon-connect", {"ContactId": "c", "InitiationMethod": "DISCONNECT"}),
        ("amazon-connect", {"source": "aws.connect", "detail-type": "Contact Lens Post Call Rules Matched",
                            "detail": {"ruleName": "r"}}),
        ("genesys-cloud", {"totalHits": 0}),
    ],
)  # fmt: skip
async def test_what_a_vendor_sends_beside_contacts_is_ignored(centre, vendor, body):
    answer = await centre.send(f"connectors/centre/{vendor}", body, CENTRE)
    assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (202, 0, [])


async def test_a_source_that_lists_other_vendors_only_takes_none_of_this_one(centre):
    source = centre.scribe.source(
        "centre", "boston", service_ids=["cart"], accepts=["interactions"], connectors=[{"vendor": "zendesk"}]
    )
    await centre.publish(source)
    for path in ("twilio", "twilio/preview"):
        answer = await centre.raw(f"connectors/centre/{path}", BODIES["twilio"], CENTRE,
                                  content_type="application/json")  # fmt: skip
        assert answer.status_code == 422
        assert "zendesk" in answer.json()["detail"]
    answer = await centre.raw("connectors/centre/zendesk", BODIES["zendesk"], CENTRE, content_type="application/json")
    assert answer.status_code == 202
