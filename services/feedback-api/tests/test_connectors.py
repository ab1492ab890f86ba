"""What vendors send, in their own shape, becomes interaction records: exactly, without names and numbers of people."""

import gzip
import json
from base64 import b64encode
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedback_api.connectors.draft import MappingContext
from feedback_api.connectors.twilio import map_twilio
from soundings.access.roles import StaffRole
from soundings.events.catalogue import ConnectorBody

from .conftest import CENTRE, DESK, Listening, event_of

EXAMPLES = Path(__file__).parent / "vendor_examples"
COLUMNS = {
    "id": "CALL ID", "started_at": "TIMESTAMP", "answered_at": "ANSWERED", "ended_at": "ENDED", "person": "ANI",
    "outcome": "DISPOSITION", "wait_s": "QUEUE WAIT TIME", "talk_s": "TALK TIME", "hold_s": "HOLD TIME",
    "wrap_up_s": "AFTER CALL WORK TIME",
}  # fmt: skip
CONNECTORS = [
    {"vendor": "amazon-connect", "keep": ["DisconnectReason"], "rules": [
        {"field": "queue.name", "value": "carts", "service_id": "cart"},
        {"field": "Queue.Name", "value": "Vehicles", "service_id": "vehicle"},
        {"field": "Attributes.topic", "value": "Street cart permit ", "topic": ["permit"],
         "reason": "perform_transaction"},
    ]},
    {"vendor": "genesys-cloud", "service_id": "vehicle", "rules": [
        {"field": "queueId", "value": "q-carts", "service_id": "cart"},
        {"field": "wrapUpCode", "value": "w-permit", "topic": ["permit"]},
    ]},
    {"vendor": "twilio", "rules": [
        {"field": "task_queue_name", "value": "Carts", "service_id": "cart"},
        {"field": "attributes.topic", "value": "permit", "topic": ["permit"]},
    ]},
    {"vendor": "zendesk", "rules": [
        {"field": "tags", "value": "cart-seized", "service_id": "cart", "topic": ["seizure"],
         "reason": "challenge_decision"},
    ]},
    {"vendor": "generic-csv", "columns": COLUMNS, "dates": "month_first", "service_id": "vehicle", "rules": [
        {"field": "CAMPAIGN", "value": "Carts", "service_id": "cart"},
        {"field": "DISPOSITION", "value": "Resolved", "outcome": "answered"},
        {"field": "DISPOSITION", "value": "Abandon", "outcome": "abandoned"},
    ]},
]  # fmt: skip
PERSONAL = ("6175550", "617-555", "gonzalez", "sam lee", "jo doe", "DOE JO", "elm street", "anonymous")


def example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


@pytest.fixture
async def centre(ear: Listening) -> Listening:
    """A listening service whose contact centre has a connector of every vendor."""
    source = ear.scribe.source(
        "centre", "boston", service_ids=["cart", "vehicle"], accepts=["interactions"], connectors=CONNECTORS
    )
    await ear.publish(source)
    return ear


async def sent(centre: Listening, vendor: str, body: bytes, kind: str = "application/json", **headers: str):
    """The events that a body became, by record id."""
    answer = await centre.raw(f"connectors/centre/{vendor}", body, CENTRE, content_type=kind, **headers)
    assert answer.status_code == 202, answer.text
    assert answer.json()["rejected"] == []
    for record in centre.stored():
        text = (record.value or b"").decode().lower()
        assert not [word for word in PERSONAL if word.lower() in text]
    return {event.record_id: event for event in centre.events()}


