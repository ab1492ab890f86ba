"""Erasing a person: every pseudonym, until nothing is found but what is refused."""

import pytest

from soundings.client import BatchResult
from soundings_embedded.erasure.use_cases import erase_person


class Kept:
    """Two APIs with records by subject; the worker is ``behind`` by some looks."""

    def __init__(self, records: dict[str, list[str]], held: tuple[str, ...] = (), behind: int = 0) -> None:
        self.records = records
        self.held = held
        self.behind = behind
        self.gone: set[object] = set()

    def subjects(self, agency_id, person):
        assert (agency_id, person) == ("sf", "jo@example.org")
        return list(self.records)

    def records_of(self, subject):
        if self.gone and self.behind:
            self.behind -= 1
            gone = set()
        else:
            gone = self.gone
        for record in self.records[subject]:
            if record not in gone:
                yield {"source_id": "s", "kind": "response", "id": record, "root_id": None}

    def erase(self, records):
        rejected = [
            {"index": index, "detail": "held"} for index, record in enumerate(records) if record["id"] in self.held
        ]
        self.gone |= {record["id"] for record in records} - set(self.held)
        return BatchResult(len(records) - len(rejected), rejected)


def erased(kept):
    return erase_person(kept, "sf", "jo@example.org", lambda _: None)


def test_all_records_of_all_pseudonyms_go_also_in_several_requests():
    many = [f"r{number}" for number in range(2500)]
    kept = Kept({"v2:a": many, "v1:b": ["old"]}, behind=3)
    done = erased(kept)
    assert (done.records, done.refused) == (2501, [])
    assert kept.gone == {*many, "old"}


def test_what_is_refused_is_told_and_not_waited_for():
    done = erased(Kept({"v1:a": ["r1", "held", "r2"]}, held=("held",)))
    assert done.records == 2
    assert [(record["id"], why) for record, why in done.refused] == [("held", "held")]


def test_nobody_waits_for_a_person_of_whom_nothing_is_kept():
    assert erased(Kept({"v1:a": []})).records == 0


def test_a_worker_that_stands_still_is_told():
    with pytest.raises(TimeoutError):
        erased(Kept({"v1:a": ["r1"]}, behind=1000))
