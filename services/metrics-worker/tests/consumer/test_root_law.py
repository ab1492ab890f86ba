"""Contacts of several records: the fold's rules against the oracle's, over random roots in every order of arrival."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from metrics_worker.aggregation.revisions import RecordReceived
from metrics_worker.aggregation.roots import InteractionRecord, root_contribution
from metrics_worker.consumer.event_decoder import decode_log_event
from soundings.events.envelope import encode_event
from soundings.events.interaction import InteractionRecorded
from soundings.kernel.vocabulary import ContactDirection, ContactOutcome, InteractionKind, ServiceChannel
from soundings.log.port import StoredRecord
from soundings.testing.hypothesis_profile import example_count

from .oracle import Sheet, add_root

TWO = datetime(2026, 7, 10, 14, tzinfo=UTC)
AT = datetime(2026, 7, 11, tzinfo=UTC)
MANY = settings(max_examples=example_count(400), deadline=None)
SECONDS = st.sampled_from([0, 0, 5, 10, 60, 600])
GIVEN = st.none() | st.sampled_from([0, 10, 20.0004, 600])
ROOT_KINDS = [InteractionKind.CALL, InteractionKind.CALL, InteractionKind.CALLBACK, InteractionKind.CHAT,
              InteractionKind.SERVICE_REQUEST]  # fmt: skip


@st.composite
def records(draw: st.DrawFn, record_id: str) -> InteractionRecorded:
    started = TWO + timedelta(seconds=draw(SECONDS))

    def later() -> datetime | None:
        return draw(st.none() | SECONDS.map(lambda seconds: started + timedelta(seconds=seconds)))

    return InteractionRecorded(
        record_id=record_id, source_id="desk", root_id="r", agency_id="city", time_zone="UTC", revision=0,
        received_at=AT, service_id=draw(st.sampled_from([None, "permits", "permits", "parking"])),
        channel=draw(st.sampled_from([ServiceChannel.PHONE, ServiceChannel.PHONE, ServiceChannel.CHATBOT, None])),
        kind=draw(st.sampled_from(ROOT_KINDS)),
        direction=draw(st.sampled_from([*[ContactDirection.INBOUND] * 2, ContactDirection.OUTBOUND])),
        started_at=started, enqueued_at=later(), answered_at=later(), ended_at=later(), wait_s=draw(GIVEN),
        talk_s=draw(GIVEN), outcome=draw(st.sampled_from(ContactOutcome)),
    )  # fmt: skip


@st.composite
def roots(draw: st.DrawFn) -> list[InteractionRecorded]:
    return [draw(records(record_id)) for record_id in draw(st.permutations("abcde"))[: draw(st.integers(1, 5))]]


def decoded(event: InteractionRecorded) -> InteractionRecord:
    record = encode_event(event)
    found = decode_log_event(StoredRecord(event.TOPIC.name, 0, 0, record.key, record.value, record.headers, 0), "i0")
    assert isinstance(found, RecordReceived)
    assert isinstance(found.content, InteractionRecord)
    return found.content


def added(events: list[InteractionRecorded]):
    """The cells of one root as the fold's rules make them."""
    contribution = root_contribution([decoded(event) for event in events])
    sheet = Sheet()
    for count in () if contribution is None else contribution.counts:
        measure = count.measure.removesuffix("@1")
        sheet.add(contribution.place.buckets, contribution.place[:3], measure, count.bin, count.n, count.total or 0)
    return sheet.cells()


@MANY
@given(root=roots())
def test_a_root_adds_what_the_design_says(root):
    sheet = Sheet()
    add_root(sheet, root)
    assert added(root) == sheet.cells()


@MANY
@given(root=roots(), data=st.data())
def test_a_root_is_the_same_in_every_order_of_arrival(root, data):
    assert added(data.draw(st.permutations(root))) == added(root)


@MANY
@given(root=roots(), data=st.data())
def test_outcome_and_wait_do_not_depend_on_the_ids_of_records(root, data):
    """Ids tell nothing about which of two records of one instant came last."""
    plain = [one.model_copy(update={"service_id": "permits", "kind": InteractionKind.CALL,
                                    "direction": ContactDirection.INBOUND}) for one in root]  # fmt: skip
    names = data.draw(st.permutations("abcde"))
    renamed = [one.model_copy(update={"record_id": name}) for one, name in zip(plain, names, strict=False)]

    def told(events: list[InteractionRecorded]):
        timed = {"outcome", "offered", "wait_answered", "wait_abandoned", "wait_callback"}
        return {cell[5:]: amount for cell, amount in added(events).items() if cell[5] in timed}

    assert told(renamed) == told(plain)
