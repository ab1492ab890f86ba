"""Items of every kind that mostly hold, with texts, numbers and times as hostile as they come."""

from collections.abc import Mapping
from uuid import uuid4

from hypothesis import strategies as st

from soundings.kernel.histogram_bins import DURATION_BINS, MONEY_BINS
from soundings.kernel.vocabulary import ContactOutcome, ContactReason, InteractionKind, ServiceChannel

GROWING = st.sampled_from(
    [
        "a@b.co ",
        "1.1.1.1 ",
        "Dr Al ",
        "me@x.io,",
        "[",
        "[name",
        "DOB 1/1/90 ",
        "x",
        "é",
        "日",
        "\U0001f600",
        '"\\',
        "\x7f",
    ]
)
LONG = st.builds(
    lambda piece, many, rest: (piece * many)[:many] + rest, GROWING, st.integers(1, 2000), st.text(max_size=3)
)
TEXT = (
    st.text(max_size=30) | LONG | st.sampled_from(["", " ", "*", "public:x", "a\x00b", "\ud7ff", "@", "gate", "\u2028"])
)
LABEL = TEXT | st.builds(lambda piece, most: (piece * 200)[:most], GROWING, st.integers(90, 500))
IDS = (
    st.sampled_from(["1", "2", "a/b", "a b", "é", "public:1", "x" * 200, "x" * 201, "\x00", "'"])
    | st.uuids().map(str)
    | LABEL
)
FEW_IDS = st.sampled_from(["1", "2", "3"]) | IDS
UUIDS = st.sampled_from([str(uuid4()) for _ in range(4)]) | IDS
WHOLE = st.integers(-2, 12) | st.sampled_from(
    [10**9, 10**10, 10**12, 10**15, 10**18, 2**63 - 1, 2**63, 2**64, -(10**12), 1e300, 4.0]
)
AMOUNT = WHOLE | st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 1e5)
TIMES = st.sampled_from(
    [
        "2026-03-02T08:59:59Z",
        "2026-03-02T09:04:00Z",
        "2026-03-01T10:00:00+14:00",
        "1900-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9998-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "2025-11-02T01:30:00-08:00",
        "1969-12-31T23:59:59.999999Z",
        "2026-03-02",
        "",
    ]
) | st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())
REVISIONS = st.integers(0, 3) | WHOLE
LANGUAGES = st.sampled_from(["en", "es-MX", "zh-Hant", "en-x-jo-doe", "x", "de-1996", "", "en-" + "a" * 40]) | LABEL
ODD = st.none() | st.booleans() | st.lists(st.integers(), max_size=2) | AMOUNT | TEXT


def choice(kind: type) -> st.SearchStrategy[str]:
    return st.sampled_from([one.value for one in kind])


def item(
    required: Mapping[str, st.SearchStrategy[object]], optional: Mapping[str, st.SearchStrategy[object]]
) -> st.SearchStrategy[dict[str, object]]:
    """Items that mostly hold, of which now and then a field is anything."""
    sound = st.fixed_dictionaries(dict(required), optional=dict(optional))
    names = st.sampled_from(sorted({*required, *optional}))
    return sound | st.builds(lambda whole, change: {**whole, **change}, sound, st.dictionaries(names, ODD, max_size=1))


