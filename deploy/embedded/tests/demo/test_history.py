"""The same day always tells the same story, in the past, within opening hours, with a problem and its end."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from soundings_embedded.demo.agency import BENEFITS, MOORINGS, SERVICES, TIME_ZONE
from soundings_embedded.demo.event_stream import DemoHistory, generate_history
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.local_times import agency_today
from soundings_embedded.demo.scenario import CHANGE, TROUBLE_BEGINS

ZONE = ZoneInfo(TIME_ZONE)
TIMES = ("occurred_at", "started_at", "enqueued_at", "answered_at", "ended_at")


def items(history: DemoHistory, kind: str) -> Iterator[Json]:
    for delivery in history.deliveries:
        if delivery.kind == kind:
            yield from delivery.items


def when(item: Json, field: str) -> datetime:
    return datetime.fromisoformat(str(item[field]))


def month(item: Json) -> str:
    return str(item["started_at"])[:7]


def identities(history: DemoHistory) -> dict[tuple[str, str, object], Json]:
    return {(one.kind, one.source, item["id"]): item for one in history.deliveries for item in one.items}


@pytest.mark.slow
def test_the_same_arguments_give_the_same_history(history: DemoHistory):
    assert generate_history(history.today) == history


@pytest.mark.slow
def test_another_seed_gives_another_history(history: DemoHistory):
    assert generate_history(history.today, seed=21).deliveries != history.deliveries


def test_every_item_has_an_id_of_its_own(history: DemoHistory):
    assert len(identities(history)) == sum(len(delivery.items) for delivery in history.deliveries)


@pytest.mark.slow
def test_a_later_day_adds_days_and_otherwise_only_closes_requests_by_a_new_revision(history: DemoHistory):
    before, after = (
        identities(history),
        identities(generate_history(history.today + timedelta(days=10), start=history.start)),
    )
    assert before.keys() < after.keys()
    changed = {key for key in before if before[key] != after[key]}
    assert changed
    for key in changed:
        assert (before[key]["outcome"], before[key].get("revision", 0)) == ("open", 0)
        assert (after[key]["kind"], after[key]["revision"]) == ("service_request", 1)


@pytest.mark.slow
@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2028, 3, 1)])
def test_nothing_happens_before_the_start_or_after_the_last_midnight(today: date):
    history = generate_history(today)
    first, last = (datetime.combine(day, time(), ZONE) for day in (history.start, today))
    told = [when(item, field) for kind in ("responses", "interactions") for item in items(history, kind)
            for field in TIMES if field in item]  # fmt: skip
    assert min(told) >= first
    assert max(told) < last
    days = {at.astimezone(ZONE).date() for at in told}
    assert days == {history.start + timedelta(days=number) for number in range(91)}


def test_no_total_covers_a_day_that_is_not_over(history: DemoHistory):
    for item in items(history, "tallies"):
        start = date.fromisoformat(str(item["start"]))
        after = start + timedelta(days=1) if item["grain"] == "day" else (start + timedelta(days=31)).replace(day=1)
        assert after <= history.today


def test_every_time_carries_the_offset_of_its_day(history: DemoHistory):
    for kind in ("responses", "interactions"):
        for item in items(history, kind):
            for field in TIMES:
                if field in item:
                    at = when(item, field)
                    assert at.utcoffset() == at.astimezone(ZONE).utcoffset()


def test_times_of_a_contact_follow_each_other(history: DemoHistory):
    for item in items(history, "interactions"):
        told = [when(item, field) for field in TIMES if field in item]
        assert told == sorted(told)


def test_doors_and_telephones_are_closed_at_weekends_and_at_night(history: DemoHistory):
    for item in items(history, "interactions"):
        if item["kind"] in {"call", "visit", "chat", "callback"}:
            began = when(item, "started_at").astimezone(ZONE)
            assert began.weekday() < 5
            assert 8 <= began.hour < 19


def test_mondays_are_busier_than_fridays_and_there_is_growth(history: DemoHistory):
    visits = [item for item in items(history, "interactions") if item["kind"] == "visit"]
    days = Counter(when(item, "started_at").date() for item in visits)
    mondays, fridays = (sum(n for day, n in days.items() if day.weekday() == weekday) for weekday in (0, 4))
    assert mondays > 1.2 * fridays
    first, last = history.start + timedelta(days=28), history.today - timedelta(days=28)
    assert sum(n for day, n in days.items() if day >= last) > sum(n for day, n in days.items() if day < first)


def test_there_is_as_much_as_a_demo_needs(history: DemoHistory):
    assert 6_000 <= len(list(items(history, "responses"))) <= 9_000
    assert 8_000 <= len(list(items(history, "interactions"))) <= 10_500


def test_three_channels_answer_in_two_languages(history: DemoHistory):
    told = Counter((item["channel"], item["language"]) for item in items(history, "responses"))
    assert set(told) == {(place, language) for place in ("website", "phone", "in_person") for language in ("en", "es")}
    assert min(told.values()) > 100


def weeks_of(history: DemoHistory, at: datetime) -> str:
    age = (at.astimezone(ZONE).date() - history.start).days
    return "first" if age < TROUBLE_BEGINS else "trouble" if age < CHANGE else "last" if age >= 91 - 28 else "mending"


def satisfied(history: DemoHistory, service: str) -> dict[str, float]:
    scores: dict[str, list[bool]] = {}
    for item in items(history, "responses"):
        answers = item["answers"]
        assert isinstance(answers, dict)
        if item["service_id"] == service:
            scores.setdefault(weeks_of(history, when(item, "occurred_at")), []).append(answers["overall"] >= 4)
    return {weeks: sum(good) / len(good) for weeks, good in scores.items()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_one_service_has_a_problem_that_is_seen_and_is_better_than_before_once_mended(seed: int):
    history = generate_history(date(2026, 11, 22), seed=seed)
    share = satisfied(history, BENEFITS)
    assert share["trouble"] < share["first"] - 0.2
    assert share["last"] > share["first"] + 0.08


def test_the_other_services_stay_as_they_are(history: DemoHistory):
    for profile in SERVICES:
        if profile.volumes.answers and profile.id != BENEFITS:
            share = satisfied(history, profile.id)
            assert abs(share["trouble"] - share["first"]) < 0.15
            assert abs(share["last"] - share["first"]) < 0.15


def test_callers_of_that_service_wait_long_give_up_and_are_then_called_back(history: DemoHistory):
    waits: dict[str, list[float]] = {}
    ended: dict[str, Counter[str]] = {}
    for item in items(history, "interactions"):
        if item["service_id"] == BENEFITS and item["kind"] == "call" and "root_id" not in item:
            weeks = weeks_of(history, when(item, "started_at"))
            ended.setdefault(weeks, Counter())[str(item["outcome"])] += 1
            if "answered_at" in item:
                waited = when(item, "answered_at") - when(item, "enqueued_at")
                waits.setdefault(weeks, []).append(waited.total_seconds())
    mean = {weeks: sum(seconds) / len(seconds) for weeks, seconds in waits.items()}
    assert mean["trouble"] > 300
    assert 60 > mean["first"] > mean["last"]
    assert ended["trouble"]["abandoned"] > 0.2 * ended["trouble"].total()
    assert ended["first"]["abandoned"] < 0.05 * ended["first"].total()
    assert ended["mending"]["callback"] > 0
    assert ended["first"]["callback"] == ended["trouble"]["callback"] == 0


def test_transfers_and_callbacks_are_further_records_of_their_root(history: DemoHistory):
    records = {item["id"]: item for item in items(history, "interactions")}
    others = [item for item in records.values() if "root_id" in item]
    firsts = Counter(records[item["root_id"]]["outcome"] for item in others)
    assert set(firsts) == {"transferred", "callback"}
    for item in others:
        assert when(records[item["root_id"]], "started_at") < when(item, "started_at")


def test_so_few_people_write_to_one_service_that_every_month_of_it_is_hidden(history: DemoHistory):
    months = Counter(month(item) for item in items(history, "interactions") if item["service_id"] == MOORINGS)
    assert len(months) >= 3
    assert max(months.values()) < 11


def test_some_searches_find_nothing_and_some_requests_are_still_open(history: DemoHistory):
    searches = [item for item in items(history, "interactions") if item["kind"] == "search"]
    assert 0.03 < sum(item["results"] == 0 for item in searches) / len(searches) < 0.3
    requests = Counter(item["outcome"] for item in items(history, "interactions") if item["kind"] == "service_request")
    assert set(requests) == {"open", "completed", "failed"}


def test_more_people_are_invited_than_answer(history: DemoHistory):
    invited = {(item["service_id"], item["start"]): sum(item["bins"].values())  # type: ignore[attr-defined]
               for item in items(history, "tallies") if item["measure"] == "invitations"}  # fmt: skip
    called = [item for item in items(history, "responses") if item["channel"] == "phone"]
    answered = Counter((item["service_id"], str(item["occurred_at"])[:10]) for item in called)
    assert answered.keys() == invited.keys()
    assert all(invited[key] > n for key, n in answered.items())


def test_today_is_the_date_in_larkmere():
    assert agency_today(datetime(2026, 4, 13, 4, 59, tzinfo=UTC)) == date(2026, 4, 12)
    assert agency_today(datetime(2026, 4, 13, 5, 0, tzinfo=UTC)) == date(2026, 4, 13)