async def test_contact_records_of_amazon_connect_keep_their_chain_and_their_times(centre):
    events = await sent(centre, "amazon-connect", example("amazon-connect.json"))
    answered = events["c-answered"]
    assert (answered.outcome, answered.service_id, answered.channel) == ("answered", "cart", "phone")
    assert (answered.wait_s, answered.talk_s, answered.hold_s, answered.wrap_up_s) == (40, 200, 20, 30)
    assert (answered.topic, answered.reason) == (("permit",), "perform_transaction")
    assert answered.attributes == {"disconnectreason": "CUSTOMER_DISCONNECT"}
    assert answered.revision == 1772377572187  # the time, one slot of 100, rank 87: answered, with seven facts
    assert answered.subject is not None
    abandoned = events["c-abandoned"]
    assert (abandoned.outcome, abandoned.wait_s, abandoned.talk_s, abandoned.subject) == ("abandoned", 90, None, None)
    first, second = events["c-first-leg"], events["c-second-leg"]
    assert (first.outcome, first.service_id, first.root_id) == ("transferred", "cart", "c-first-leg")
    assert (second.outcome, second.service_id, second.root_id) == ("answered", "vehicle", "c-first-leg")
    assert second.hold_s is None


async def test_a_contact_record_of_amazon_connect_outranks_every_event_of_its_contact(centre):
    events = await sent(centre, "amazon-connect", example("amazon-connect-event.json"))
    live = events["c-live"]
    assert (live.outcome, live.answered_at.isoformat()) == ("open", "2026-03-01T18:00:30.900000+00:00")
    record = {
        "ContactId": "c-live", "Channel": "VOICE", "InitiationTimestamp": "2026-03-01T18:00:00Z",
        "DisconnectTimestamp": "2026-03-01T18:00:30Z", "LastUpdateTimestamp": "2001-09-10T00:00:00Z",
    }  # fmt: skip
    after = await sent(centre, "amazon-connect", json.dumps(record).encode())
    assert after["c-live"].revision > live.revision


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "contained"),
        ({"InitiationMethod": "OUTBOUND"}, "failed"),
        ({"DisconnectTimestamp": None}, "open"),
        ({"Queue": {"EnqueueTimestamp": "2026-03-01T18:00:01Z"}}, "abandoned"),
        ({"Queue": {"EnqueueTimestamp": "2026-03-01T18:00:01Z"}, "NextContactId": "x"}, "open"),
        ({"Queue": {"EnqueueTimestamp": "2026-03-01T18:00:01Z"}, "InitiationMethod": "CALLBACK"}, "failed"),
        ({"Agent": {"ConnectedToAgentTimestamp": "2026-03-01T18:00:05Z"}, "InitiationMethod": "CALLBACK"}, "answered"),
        ({"TransferredToEndpoint": {"Address": "+16175550100"}}, "completed"),
    ],
)
async def test_how_a_contact_of_amazon_connect_ended(centre, changes, outcome):
    record = {
        "ContactId": "c", "Channel": "VOICE", "InitiationTimestamp": "2026-03-01T18:00:00Z",
        "DisconnectTimestamp": "2026-03-01T18:00:30Z", "LastUpdateTimestamp": "2026-03-01T18:01:00Z", **changes,
    }  # fmt: skip
    events = await sent(centre, "amazon-connect", json.dumps(record).encode())
    assert events["c"].outcome == outcome


async def test_the_queue_of_an_agent_alone_is_not_named(centre):
    record = {
        "ContactId": "c", "Channel": "VOICE", "InitiationTimestamp": "2026-03-01T18:00:00Z",
        "Queue": {"Name": "maria.gonzalez", "ARN": "arn:aws:connect:us-east-1:1:instance/i-1/queue/agent/a-1"},
    }  # fmt: skip
    events = await sent(centre, "amazon-connect", json.dumps(record).encode())
    assert events["c"].team is None


async def test_flows_after_a_contact_are_no_contact(centre):
    record = {"ContactId": "c", "InitiationMethod": "DISCONNECT"}
    answer = await centre.send("connectors/centre/amazon-connect", [record], CENTRE)
    assert answer.json() == {"accepted": 0, "rejected": [], "ignored": 1, "without_service": 0}