CHANNELS = choice(ServiceChannel) | st.just("pigeon")
SERVICES = st.sampled_from(["airport", "airport", "library", "nothing"])
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "overall": st.integers(1, 5) | AMOUNT,
        "recommend": st.integers(0, 10),
        "effort": st.integers(1, 7),
        "done": st.booleans() | WHOLE,
        "one": st.sampled_from(["a", "b", "z"]),
        "when": st.dates().map(str),
        "many": st.lists(st.sampled_from(["a", "b", "c"]), unique=True),
        "short": LABEL,
        "long": TEXT,
        "campaign": LABEL,
    },
)
SAID = {
    "service_id": SERVICES,
    "channel": CHANNELS,
    "touchpoint": LABEL | st.just("gate"),
    "occurred_at": TIMES,
    "language": LANGUAGES,
    "page": TEXT,
    "device": st.sampled_from(["mobile", "fridge"]),
    "test": st.booleans(),
    "form_version": st.sampled_from([1, 2, "1"]),
}
RESPONSES = item(
    {"form_id": st.just("visit"), "answers": ANSWERS}, {**SAID, "id": FEW_IDS, "person": TEXT, "revision": REVISIONS}
)
PUBLIC = item({"answers": ANSWERS}, {**SAID, "id": UUIDS, "website": TEXT, "elapsed_ms": WHOLE})
FUNNEL = item(
    {"stage": st.sampled_from(["invited", "shown", "started", "x"])},
    {"id": UUIDS, "channel": CHANNELS, "service_id": SERVICES, "occurred_at": TIMES, "test": st.booleans()},
)
KEYED_FUNNEL = st.builds(
    lambda one, more: {**one, **more},
    FUNNEL,
    st.fixed_dictionaries({}, optional={"n": WHOLE, "revision": REVISIONS, "id": FEW_IDS}),
)
INTERACTIONS = item(
    {"kind": choice(InteractionKind), "outcome": choice(ContactOutcome), "started_at": TIMES, "service_id": SERVICES},
    {
        "id": FEW_IDS,
        "root_id": FEW_IDS,
        "channel": CHANNELS,
        "direction": st.sampled_from(["inbound", "outbound"]),
        "topic": st.lists(LABEL, max_size=4),
        "reason": choice(ContactReason),
        "enqueued_at": TIMES,
        "answered_at": TIMES,
        "ended_at": TIMES,
        "wait_s": AMOUNT,
        "talk_s": AMOUNT,
        "hold_s": AMOUNT,
        "wrap_up_s": AMOUNT,
        "transferred_to": LABEL,
        "team": LABEL,
        "query": TEXT,
        "results": WHOLE,
        "cost": WHOLE,
        "language": LANGUAGES,
        "person": TEXT,
        "revision": REVISIONS,
        "attributes": st.dictionaries(
            st.sampled_from(["a", "name-is-jo-doe", "5551234567", "123-45-6789", "call-555-123-4567"]) | LABEL,
            LABEL,
            max_size=3,
        ),
    },
)
BINS = (
    st.sampled_from(
        [*DURATION_BINS[:5], *MONEY_BINS[:3], "unknown", "1", "5", "all", "*", "completed", "a", DURATION_BINS[-1]]
    )
    | LABEL
)
TALLIES = item(
    {
        "service_id": SERVICES,
        "channel": CHANNELS,
        "bins": st.dictionaries(BINS, WHOLE, max_size=4),
        "measure": st.sampled_from(
            [
                "satisfaction",
                "topic",
                "talk",
                "wait_answered",
                "cost",
                "transactions",
                "seconds",
                "fees",
                "visits",
                "drivers",
                "clean",
                "shown",
            ]
        ),
        "grain": st.sampled_from(["day", "month", "quarter", "year"]),
        "start": st.sampled_from(
            ["2026-01-01", "2025-07-01", "2026-02-28", "0002-01-01", "9998-12-31", "9997-12-31", "0003-07-01"]
        )
        | st.dates().map(str),
    },
    {"id": FEW_IDS, "total": AMOUNT, "revision": REVISIONS, "version": st.sampled_from([1, 2])},
)
RETRACTIONS = item({"id": FEW_IDS}, {"root_id": FEW_IDS})


FIELDS = st.sampled_from(
    [
        "id",
        "channel",
        "touchpoint",
        "service_id",
        "occurred_at",
        "language",
        "page",
        "test",
        "form_version",
        "go",
        "at",
        "start",
        "live",
        "answers.overall",
        "answers.short",
        "answers.long",
        "answers.many",
        "answers.when",
    ]
)


EVENTS = st.one_of(
    st.tuples(st.just("response.submitted"), RESPONSES),
    st.tuples(st.just("response.retracted"), RETRACTIONS),
    st.tuples(st.just("interaction.recorded"), INTERACTIONS),
    st.tuples(st.just("interaction.retracted"), RETRACTIONS),
    st.tuples(st.just("tally.recorded"), TALLIES),
    st.tuples(st.just("tally.retracted"), RETRACTIONS),
    st.tuples(st.just("form.shown"), KEYED_FUNNEL.map(lambda one: {"form_id": "visit", **one})),
)