async def test_a_conversation_of_genesys_cloud_is_a_record_for_each_person_who_took_it(centre):
    events = await sent(centre, "genesys-cloud", example("genesys-cloud.json"))
    first, second = events["g-transferred"], events["g-transferred/p-agent-2"]
    assert (first.outcome, first.service_id, first.wait_s) == ("transferred", "cart", 45)
    assert (first.talk_s, first.hold_s, first.wrap_up_s, first.topic) == (120, 20, 10, ("permit",))
    assert first.enqueued_at.isoformat() == "2026-03-01T15:00:15+00:00"
    assert (second.outcome, second.service_id, second.root_id) == ("answered", "vehicle", "g-transferred")
    assert (second.talk_s, second.hold_s, second.wrap_up_s) == (300, None, 30)
    assert first.revision == second.revision == 1772377830199
    assert (events["g-abandoned"].outcome, events["g-abandoned"].wait_s) == ("abandoned", 60)
    assert events["g-open"].outcome == "open"


async def test_tasks_and_reservations_of_twilio_are_one_contact(centre):
    answer = await centre.raw(
        "connectors/centre/twilio", example("twilio.json"), CENTRE, content_type="application/cloudevents-batch+json"
    )
    assert answer.json() == {"accepted": 7, "rejected": [], "ignored": 1, "without_service": 0}
    last = {}
    for event in centre.events():
        last[event.record_id] = max(event, last.get(event.record_id, event), key=lambda one: one.revision)
    assert (last["WR1"].root_id, last["WR1"].outcome, last["WR1"].wait_s) == ("WT1", "answered", 40)
    assert (last["WR1"].talk_s, last["WR1"].hold_s, last["WR1"].wrap_up_s) == (180, 20, 30)
    assert last["WR1"].answered_at.isoformat() == "2026-03-01T15:00:40+00:00"
    assert last["WT1"].outcome == "completed"
    assert (last["WT2"].outcome, last["WT2"].service_id) == ("abandoned", "cart")
    assert last["WT3"].attributes == {"task-attributes": "unreadable"}


@pytest.mark.parametrize(
    ("attributes", "number", "seen"),
    [
        ({"direction": "outbound", "outbound_to": "+16175550199", "from": "+18005550100", "from_country": "US",
          "to_city": "BOSTON"}, "+16175550199", {"attributes.from", "attributes.from_country"}),
        ({"direction": "outbound", "initiatedBy": "agent", "customerAddress": "+16175550199", "customerName": "Jo Doe"},
         "+16175550199", {"attributes.initiatedBy"}),
        ({"direction": "inbound", "from": "+16175550199", "caller": "+16175550199", "called": "+18005550100",
          "caller_state": "MA", "from_zip": "02108"}, "+16175550199", {"attributes.called"}),
    ],
    ids=["a call that an agent makes", "a message that an agent begins", "a call that comes"],
)  # fmt: skip
def test_only_the_agencys_end_of_a_twilio_task_is_seen_by_rules(attributes, number, seen):
    event = json.loads(example("twilio.json"))[0]
    event["data"]["payload"]["task_attributes"] = json.dumps(attributes)
    (draft,) = map_twilio(event, MappingContext(ConnectorBody(vendor="twilio"), ZoneInfo("UTC")))
    assert draft.item["person"] == number
    assert {name for name in draft.facts if name.startswith("attributes.")} == {*seen, "attributes.direction"}


async def test_a_ticket_of_zendesk_is_a_service_request(centre):
    events = await sent(centre, "zendesk", example("zendesk.json"))
    ticket = events["5158"]
    assert (ticket.kind, ticket.outcome, ticket.channel) == ("service_request", "completed", "website")
    assert (ticket.service_id, ticket.topic, ticket.reason) == ("cart", ("seizure",), "challenge_decision")
    assert ticket.ended_at.isoformat() == "2026-03-01T17:00:00.717699+00:00"


async def test_a_solved_ticket_keeps_its_end(centre):
    ticket = json.loads(example("zendesk.json"))
    closed = {**ticket, "event": {"current": "CLOSED", "previous": "SOLVED"}}
    tagged = {**ticket, "type": "zen:event-type:ticket.tags_changed"}
    other = {**ticket, "type": "zen:event-type:user.created"}
    answer = await centre.send("connectors/centre/zendesk", [closed, tagged, other], CENTRE)
    assert answer.json() == {"accepted": 0, "rejected": [], "ignored": 3, "without_service": 0}


async def test_rows_of_a_csv_file_are_read_by_the_columns_of_their_source(centre):
    events = await sent(centre, "generic-csv", example("generic-csv.csv"), "text/csv; charset=utf-8")
    answered = events["1001"]
    assert (answered.outcome, answered.service_id, answered.kind) == ("answered", "cart", "call")
    assert answered.started_at.isoformat() == "2026-03-01T15:00:00+00:00"
    assert (answered.wait_s, answered.talk_s, answered.hold_s, answered.wrap_up_s) == (30, 240, 60, 40)
    assert (events["1002"].outcome, events["1002"].talk_s) == ("abandoned", None)
    assert events["1003"].service_id == "vehicle"


async def test_lines_and_gzip_are_read_as_at_the_other_doors(centre):
    records = json.loads(example("amazon-connect.json"))
    lines = b"\n".join(json.dumps(record).encode() for record in records)
    events = await sent(centre, "amazon-connect", gzip.compress(lines), "application/x-ndjson", content_encoding="gzip")
    assert len(events) == 4


async def test_what_is_sent_again_is_the_same_event(centre):
    await sent(centre, "genesys-cloud", example("genesys-cloud.json"))
    await sent(centre, "genesys-cloud", example("genesys-cloud.json"))
    stored = [dict(record.headers)["ce_id"] for record in centre.stored()]
    assert len(stored) == 8
    assert len(set(stored)) == 4


@pytest.mark.parametrize(
    ("vendor", "record", "field", "code"),
    [
        ("amazon-connect", {}, "ContactId", "missing"),
        ("amazon-connect", {"ContactId": "c"}, "InitiationTimestamp", "missing"),
        ("amazon-connect", {"ContactId": "c", "InitiationTimestamp": "soon"}, "InitiationTimestamp", "not_a_time"),
        ("amazon-connect", {"ContactId": "c", "Queue": 3}, "Queue", "wrong_type"),
        ("amazon-connect", {"detail": {}}, "detail.ContactId", "missing"),
        ("genesys-cloud", {"participants": []}, "conversationId", "missing"),
        ("genesys-cloud", {"conversationId": "g", "conversationStart": "2026-03-01T15:00:00Z", "participants": [
            {"sessions": [{"segments": [{"segmentStart": "x"}]}]}]},
         "participants.0.sessions.0.segments.0.segmentStart", "not_a_time"),
        ("twilio", {}, "type", "missing"),
        ("twilio", {"type": "com.twilio.taskrouter.task.created"}, "data.timestamp", "missing"),
        ("zendesk", {"type": "zen:event-type:ticket.created"}, "detail.id", "missing"),
        ("generic-csv", {"CALL ID": "1", "TIMESTAMP": "31/12/2026 10:00"}, "TIMESTAMP", "not_a_time"),
        ("generic-csv", {"CALL ID": "1", "TALK TIME": "00:99:00"}, "TALK TIME", "not_a_duration"),
        ("generic-csv", {"TIMESTAMP": "12/31/2025 10:00"}, "CALL ID", "missing"),
        ("generic-csv", 7, "", "wrong_type"),
    ],
)  # fmt: skip
async def test_a_refusal_names_the_vendors_own_field(centre, vendor, record, field, code):
    answer = await centre.send(f"connectors/centre/{vendor}", [record], CENTRE)
    assert answer.status_code == 422, answer.text
    (rejected,) = answer.json()["rejected"]
    assert (rejected["index"], rejected["field"], rejected["code"]) == (0, field, code)


async def test_a_record_without_a_service_is_kept_and_told(centre):
    record = {
        "ContactId": "c", "Channel": "HOLOGRAM", "InitiationTimestamp": "2026-03-01T18:00:00Z",
        "Queue": {"Name": "Nobody's"},
    }  # fmt: skip
    answer = await centre.send("connectors/centre/amazon-connect", record, CENTRE)
    assert answer.json() == {"accepted": 1, "rejected": [], "ignored": 0, "without_service": 1}
    (event,) = centre.events()
    assert (event.service_id, event.kind, event.attributes) == (None, "message", {"channel": "HOLOGRAM"})


async def test_the_key_may_be_the_password_of_basic_authentication(centre):
    given = b64encode(f"twilio:{CENTRE.secret}".encode()).decode()
    answer = await centre.raw(
        "connectors/centre/twilio", b"[]", None, content_type="application/json", authorization=f"Basic {given}"
    )
    assert answer.status_code == 202


async def test_a_door_opens_only_to_its_own_source(centre):
    for key, status in ((None, 401), (DESK, 403)):
        answer = await centre.send("connectors/centre/twilio", [], key)
        assert answer.status_code == status, answer.text
    assert (await centre.send("connectors/centre/five9", [], CENTRE)).status_code == 404


async def test_a_preview_shows_what_would_be_written_and_writes_nothing(centre):
    body = example("amazon-connect.json")
    shown = await centre.raw("connectors/centre/amazon-connect/preview", body, CENTRE, content_type="application/json")
    assert shown.status_code == 200, shown.text
    assert centre.stored() == []
    told = shown.json()
    assert told["records"][0]["interactions"][0]["outcome"] == "answered"
    assert {"field": "InitiationMethod", "value": "INBOUND", "records": 3} in told["unmapped"]
    assert not [word for word in PERSONAL if word in json.dumps(told["records"])]
    await sent(centre, "amazon-connect", body)
    assert [entry["interactions"][0] for entry in told["records"]] == [
        json.loads(record.value) for record in sorted(centre.stored(), key=lambda one: event_of(one).started_at)
    ]


async def test_a_preview_is_for_the_source_and_for_managers_of_its_agency(centre):
    async def asked(*roles: StaffRole, agency: str | None = "boston") -> int:
        token = centre.token(*roles, agency=agency)
        answer = await centre.raw(
            "connectors/centre/zendesk/preview", b"[]", None, content_type="application/json",
            authorization=f"Bearer {token}",
        )  # fmt: skip
        return answer.status_code

    assert await asked(StaffRole.MANAGER) == 200
    assert await asked(StaffRole.ANALYST) == 403
    assert await asked(StaffRole.MANAGER, agency="sf") == 403
    assert (await centre.send("connectors/centre/zendesk/preview", [], None)).status_code == 401
    assert (await centre.send("connectors/centre/zendesk/preview", [], DESK)).status_code == 403


def delivery(*parts: bytes) -> bytes:
    records = [{"data": b64encode(part).decode()} for part in parts]
    return json.dumps({"requestId": "q-1", "timestamp": 1772377572000, "records": records}).encode()


async def test_a_delivery_of_amazon_data_firehose_is_unwrapped_and_answered_as_it_expects(centre):
    first, *others = json.loads(example("amazon-connect.json"))
    body = delivery(json.dumps(first).encode(), b"\n".join(json.dumps(one).encode() for one in others))
    headers = {"x_amz_firehose_request_id": "q-1", "x_amz_firehose_access_key": CENTRE.secret}
    path = "connectors/centre/amazon-connect"
    answer = await centre.raw(path, body, None, content_type="application/json", **headers)
    assert (answer.status_code, answer.json()) == (200, {"requestId": "q-1", "timestamp": 1772442000000})
    assert len(centre.stored()) == 4
    refused = await centre.raw(path, delivery(b"{}"), None, content_type="application/json", **headers)
    assert refused.status_code == 422
    assert "ContactId" in refused.json()["errorMessage"]
    for broken in (delivery(b"{"), delivery(b"[" * 100_000), b'{"requestId": 1, "records": [{"data": "?"}, 3]}'):
        answer = await centre.raw(path, broken, None, content_type="application/json", **headers)
        assert answer.status_code == 400, answer.text
